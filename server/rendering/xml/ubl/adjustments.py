"""Allowances and charges (BG-20, BG-21, BG-27) in UBL."""

from __future__ import annotations

from collections.abc import Iterator

from server.domain.invoice import AdjustmentKind, InvoiceDraft
from server.rendering.xml.nodes import Element, node
from server.rendering.xml.ubl.tax import tax_category
from server.rendering.xml.ubl.totals import amount


def adjustments(draft: InvoiceDraft) -> Iterator[Element | None]:
    """Makes the allowances and charges on the invoice's level (BG-20, BG-21)."""
    for adjustment in draft.adjustments:
        yield allowance_charge(
            is_charge=adjustment.kind is AdjustmentKind.CHARGE,
            amount=amount("cbc:Amount", adjustment.net_amount, draft.currency),
            reason_code=adjustment.reason_code,
            reason=adjustment.description,
            tax=tax_category("cac:TaxCategory", adjustment.tax_category, adjustment.tax_rate),
        )


def allowance_charge(
    *,
    is_charge: bool,
    amount: Element | None,
    reason_code: str,
    reason: str,
    tax: Element | None = None,
) -> Element | None:
    """Makes an allowance or charge; one of a line has no tax of its own."""
    return node(
        "cac:AllowanceCharge",
        node("cbc:ChargeIndicator", "true" if is_charge else "false"),
        node("cbc:AllowanceChargeReasonCode", reason_code),
        node("cbc:AllowanceChargeReason", reason),
        amount,
        tax,
    )
