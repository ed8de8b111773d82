"""Allowances and charges (BG-20, BG-21, BG-27) in UBL."""

from __future__ import annotations

from collections.abc import Iterator

from server.domain.invoice import AdjustmentKind, InvoiceDraft
from server.rendering.xml.nodes import leaf, node
from server.rendering.xml.ubl.tax import tax_category
from server.rendering.xml.ubl.totals import amount, currency_of


def adjustments(draft: InvoiceDraft) -> Iterator[str]:
    """Writes the allowances and charges on the invoice's level (BG-20, BG-21)."""
    currency = currency_of(draft.currency)
    for adjustment in draft.adjustments:
        yield allowance_charge(
            1,
            is_charge=adjustment.kind is AdjustmentKind.CHARGE,
            amount=amount("cbc:Amount", adjustment.net_amount, currency),
            reason_code=adjustment.reason_code,
            reason=adjustment.description,
            tax=tax_category(2, "cac:TaxCategory", adjustment.tax_category, adjustment.tax_rate),
        )


def allowance_charge(
    depth: int,
    *,
    is_charge: bool,
    amount: str,
    reason_code: str,
    reason: str,
    tax: str = "",
) -> str:
    """Writes an allowance or charge; one of a line has no tax of its own."""
    return node(
        depth,
        "cac:AllowanceCharge",
        leaf("cbc:ChargeIndicator", "true" if is_charge else "false"),
        leaf("cbc:AllowanceChargeReasonCode", reason_code),
        leaf("cbc:AllowanceChargeReason", reason),
        amount,
        tax,
    )
