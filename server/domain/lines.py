"""Invoice lines and adjustments from the parts of an order, priced so that they recompute."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal
from itertools import chain

from server.domain.invoice import Adjustment, AdjustmentKind, InvoiceLine, TaxCategory
from server.domain.money import ZERO, round_half_up
from server.domain.order import Price
from server.domain.parts import Part, PartKind
from server.domain.units import PIECE, unit_code

#: Enough for the largest quantities; most prices fit with the currency's own decimals.
_FINEST_PRICE_DECIMALS = 16
_STEPS = tuple(Decimal(1).scaleb(-places) for places in range(_FINEST_PRICE_DECIMALS + 1))
#: A price of one unit that has more of them was calculated from others.
_SHOPS_PRICE_DECIMALS = 4
_FINEST_QUANTITY = Decimal("0.000001")
_WHOLE = Decimal(1)

_LANGUAGES = ("de", "en", "fr", "it", "es", "nl", "pl", "pt", "cs")
_DEFAULT_NAMES: Mapping[PartKind, Mapping[str, str]] = {
    kind: dict(zip(_LANGUAGES, names, strict=True))
    for kind, names in {
        PartKind.LINE: (
            *("Artikel", "Item", "Article", "Articolo", "Artículo"),
            *("Artikel", "Pozycja", "Artigo", "Položka"),
        ),
        PartKind.LINE_FEE: (
            *("Gebühr", "Fee", "Frais", "Commissione", "Recargo"),
            *("Toeslag", "Opłata", "Taxa", "Poplatek"),
        ),
        PartKind.SHIPPING: (
            *("Versand", "Shipping", "Livraison", "Spedizione", "Envío"),
            *("Verzending", "Dostawa", "Envio", "Doprava"),
        ),
        PartKind.PAYMENT_FEE: (
            *("Zahlungsgebühr", "Payment fee", "Frais de paiement", "Commissione di pagamento"),
            *("Recargo por pago", "Betaalkosten", "Opłata za płatność", "Taxa de pagamento"),
            "Poplatek za platbu",
        ),
    }.items()
}
#: UNTDID 7161 (BT-105): freight, and other services.
_CHARGE_CODES = {PartKind.SHIPPING: "FC", PartKind.PAYMENT_FEE: "ADR"}
#: UNTDID 5189 (BT-98).
_DISCOUNT = "95"


def invoice_line(
    part: Part,
    net_amount: Decimal,
    category: TaxCategory,
    *,
    position: int,
    language: str,
    unit: Decimal,
    includes_tax: bool,
) -> InvoiceLine:
    """Makes the line of an order's line or line fee, whose share of the taxable amount is known.

    unit is the smallest amount of the invoice's currency.
    """
    shops_price: tuple[Decimal, ...] = ()
    if part.line is None:
        quantity, code, item_id, list_net = Decimal(1), PIECE, "", net_amount
        discount_name = ""
    else:
        line = part.line
        discount_name = line.discount_name
        quantity, code, item_id = _tidy(line.quantity), unit_code(line.unit), line.item_id
        discounted = line.list_price.gross != line.price.gross
        list_net = (
            _net(line.list_price, part.rate, includes_tax=includes_tax)
            if discounted
            else net_amount
        )
        if not includes_tax:
            shops_price = _shops_price(line.unit_price, unit)
    quantity, unit_price, discount = _price(quantity, list_net, net_amount, unit, shops_price)
    return InvoiceLine(
        position=position,
        name=_name(part, language),
        item_id=item_id,
        quantity=quantity,
        unit_code=code,
        unit_price=unit_price,
        discount=discount,
        net_amount=net_amount,
        tax_category=category,
        tax_rate=part.rate,
        discount_reason=discount_name if discount else "",
    )


def adjustment(
    part: Part, net_amount: Decimal, category: TaxCategory, *, language: str
) -> Adjustment:
    """Makes the allowance or charge of shipping or a payment fee."""
    taken_off = net_amount < 0
    return Adjustment(
        kind=AdjustmentKind.ALLOWANCE if taken_off else AdjustmentKind.CHARGE,
        description=_name(part, language),
        net_amount=abs(net_amount),
        tax_category=category,
        tax_rate=part.rate,
        reason_code=_DISCOUNT if taken_off else _CHARGE_CODES[part.kind],
    )


def _net(price: Price, rate: Decimal, *, includes_tax: bool) -> Decimal:
    return price.gross * 100 / (100 + rate) if includes_tax else price.net


def _name(part: Part, language: str) -> str:
    named = part.line or part.fee
    given = named.name.in_language(language).strip() if named else ""
    if given:
        return given
    names = _DEFAULT_NAMES[part.kind]
    return names.get(language.partition("-")[0], names["en"])


def _tidy(quantity: Decimal) -> Decimal:
    """Drops what binary fractions add to a quantity: 0.30000000000000004 kg are 0.3 kg."""
    if quantity.same_quantum(_WHOLE):
        return quantity
    rounded = round_half_up(quantity, _FINEST_QUANTITY)
    return quantity if rounded == quantity else Decimal(f"{rounded.normalize():f}")


def _shops_price(unit_price: Decimal, unit: Decimal) -> tuple[Decimal, ...]:
    """Gives a net shop's own price of one unit, if it has few decimals; at least the currency's."""
    for step in _STEPS[-unit.adjusted() : _SHOPS_PRICE_DECIMALS + 1]:
        price = round_half_up(unit_price, step)
        if price and price == unit_price:
            return (abs(price),)
    return ()


def _price(
    quantity: Decimal,
    list_net: Decimal,
    net_amount: Decimal,
    unit: Decimal,
    shops_price: tuple[Decimal, ...],
) -> tuple[Decimal, Decimal, Decimal]:
    """Finds quantity, unit price and discount with round(quantity x price) - discount = amount.

    The shop's own price is what buyer and seller agreed on: others are tried where it does not come
    to the amount. A price is never negative (BR-27): where the amount is, the quantity is. A line
    that became dearer than its list price has no discount, and its price says so.
    """
    if (net_amount < 0) != (quantity < 0) and net_amount:
        quantity = -quantity
    if list_net > min(net_amount, ZERO) if quantity < 0 else list_net < max(net_amount, ZERO):
        list_net = net_amount
    if not quantity:
        return Decimal(1 if net_amount >= 0 else -1), abs(net_amount), ZERO * unit
    unit_price, exact = ZERO, list_net / quantity
    rounded = (round_half_up(exact, step) for step in _STEPS[-unit.adjusted() :])
    for unit_price in chain(shops_price, rounded):
        whole = unit_price * quantity
        if list_net == net_amount:
            if whole.quantize(unit, ROUND_HALF_UP) == net_amount:
                break
        elif abs(whole - list_net) <= unit / 2:
            break
    return quantity, unit_price, round_half_up(unit_price * quantity, unit) - net_amount
