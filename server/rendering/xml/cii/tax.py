"""Tax categories and the tax by category and rate (BG-23) in CII."""

from __future__ import annotations

from decimal import Decimal

from server.domain.invoice import TaxCategory, TaxSubtotal
from server.rendering.xml.nodes import Element, node
from server.rendering.xml.terms import number, percentage, rate


def tax_category(name: str, category: TaxCategory, percent: Decimal) -> Element | None:
    """Makes the category and rate of a line or adjustment (BG-30, BT-95, BT-102)."""
    return node(
        name,
        node("ram:TypeCode", "VAT"),
        node("ram:CategoryCode", category.value),
        node("ram:RateApplicablePercent", rate(category, percent)),
    )


def tax_subtotal(subtotal: TaxSubtotal) -> Element | None:
    """Makes the tax of one category and rate (BG-23)."""
    return node(
        "ram:ApplicableTradeTax",
        node("ram:CalculatedAmount", number(subtotal.tax_amount)),
        node("ram:TypeCode", "VAT"),
        node("ram:ExemptionReason", subtotal.exemption_reason),
        node("ram:BasisAmount", number(subtotal.taxable_amount)),
        node("ram:CategoryCode", subtotal.tax_category.value),
        node("ram:ExemptionReasonCode", subtotal.exemption_code),
        node("ram:RateApplicablePercent", percentage(subtotal.tax_rate)),
    )
