"""Allowances and charges (BG-20, BG-21, BG-27) in CII."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from server.domain.invoice import AdjustmentKind, InvoiceDraft
from server.rendering.xml.cii.tax import tax_category
from server.rendering.xml.nodes import leaf, node
from server.rendering.xml.terms import number


def adjustments(draft: InvoiceDraft) -> Iterator[str]:
    """Writes the allowances and charges on the invoice's level (BG-20, BG-21)."""
    for adjustment in draft.adjustments:
        yield allowance_charge(
            3,
            is_charge=adjustment.kind is AdjustmentKind.CHARGE,
            amount=adjustment.net_amount,
            reason_code=adjustment.reason_code,
            reason=adjustment.description,
            tax=tax_category(
                4, "ram:CategoryTradeTax", adjustment.tax_category, adjustment.tax_rate
            ),
        )


def allowance_charge(
    depth: int,
    *,
    is_charge: bool,
    amount: Decimal,
    reason_code: str,
    reason: str,
    tax: str = "",
) -> str:
    """Writes an allowance or charge; one of a line has no tax of its own."""
    return node(
        depth,
        "ram:SpecifiedTradeAllowanceCharge",
        node(
            depth + 1,
            "ram:ChargeIndicator",
            leaf("udt:Indicator", "true" if is_charge else "false"),
        ),
        leaf("ram:ActualAmount", number(amount)),
        leaf("ram:ReasonCode", reason_code),
        leaf("ram:Reason", reason),
        tax,
    )
