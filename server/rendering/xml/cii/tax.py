"""Tax categories and the tax by category and rate (BG-23) in CII."""

from __future__ import annotations

from decimal import Decimal
from functools import lru_cache

from server.domain.invoice import TaxCategory, TaxSubtotal
from server.rendering.xml.nodes import leaf, node
from server.rendering.xml.terms import number, percentage, rate


@lru_cache(maxsize=256)
def tax_category(depth: int, name: str, category: TaxCategory, percent: Decimal) -> str:
    """Writes the category and rate of a line or adjustment (BG-30, BT-95, BT-102)."""
    return node(
        depth,
        name,
        leaf("ram:TypeCode", "VAT"),
        leaf("ram:CategoryCode", category.value),
        leaf("ram:RateApplicablePercent", rate(category, percent)),
    )


def tax_subtotal(subtotal: TaxSubtotal) -> str:
    """Writes the tax of one category and rate (BG-23)."""
    return node(
        3,
        "ram:ApplicableTradeTax",
        leaf("ram:CalculatedAmount", number(subtotal.tax_amount)),
        leaf("ram:TypeCode", "VAT"),
        leaf("ram:ExemptionReason", subtotal.exemption_reason),
        leaf("ram:BasisAmount", number(subtotal.taxable_amount)),
        leaf("ram:CategoryCode", subtotal.tax_category.value),
        leaf("ram:ExemptionReasonCode", subtotal.exemption_code),
        leaf("ram:RateApplicablePercent", percentage(subtotal.tax_rate)),
    )
