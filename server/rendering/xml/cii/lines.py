"""Lines (BG-25) in CII."""

from __future__ import annotations

from server.domain.invoice import InvoiceLine
from server.rendering.xml.cii.adjustments import allowance_charge
from server.rendering.xml.cii.tax import tax_category
from server.rendering.xml.nodes import Element, node
from server.rendering.xml.terms import DISCOUNT, GTIN, number, price_and_base
from server.rendering.xml.units import known_unit


def line_item(line: InvoiceLine) -> Element | None:
    """Makes a line with its item, price, tax, discount and amount."""
    return node(
        "ram:IncludedSupplyChainTradeLineItem",
        node("ram:AssociatedDocumentLineDocument", node("ram:LineID", str(line.position))),
        _item(line),
        node("ram:SpecifiedLineTradeAgreement", _price(line)),
        node(
            "ram:SpecifiedLineTradeDelivery",
            node("ram:BilledQuantity", number(line.quantity), unitCode=known_unit(line.unit_code)),
        ),
        node(
            "ram:SpecifiedLineTradeSettlement",
            tax_category("ram:ApplicableTradeTax", line.tax_category, line.tax_rate),
            _discount(line),
            node(
                "ram:SpecifiedTradeSettlementLineMonetarySummation",
                node("ram:LineTotalAmount", number(line.net_amount)),
            ),
        ),
    )


def _item(line: InvoiceLine) -> Element | None:
    return node(
        "ram:SpecifiedTradeProduct",
        node("ram:GlobalID", line.gtin, schemeID=GTIN),
        node("ram:SellerAssignedID", line.item_id),
        node("ram:BuyerAssignedID", line.buyer_item_id),
        node("ram:Name", line.name),
        node("ram:Description", line.description),
        *(
            node(
                "ram:ApplicableProductCharacteristic",
                node("ram:Description", name),
                node("ram:Value", value),
            )
            for name, value in line.attributes
            if name and value
        ),
    )


def _price(line: InvoiceLine) -> Element | None:
    price, base = price_and_base(line)
    return node(
        "ram:NetPriceProductTradePrice",
        node("ram:ChargeAmount", number(price)),
        node("ram:BasisQuantity", number(base), unitCode=known_unit(line.unit_code))
        if base
        else None,
    )


def _discount(line: InvoiceLine) -> Element | None:
    if not line.discount:
        return None
    return allowance_charge(
        is_charge=False,
        amount=line.discount,
        reason_code=DISCOUNT,
        reason=line.discount_reason,
    )
