"""The sums at the lower right: net, tax by rate, total, what was paid and what is due."""

from __future__ import annotations

from server.domain.invoice import TaxSubtotal
from server.rendering.colours import GREY, HAIRLINE, INK, Colour
from server.rendering.layouts.blocks import Block, Lines, Piece, Stack, Whole
from server.rendering.layouts.context import Context
from server.rendering.layouts.design import BASE
from server.rendering.layouts.measuring import width_of
from server.rendering.pdf.pen import Pen
from server.rendering.typography.style import Style
from server.rendering.typography.wrapping import wrap

_GAP = 10.0


class Sum(Whole):
    """What an amount is, and at the right the amount; it stays whole."""

    __slots__ = ("_amount", "_below", "_colours", "_label", "_left", "_style", "_x")

    def __init__(
        self,
        texts: tuple[str, str],
        between: tuple[float, float],
        style: Style,
        colours: tuple[Colour, Colour],
    ) -> None:
        self._label, self._amount = texts
        self._style, self._colours = style, colours
        self._left, right = between
        self._x = right - width_of(style, self._amount)
        together = self._left + width_of(style, self._label) + _GAP <= self._x
        # A label that leaves the amount no room stands above it.
        self._below = 0.0 if together else style.leading
        self.height = style.leading + self._below

    def draw(self, pen: Pen, y: float) -> None:
        """Draws it with its upper edge at y."""
        base = y + BASE * self._style.leading
        label, amount = self._colours
        shown = ((self._left, self._label, label), (self._x, self._amount, amount))
        if not self._below:
            pen.cells(base, self._style, shown)
            return
        for index, cell in enumerate(shown):
            pen.cells(base + index * self._below, self._style, (cell,))


def totals_block(ctx: Context) -> Block:
    """Makes the block of sums; what is due, or that nothing is, ends it."""
    draft, totals, labels, styles = ctx.draft, ctx.draft.totals, ctx.labels, ctx.styles
    blocks: list[Block] = [_sum(ctx, labels.total_net, ctx.money(totals.tax_exclusive))]
    for subtotal in draft.tax_subtotals:
        blocks += _tax(ctx, subtotal)
    if len(draft.tax_subtotals) > 1:
        blocks.append(_sum(ctx, labels.total_tax, ctx.money(totals.tax)))
    if totals.tax_in_tax_currency is not None and draft.tax_currency:
        label = labels.tax_in_currency.format(currency=draft.tax_currency)
        amount = ctx.formats.money(totals.tax_in_tax_currency, draft.tax_currency)
        blocks.append(_sum(ctx, label, amount))
    blocks.append(_rule(ctx))
    gross = (labels.total_gross, ctx.money(totals.tax_inclusive))
    blocks.append(Sum(gross, (ctx.design.middle, ctx.design.right), styles.gross, (INK, INK)))
    if totals.prepaid:
        blocks.append(_sum(ctx, labels.prepaid, ctx.money(-totals.prepaid)))
    if totals.rounding:
        blocks.append(_sum(ctx, labels.rounding, ctx.money(totals.rounding)))
    return Stack(*blocks, Piece(4), *_due(ctx))


def due_label(ctx: Context) -> str:
    """Says what the amount due is: to be paid, to be refunded, settled."""
    totals, labels = ctx.draft.totals, ctx.labels
    if totals.due > 0:
        return labels.refund if ctx.is_credit else labels.due
    if totals.due < 0:
        return labels.credit
    return labels.settled if totals.prepaid else labels.nothing_due


def _sum(ctx: Context, label: str, amount: str) -> Sum:
    design = ctx.design
    return Sum((label, amount), (design.middle, design.right), ctx.styles.sum, (GREY, INK))


def _tax(ctx: Context, subtotal: TaxSubtotal) -> list[Block]:
    rate = ctx.formats.percent(subtotal.tax_rate)
    label = ctx.labels.tax_of.format(rate=rate, amount=ctx.money(subtotal.taxable_amount))
    row = _sum(ctx, label, ctx.money(subtotal.tax_amount))
    if not subtotal.exemption_reason:
        return [row]
    design, style = ctx.design, ctx.styles.reason
    reason = wrap(subtotal.exemption_reason, style, design.right - design.middle)
    return [row, Lines(design.middle, reason, style, GREY), Piece(3)]


def _rule(ctx: Context) -> Piece:
    design = ctx.design
    return Piece(5, lambda pen, y: pen.rule(design.middle, design.right, y + 3, HAIRLINE))


def _due(ctx: Context) -> list[Block]:
    """Makes the line that says what is to be paid, under a rule in the shop's colour."""
    design, colour, accent = ctx.design, ctx.palette.text, ctx.palette.accent
    texts = (due_label(ctx), ctx.money(abs(ctx.draft.totals.due)))
    row = Sum(texts, (design.middle, design.right), ctx.styles.due, (colour, colour))
    return [Piece(0, lambda pen, y: pen.rule(design.middle, design.right, y, accent, 1)), row]
