"""Tax categories and the tax by category and rate (BG-23) in UBL."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from server.domain.invoice import InvoiceDraft, TaxCategory, TaxSubtotal
from server.rendering.xml.nodes import Element, node
from server.rendering.xml.terms import percentage, rate
from server.rendering.xml.ubl.totals import amount


def tax_category(name: str, category: TaxCategory, percent: Decimal) -> Element | None:
    """Makes the category and rate of a line or adjustment (BG-30, BT-95, BT-102)."""
    return node(
        name,
        node("cbc:ID", category.value),
        node("cbc:Percent", rate(category, percent)),
        _vat(),
    )


def tax_totals(draft: InvoiceDraft) -> Iterator[Element | None]:
    """Makes the tax by category and rate, and what it is in the currency of tax (BT-111)."""
    yield node(
        "cac:TaxTotal",
        amount("cbc:TaxAmount", draft.totals.tax, draft.currency),
        *(_subtotal(subtotal, draft.currency) for subtotal in draft.tax_subtotals),
    )
    in_tax_currency = draft.totals.tax_in_tax_currency
    if in_tax_currency is not None:
        yield node("cac:TaxTotal", amount("cbc:TaxAmount", in_tax_currency, draft.tax_currency))


def _subtotal(subtotal: TaxSubtotal, currency: str) -> Element | None:
    return node(
        "cac:TaxSubtotal",
        amount("cbc:TaxableAmount", subtotal.taxable_amount, currency),
        amount("cbc:TaxAmount", subtotal.tax_amount, currency),
        node(
            "cac:TaxCategory",
            node("cbc:ID", subtotal.tax_category.value),
            node("cbc:Percent", percentage(subtotal.tax_rate)),
            node("cbc:TaxExemptionReasonCode", subtotal.exemption_code),
            node("cbc:TaxExemptionReason", subtotal.exemption_reason),
            _vat(),
        ),
    )


def _vat() -> Element | None:
    return node("cac:TaxScheme", node("cbc:ID", "VAT"))
