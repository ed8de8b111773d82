"""The facts of an invoice: numbers and dates, each with its label."""

from __future__ import annotations

from datetime import date

from server.rendering.layouts.context import Context
from server.rendering.layouts.parts.parties import register_name

Fact = tuple[str, str]


def facts_of(ctx: Context) -> list[Fact]:
    """Lists label and value of each fact that the invoice has, its number first."""
    invoice, draft, labels = ctx.invoice, ctx.draft, ctx.labels
    asks = draft.totals.due > 0 and not ctx.is_credit
    legal_id = draft.buyer.legal_id
    facts = (
        (labels.credit_number if ctx.is_credit else labels.invoice_number, invoice.number),
        (labels.issue_date, ctx.formats.day(invoice.issue_date)),
        (labels.supply_date, _day(ctx, draft.supply_date)),
        (labels.due_date, _day(ctx, invoice.due_date if asks else None)),
        (labels.order_number, draft.order_number or draft.order_id),
        (labels.order_date, _day(ctx, draft.order_date)),
        (labels.customer_id, draft.buyer.customer_id),
        (labels.buyer_vat_id, draft.buyer.vat_id),
        (register_name(legal_id, labels.buyer_legal_id), legal_id.value if legal_id else ""),
        (labels.buyer_reference, draft.buyer_reference),
        (labels.purchase_order, draft.purchase_order),
    )
    return [fact for fact in facts if fact[1]]


def _day(ctx: Context, day: date | None) -> str:
    return "" if day is None else ctx.formats.day(day)
