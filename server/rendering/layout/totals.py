"""The sums at the lower right: net, tax by rate, total, what was paid and what is due."""

from __future__ import annotations

from server.domain.invoice import TaxSubtotal
from server.rendering.colours import GREY, HAIRLINE, INK, Colour
from server.rendering.layout import measures as m
from server.rendering.layout.blocks import BASE, Block, space, stack, text_lines
from server.rendering.layout.context import Context
from server.rendering.pen import Pen, Style
from server.rendering.text import wrap

_GAP = 10.0


def totals_block(ctx: Context) -> Block:
    """Makes the block of sums; what is due, or that nothing is, ends it."""
    draft, totals, labels = ctx.draft, ctx.draft.totals, ctx.labels
    blocks = [_row(labels.total_net, ctx.money(totals.tax_exclusive), m.TOTAL)]
    for subtotal in draft.tax_subtotals:
        blocks += _tax(ctx, subtotal)
    if len(draft.tax_subtotals) > 1:
        blocks.append(_row(labels.total_tax, ctx.money(totals.tax), m.TOTAL))
    if totals.tax_in_tax_currency is not None and draft.tax_currency:
        label = labels.tax_in_currency.format(currency=draft.tax_currency)
        amount = ctx.formats.money(totals.tax_in_tax_currency, draft.tax_currency)
        blocks.append(_row(label, amount, m.TOTAL))
    blocks += [_line(), _row(labels.total_gross, ctx.money(totals.tax_inclusive), m.GROSS)]
    if totals.prepaid:
        blocks.append(_row(labels.prepaid, ctx.money(-totals.prepaid), m.TOTAL))
    if totals.rounding:
        blocks.append(_row(labels.rounding, ctx.money(totals.rounding), m.TOTAL))
    return stack([*blocks, space(4), *_due(ctx)])


def _tax(ctx: Context, subtotal: TaxSubtotal) -> list[Block]:
    rate = ctx.formats.percent(subtotal.tax_rate)
    label = ctx.labels.tax_of.format(rate=rate, amount=ctx.money(subtotal.taxable_amount))
    row = _row(label, ctx.money(subtotal.tax_amount), m.TOTAL)
    reason = wrap(subtotal.exemption_reason, m.REASON.weight, m.REASON.size, m.RIGHT - m.MIDDLE)
    return [row, text_lines(m.MIDDLE, reason, m.REASON, GREY), space(3)] if reason else [row]


def _row(label: str, amount: str, style: Style, colour: Colour = INK) -> Block:
    together = style.width(label) + _GAP + style.width(amount) <= m.RIGHT - m.MIDDLE
    # A label that leaves the amount no room stands above it.
    below = 0 if together else style.leading
    label_colour = GREY if style is m.TOTAL else colour

    def draw(pen: Pen, y: float) -> None:
        base = y + BASE * style.leading
        pen.text(m.MIDDLE, base, label, style, label_colour)
        pen.text_right(m.RIGHT, base + below, amount, style, colour)

    return Block(style.leading + below, draw)


def _line() -> Block:
    return Block(5, lambda pen, y: pen.rule(m.MIDDLE, m.RIGHT, y + 3, HAIRLINE))


def _due(ctx: Context) -> list[Block]:
    """Makes the line that says what is to be paid, under a rule in the shop's colour."""
    due, labels = ctx.draft.totals.due, ctx.labels
    if ctx.is_credit and due > 0:
        label = labels.refund
    elif due > 0:
        label = labels.due
    elif due < 0:
        label = labels.credit
    else:
        label = labels.settled if ctx.draft.totals.prepaid else labels.nothing_due
    accent = ctx.palette.accent
    rule = Block(0, lambda pen, y: pen.rule(m.MIDDLE, m.RIGHT, y, accent, 1))
    return [rule, _row(label, ctx.money(abs(due)), m.DUE, ctx.palette.text)]
