"""Amounts and the sums (BG-22) in UBL."""

from __future__ import annotations

from decimal import Decimal

from server.domain.invoice import InvoiceDraft
from server.rendering.xml.nodes import attribute, node
from server.rendering.xml.terms import number


def currency_of(code: str) -> str:
    """Writes the attribute that tells the currency, which in UBL every amount has."""
    return attribute("currencyID", code)


def amount(name: str, value: Decimal, currency: str) -> str:
    """Writes an amount; currency is what `currency_of` made."""
    return f"<{name}{currency}>{number(value)}</{name}>"


def totals(draft: InvoiceDraft) -> str:
    """Writes the sums; those of nothing are left out where the standard allows it."""
    sums, currency = draft.totals, currency_of(draft.currency)
    return node(
        1,
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


def _optional(name: str, value: Decimal, currency: str) -> str:
    return amount(name, value, currency) if value else ""
