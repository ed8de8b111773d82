"""Lines (BG-25) in UBL."""

from __future__ import annotations

from server.domain.invoice import InvoiceLine
from server.rendering.xml.nodes import Element, node
from server.rendering.xml.terms import DISCOUNT, GTIN, number, price_and_base
from server.rendering.xml.ubl.adjustments import allowance_charge
from server.rendering.xml.ubl.tax import tax_category
from server.rendering.xml.ubl.totals import amount
from server.rendering.xml.units import known_unit


def line_item(line: InvoiceLine, currency: str, *, is_credit: bool) -> Element | None:
    """Makes a line with its item, price, tax, discount and amount."""
    return node(
        "cac:CreditNoteLine" if is_credit else "cac:InvoiceLine",
        node("cbc:ID", str(line.position)),
        node(
            "cbc:CreditedQuantity" if is_credit else "cbc:InvoicedQuantity",
            number(line.quantity),
            unitCode=known_unit(line.unit_code),
        ),
        amount("cbc:LineExtensionAmount", line.net_amount, currency),
        _discount(line, currency),
        _item(line),
        _price(line, currency),
    )


def _item(line: InvoiceLine) -> Element | None:
    return node(
        "cac:Item",
        node("cbc:Description", line.description),
        node("cbc:Name", line.name),
        node("cac:BuyersItemIdentification", node("cbc:ID", line.buyer_item_id)),
        node("cac:SellersItemIdentification", node("cbc:ID", line.item_id)),
        node("cac:StandardItemIdentification", node("cbc:ID", line.gtin, schemeID=GTIN)),
        tax_category("cac:ClassifiedTaxCategory", line.tax_category, line.tax_rate),
        *(
            node("cac:AdditionalItemProperty", node("cbc:Name", name), node("cbc:Value", value))
            for name, value in line.attributes
            if name and value
        ),
    )


def _price(line: InvoiceLine, currency: str) -> Element | None:
    price, base = price_and_base(line)
    return node(
        "cac:Price",
        amount("cbc:PriceAmount", price, currency),
        node("cbc:BaseQuantity", number(base), unitCode=known_unit(line.unit_code))
        if base
        else None,
    )


def _discount(line: InvoiceLine, currency: str) -> Element | None:
    if not line.discount:
        return None
    return allowance_charge(
        is_charge=False,
        amount=amount("cbc:Amount", line.discount, currency),
        reason_code=DISCOUNT,
        reason=line.discount_reason,
    )
