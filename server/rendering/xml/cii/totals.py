"""The sums (BG-22) in CII."""

from __future__ import annotations

from decimal import Decimal

from server.domain.invoice import InvoiceDraft
from server.rendering.xml.nodes import leaf, node
from server.rendering.xml.terms import number


def totals(draft: InvoiceDraft) -> str:
    """Writes the sums; those of nothing are left out where the standard allows it."""
    sums = draft.totals
    in_tax_currency = sums.tax_in_tax_currency
    return node(
        3,
        "ram:SpecifiedTradeSettlementHeaderMonetarySummation",
        leaf("ram:LineTotalAmount", number(sums.lines)),
        _optional("ram:ChargeTotalAmount", sums.charges),
        _optional("ram:AllowanceTotalAmount", sums.allowances),
        leaf("ram:TaxBasisTotalAmount", number(sums.tax_exclusive)),
        leaf("ram:TaxTotalAmount", number(sums.tax), currencyID=draft.currency),
        ""
        if in_tax_currency is None
        else leaf("ram:TaxTotalAmount", number(in_tax_currency), currencyID=draft.tax_currency),
        _optional("ram:RoundingAmount", sums.rounding),
        leaf("ram:GrandTotalAmount", number(sums.tax_inclusive)),
        _optional("ram:TotalPrepaidAmount", sums.prepaid),
        leaf("ram:DuePayableAmount", number(sums.due)),
    )


def _optional(name: str, value: Decimal) -> str:
    return leaf(name, number(value)) if value else ""
