"""The parts an order's total is made of, and the proof that they add up to it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum, auto
from operator import attrgetter
from typing import NamedTuple

from server.domain.errors import OrderRejected, missing
from server.domain.money import ZERO, currency_decimals, round_half_up, smallest_unit
from server.domain.order import Fee, Order, OrderLine, Price

# Sources round to two or three decimals; binary fractions may show many more.
_FINEST_DECIMALS = 4

_AMOUNTS = {name: attrgetter(name) for name in ("gross", "net", "tax")}


class PartKind(Enum):
    """Where on the invoice a part belongs."""

    LINE = auto()
    LINE_FEE = auto()
    SHIPPING = auto()
    PAYMENT_FEE = auto()


#: What becomes lines of the invoice; all else is on its own level.
ON_LINES = (PartKind.LINE, PartKind.LINE_FEE)


class Part(NamedTuple):
    """An amount at one tax rate: a line without its fees, a fee, or shipping."""

    kind: PartKind
    price: Price
    #: Percent.
    rate: Decimal
    line: OrderLine | None = None
    fee: Fee | None = None


def parts_of(order: Order) -> tuple[Part, ...]:
    """Takes an order apart. Raises OrderRejected where an amount has no tax rate."""
    return tuple(_parts(order))


def _parts(order: Order) -> Iterator[Part]:
    for line in order.lines:
        # What a discount of 100 % leaves may have no rate of its own.
        rate = line.list_price.rate if line.price.rate is None else line.price.rate
        yield Part(PartKind.LINE, line.price, _rate(line.price, rate), line, None)
        for fee in line.fees:
            if not _is_nothing(fee.price):
                rate = _rate(fee.price, fee.price.rate)
                yield Part(PartKind.LINE_FEE, fee.price, rate, None, fee)
    for kind, fees in (
        (PartKind.SHIPPING, order.shipping_charges),
        (PartKind.PAYMENT_FEE, order.payment_fees),
    ):
        for fee in fees:
            if not _is_nothing(fee.price):
                yield Part(kind, fee.price, _rate(fee.price, fee.price.rate), None, fee)


def _is_nothing(price: Price) -> bool:
    return not (price.net or price.gross)


def _rate(price: Price, rate: Decimal | None) -> Decimal:
    if rate is not None:
        return rate
    if _is_nothing(price):
        return ZERO
    field = price.field("taxRate")
    raise missing(field, "is missing, so the amount cannot be taxed", "TAX_RATE_MISSING")


def check_sums(order: Order, total: Price, parts: Iterable[Part], *, includes_tax: bool) -> None:
    """Raises OrderRejected unless parts, total and total by rate agree up to rounding.

    includes_tax tells which of its amounts the shop rounds by themselves: gross or net.
    """
    parts = tuple(parts)
    prices = [part.price for part in parts]
    agree = _Agreement(
        order.currency, _last_decimal(order, total, prices), "gross" if includes_tax else "net"
    )
    for line in order.lines:
        if line.fees or not _same(line.final_price, line.price):
            agree([line.final_price], [line.price, *(fee.price for fee in line.fees)])
    agree([total], prices)
    if not order.total_by_rate:
        return
    agree([total], order.total_by_rate)
    stated: dict[Decimal, list[Price]] = {}
    for price in order.total_by_rate:
        stated.setdefault(price.rate or ZERO, []).append(price)
    found: dict[Decimal, list[Price]] = {}
    for part in parts:
        found.setdefault(part.rate, []).append(part.price)
    for rate in sorted(stated.keys() | found.keys()):
        agree(stated.get(rate, ()), found.get(rate, ()), rate)


@dataclass(frozen=True, slots=True)
class _Agreement:
    """Proves that amounts which the order states are the sums of others, up to rounding.

    Every amount may be off by half of its last decimal; one that was calculated from a rounded
    amount, by twice that. A single amount is no sum: it must be the same in both places.
    """

    currency: str
    last_decimal: Decimal
    #: The attribute that the shop does not calculate from the others: net or gross.
    own: str

    def __call__(
        self, stated: Sequence[Price], found: Sequence[Price], rate: Decimal | None = None
    ) -> None:
        for attribute, amount in _AMOUNTS.items():
            whole, pieces = sum(map(amount, stated), ZERO), sum(map(amount, found), ZERO)
            if whole == pieces:
                continue
            slack = half = self.last_decimal / 2
            if not len(stated) == len(found) == 1:
                slack = half * (len(stated) + len(found)) * (1 if attribute == self.own else 2)
            # A total may be rounded to the currency's decimals though its parts have more.
            rounded = round_half_up(pieces, smallest_unit(self.currency))
            if abs(pieces - whole) > slack and whole != rounded:
                raise self._contradiction(stated, attribute, whole, pieces, rate)

    def _contradiction(
        self,
        stated: Sequence[Price],
        attribute: str,
        whole: Decimal,
        pieces: Decimal,
        rate: Decimal | None,
    ) -> OrderRejected:
        if rate is None:
            field, what = stated[0].field(f"{attribute}Value"), "its parts"
        else:
            field = "calculatedPrice.finalPrice.taxAggregate"
            what = f"at {rate.normalize():f} % tax its lines, fees and shipping"
        return OrderRejected(
            f"The order does not add up: {what} come to {self._amount(pieces)} {attribute}, "
            f"but {field} says {self._amount(whole)}.",
            field=field,
            reason="ORDER_DOES_NOT_ADD_UP",
        )

    def _amount(self, value: Decimal) -> str:
        plain = value.normalize()
        decimals = max(currency_decimals(self.currency), -int(plain.as_tuple().exponent))
        return f"{plain:.{decimals}f} {self.currency}"


def _same(one: Price, other: Price) -> bool:
    return one.gross == other.gross and one.net == other.net and one.tax == other.tax


def _last_decimal(order: Order, total: Price, prices: Iterable[Price]) -> Decimal:
    unit = smallest_unit(order.currency)
    amounts = [
        amount
        for price in (total, *prices, *order.total_by_rate)
        for amount in (price.net, price.gross)
    ]
    # A sum has the decimals of its finest amount. Nearly all orders are like this.
    if sum(amounts, unit).same_quantum(unit):
        return unit
    finest = max(-int(amount.normalize().as_tuple().exponent) for amount in amounts)
    decimals = max(currency_decimals(order.currency), min(finest, _FINEST_DECIMALS))
    return Decimal(1).scaleb(-decimals)
