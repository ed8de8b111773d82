"""Lines (BG-25) in UBL."""

from __future__ import annotations

from server.domain.invoice import InvoiceLine
from server.rendering.xml.nodes import leaf, node, placed
from server.rendering.xml.terms import DISCOUNT, GTIN, number, price_and_base
from server.rendering.xml.ubl.adjustments import allowance_charge
from server.rendering.xml.ubl.tax import tax_category
from server.rendering.xml.ubl.totals import amount
from server.rendering.xml.units import known_unit

_INVOICED = ("cac:InvoiceLine", "cbc:InvoicedQuantity")
_CREDITED = ("cac:CreditNoteLine", "cbc:CreditedQuantity")


def line_item(line: InvoiceLine, currency: str, *, is_credit: bool) -> str:
    """Writes a line with its item, price, tax, discount and amount.

    currency is what `currency_of` made. There may be hundreds of lines, so what every line has is
    a template, as it stands in the document.
    """
    name, quantity = _CREDITED if is_credit else _INVOICED
    unit = known_unit(line.unit_code)
    discount = placed(2, _discount(line, currency)) if line.discount else ""
    return f"""<{name}>
    <cbc:ID>{line.position}</cbc:ID>
    <{quantity} unitCode="{unit}">{number(line.quantity)}</{quantity}>
    <cbc:LineExtensionAmount{currency}>{number(line.net_amount)}</cbc:LineExtensionAmount>{discount}
    {_item(line)}
    {_price(line, unit, currency)}
  </{name}>"""


def _item(line: InvoiceLine) -> str:
    return node(
        2,
        "cac:Item",
        leaf("cbc:Description", line.description),
        leaf("cbc:Name", line.name),
        node(3, "cac:BuyersItemIdentification", leaf("cbc:ID", line.buyer_item_id)),
        node(3, "cac:SellersItemIdentification", leaf("cbc:ID", line.item_id)),
        node(3, "cac:StandardItemIdentification", leaf("cbc:ID", line.gtin, schemeID=GTIN)),
        tax_category(3, "cac:ClassifiedTaxCategory", line.tax_category, line.tax_rate),
        *map(_property, line.attributes),
    )


def _property(attribute: tuple[str, str]) -> str:
    name, value = attribute
    if not (name and value):
        return ""
    return node(3, "cac:AdditionalItemProperty", leaf("cbc:Name", name), leaf("cbc:Value", value))


def _price(line: InvoiceLine, unit: str, currency: str) -> str:
    price, base = price_and_base(line)
    return node(
        2,
        "cac:Price",
        amount("cbc:PriceAmount", price, currency),
        leaf("cbc:BaseQuantity", number(base), unitCode=unit) if base else "",
    )


def _discount(line: InvoiceLine, currency: str) -> str:
    return allowance_charge(
        2,
        is_charge=False,
        amount=amount("cbc:Amount", line.discount, currency),
        reason_code=DISCOUNT,
        reason=line.discount_reason,
    )
