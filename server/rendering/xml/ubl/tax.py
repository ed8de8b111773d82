"""Tax categories and the tax by category and rate (BG-23) in UBL."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from functools import lru_cache

from server.domain.invoice import InvoiceDraft, TaxCategory, TaxSubtotal
from server.rendering.xml.nodes import leaf, node
from server.rendering.xml.terms import percentage, rate
from server.rendering.xml.ubl.totals import amount, currency_of


@lru_cache(maxsize=256)
def tax_category(depth: int, name: str, category: TaxCategory, percent: Decimal) -> str:
    """Writes the category and rate of a line or adjustment (BG-30, BT-95, BT-102)."""
    return node(
        depth,
        name,
        leaf("cbc:ID", category.value),
        leaf("cbc:Percent", rate(category, percent)),
        _vat(depth + 1),
    )


def tax_totals(draft: InvoiceDraft) -> Iterator[str]:
    """Writes the tax by category and rate, and what it is in the currency of tax (BT-111)."""
    currency = currency_of(draft.currency)
    yield node(
        1,
        "cac:TaxTotal",
        amount("cbc:TaxAmount", draft.totals.tax, currency),
        *(_subtotal(subtotal, currency) for subtotal in draft.tax_subtotals),
    )
    in_tax_currency = draft.totals.tax_in_tax_currency
    if in_tax_currency is not None:
        yield node(
            1,
            "cac:TaxTotal",
            amount("cbc:TaxAmount", in_tax_currency, currency_of(draft.tax_currency)),
        )


def _subtotal(subtotal: TaxSubtotal, currency: str) -> str:
    return node(
        2,
        "cac:TaxSubtotal",
        amount("cbc:TaxableAmount", subtotal.taxable_amount, currency),
        amount("cbc:TaxAmount", subtotal.tax_amount, currency),
        node(
            3,
            "cac:TaxCategory",
            leaf("cbc:ID", subtotal.tax_category.value),
            leaf("cbc:Percent", percentage(subtotal.tax_rate)),
            leaf("cbc:TaxExemptionReasonCode", subtotal.exemption_code),
            leaf("cbc:TaxExemptionReason", subtotal.exemption_reason),
            _vat(4),
        ),
    )


def _vat(depth: int) -> str:
    return node(depth, "cac:TaxScheme", leaf("cbc:ID", "VAT"))
