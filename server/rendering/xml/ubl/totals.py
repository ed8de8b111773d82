"""Amounts and the sums (BG-22) in UBL."""

from __future__ import annotations

from decimal import Decimal

from server.domain.invoice import InvoiceDraft
from server.rendering.xml.nodes import Element, node
from server.rendering.xml.terms import number


def amount(name: str, value: Decimal, currency: str) -> Element | None:
    """Makes an amount, which in UBL always tells its currency."""
    return node(name, number(value), currencyID=currency)


def totals(draft: InvoiceDraft) -> Element | None:
    """Makes the sums; those of nothing are left out where the standard allows it."""
    sums, currency = draft.totals, draft.currency
    return node(
        "cac:LegalMonetaryTotal",
        amount("cbc:LineExtensionAmount", sums.lines, currency),
        amount("cbc:TaxExclusiveAmount", sums.tax_exclusive, currency),
        amount("cbc:TaxInclusiveAmount", sums.tax_inclusive, currency),
        _optional("cbc:AllowanceTotalAmount", sums.allowances, currency),
        _optional("cbc:ChargeTotalAmount", sums.charges, currency),
        _optional("cbc:PrepaidAmount", sums.prepaid, currency),
        _optional("cbc:PayableRoundingAmount", sums.rounding, currency),
        amount("cbc:PayableAmount", sums.due, currency),
    )


def _optional(name: str, value: Decimal, currency: str) -> Element | None:
    return amount(name, value, currency) if value else None
