"""The facts at the right of the address: numbers and dates, each with its label."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from server.rendering.colours import GREY
from server.rendering.layout import measures as m
from server.rendering.layout.blocks import BASE, Block, stack
from server.rendering.layout.context import Context, register_name
from server.rendering.pen import Pen, Style
from server.rendering.text import wrap

_BETWEEN = (m.MIDDLE, m.RIGHT)
_GAP = 10.0
# A reference of 2,000 letters is cut rather than pushing the invoice off its first page.
_MOST_LINES = 4


def facts_block(ctx: Context) -> Block:
    """Makes the block of facts that the invoice has."""
    invoice, draft, labels = ctx.invoice, ctx.draft, ctx.labels
    asks = draft.totals.due > 0 and not ctx.is_credit
    legal_id = draft.buyer.legal_id
    pairs = [
        (labels.issue_date, ctx.formats.day(invoice.issue_date)),
        (labels.supply_date, _day(ctx, draft.supply_date)),
        (labels.due_date, _day(ctx, invoice.due_date if asks else None)),
        (labels.order_number, draft.order_number or draft.order_id),
        (labels.order_date, _day(ctx, draft.order_date)),
        (labels.customer_id, draft.buyer.customer_id),
        (labels.buyer_vat_id, draft.buyer.vat_id),
        (
            register_name(legal_id, labels.buyer_legal_id),
            "" if legal_id is None else legal_id.value,
        ),
        (labels.buyer_reference, draft.buyer_reference),
        (labels.purchase_order, draft.purchase_order),
    ]
    name = labels.credit_number if ctx.is_credit else labels.invoice_number
    number = (name, invoice.number)
    indent = _indent([number, *pairs])
    return stack(
        [
            pairs_block([number], _BETWEEN, m.VALUE_STRONG, indent),
            pairs_block(pairs, _BETWEEN, m.VALUE, indent),
        ]
    )


def _indent(pairs: Sequence[tuple[str, str]]) -> float:
    return max(m.LABEL.width(label) for label, value in pairs if value) + _GAP


def _day(ctx: Context, day: date | None) -> str:
    return "" if day is None else ctx.formats.day(day)


def pairs_block(
    pairs: Sequence[tuple[str, str]], between: tuple[float, float], style: Style, indent: float
) -> Block:
    """Makes a block of labels with their values; a pair without a value is left out."""
    left, right = between
    begin = left + indent
    blocks = []
    for label, value in pairs:
        lines = wrap(value, style.weight, style.size, right - begin, _MOST_LINES)
        if lines:
            blocks.append(_pair(label, lines, left, begin, style))
    return stack(blocks)


def _pair(label: str, value: Sequence[str], left: float, begin: float, style: Style) -> Block:
    def draw(pen: Pen, y: float) -> None:
        pen.text(left, y + BASE * style.leading, label, m.LABEL, GREY)
        for index, line in enumerate(value):
            pen.text(begin, y + (index + BASE) * style.leading, line, style)

    return Block(len(value) * style.leading, draw)
