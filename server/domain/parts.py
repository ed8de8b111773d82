"""The parts an order's total is made of, and the proof that they add up to it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum, auto

from server.domain.errors import OrderRejected
from server.domain.money import ZERO, currency_decimals
from server.domain.order import Fee, Order, OrderLine, Price

# Sources round to two or three decimals; binary fractions may show many more.
_FINEST_DECIMALS = 4


class PartKind(Enum):
    """Where on the invoice a part belongs."""

    LINE = auto()
    LINE_FEE = auto()
    SHIPPING = auto()
    PAYMENT_FEE = auto()


@dataclass(frozen=True, slots=True)
class Part:
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
        yield Part(PartKind.LINE, line.price, _rate(line.price), line=line)
        for fee in line.fees:
            if not _is_nothing(fee.price):
                yield Part(PartKind.LINE_FEE, fee.price, _rate(fee.price), fee=fee)
    for kind, fees in (
        (PartKind.SHIPPING, order.shipping_charges),
        (PartKind.PAYMENT_FEE, order.payment_fees),
    ):
        for fee in fees:
            if not _is_nothing(fee.price):
                yield Part(kind, fee.price, _rate(fee.price), fee=fee)


def _is_nothing(price: Price) -> bool:
    return not (price.net or price.gross)


def _rate(price: Price) -> Decimal:
    if price.rate is not None:
        return price.rate
    if _is_nothing(price):
        return ZERO
    raise OrderRejected(
        f"{price.path}.taxRate is missing: the amount cannot be taxed.",
        field=f"{price.path}.taxRate",
        reason="TAX_RATE_MISSING",
    )


def check_sums(order: Order, total: Price, parts: Iterable[Part]) -> None:
    """Raises OrderRejected unless parts, total and total by rate agree up to rounding.

    Every source amount may be off by half of its last decimal: n of them together by n halves.
    """
    parts = tuple(parts)
    prices = [part.price for part in parts]
    half = _last_decimal(order, total, prices) / 2
    for line in order.lines:
        _agree(order, line.final_price, [line.price, *(fee.price for fee in line.fees)], half)
    _agree(order, total, prices, half)
    if not order.total_by_rate:
        return
    _agree(order, total, order.total_by_rate, half)
    for rate in sorted({p.rate or ZERO for p in (*prices, *order.total_by_rate)}):
        stated = [p for p in order.total_by_rate if (p.rate or ZERO) == rate]
        found = [p for p in prices if (p.rate or ZERO) == rate]
        difference = _sum(found, "gross") - _sum(stated, "gross")
        if abs(difference) > half * (len(stated) + len(found)):
            raise _does_not_add_up(
                f"at {rate.normalize():f} % tax its lines, fees and shipping come to "
                f"{_amount(_sum(found, 'gross'), order)}, but calculatedPrice.finalPrice."
                f"taxAggregate says {_amount(_sum(stated, 'gross'), order)}",
                "calculatedPrice.finalPrice.taxAggregate",
            )


def _agree(order: Order, whole: Price, pieces: Iterable[Price], half: Decimal) -> None:
    pieces = tuple(pieces)
    for attribute in ("gross", "net"):
        found, stated = _sum(pieces, attribute), getattr(whole, attribute)
        if abs(found - stated) > half * (len(pieces) + 1):
            field = f"{whole.path}.{attribute}Value"
            raise _does_not_add_up(
                f"its parts come to {_amount(found, order)} {attribute}, "
                f"but {field} says {_amount(stated, order)}",
                field,
            )


def _sum(prices: Iterable[Price], attribute: str) -> Decimal:
    return sum((getattr(price, attribute) for price in prices), ZERO)


def _last_decimal(order: Order, total: Price, prices: Iterable[Price]) -> Decimal:
    amounts = [
        amount for p in (total, *prices, *order.total_by_rate) for amount in (p.net, p.gross)
    ]
    seen = max(-int(amount.normalize().as_tuple().exponent) for amount in amounts)
    decimals = max(currency_decimals(order.currency), min(seen, _FINEST_DECIMALS))
    return Decimal(1).scaleb(-decimals)


def _amount(value: Decimal, order: Order) -> str:
    plain = value.normalize()
    decimals = max(currency_decimals(order.currency), -int(plain.as_tuple().exponent))
    return f"{plain:.{decimals}f} {order.currency}"


def _does_not_add_up(difference: str, field: str) -> OrderRejected:
    return OrderRejected(
        f"The order does not add up: {difference}.", field=field, reason="ORDER_DOES_NOT_ADD_UP"
    )
