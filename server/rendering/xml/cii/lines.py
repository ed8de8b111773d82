"""Lines (BG-25) in CII."""

from __future__ import annotations

from server.domain.invoice import InvoiceLine
from server.rendering.xml.cii.adjustments import allowance_charge
from server.rendering.xml.cii.tax import tax_category
from server.rendering.xml.nodes import leaf, node, placed
from server.rendering.xml.terms import DISCOUNT, GTIN, number, price_and_base
from server.rendering.xml.units import known_unit


def line_item(line: InvoiceLine) -> str:
    """Writes a line with its item, price, tax, discount and amount.

    There may be hundreds, so what every line has is a template, as it stands in the document.
    """
    price, base = price_and_base(line)
    unit = known_unit(line.unit_code)
    item = placed(3, _item(line))
    basis = placed(5, leaf("ram:BasisQuantity", number(base), unitCode=unit)) if base else ""
    tax = tax_category(4, "ram:ApplicableTradeTax", line.tax_category, line.tax_rate)
    discount = placed(4, _discount(line)) if line.discount else ""
    return f"""<ram:IncludedSupplyChainTradeLineItem>
      <ram:AssociatedDocumentLineDocument>
        <ram:LineID>{line.position}</ram:LineID>
      </ram:AssociatedDocumentLineDocument>{item}
      <ram:SpecifiedLineTradeAgreement>
        <ram:NetPriceProductTradePrice>
          <ram:ChargeAmount>{number(price)}</ram:ChargeAmount>{basis}
        </ram:NetPriceProductTradePrice>
      </ram:SpecifiedLineTradeAgreement>
      <ram:SpecifiedLineTradeDelivery>
        <ram:BilledQuantity unitCode="{unit}">{number(line.quantity)}</ram:BilledQuantity>
      </ram:SpecifiedLineTradeDelivery>
      <ram:SpecifiedLineTradeSettlement>
        {tax}{discount}
        <ram:SpecifiedTradeSettlementLineMonetarySummation>
          <ram:LineTotalAmount>{number(line.net_amount)}</ram:LineTotalAmount>
        </ram:SpecifiedTradeSettlementLineMonetarySummation>
      </ram:SpecifiedLineTradeSettlement>
    </ram:IncludedSupplyChainTradeLineItem>"""


def _item(line: InvoiceLine) -> str:
    return node(
        3,
        "ram:SpecifiedTradeProduct",
        leaf("ram:GlobalID", line.gtin, schemeID=GTIN),
        leaf("ram:SellerAssignedID", line.item_id),
        leaf("ram:BuyerAssignedID", line.buyer_item_id),
        leaf("ram:Name", line.name),
        leaf("ram:Description", line.description),
        *map(_characteristic, line.attributes),
    )


def _characteristic(attribute: tuple[str, str]) -> str:
    name, value = attribute
    if not (name and value):
        return ""
    return node(
        4,
        "ram:ApplicableProductCharacteristic",
        leaf("ram:Description", name),
        leaf("ram:Value", value),
    )


def _discount(line: InvoiceLine) -> str:
    return allowance_charge(
        4,
        is_charge=False,
        amount=line.discount,
        reason_code=DISCOUNT,
        reason=line.discount_reason,
    )
