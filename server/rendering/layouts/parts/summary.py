"""A panel that sums the invoice up: its facts in columns, and at the right the amount."""

from __future__ import annotations

from collections.abc import Sequence

from server.rendering.colours import GREY, colour
from server.rendering.layouts.blocks import Beside, Block, Lines, Piece, Stack, Whole
from server.rendering.layouts.context import Context
from server.rendering.layouts.design import BASE, Styles, fitting
from server.rendering.layouts.measuring import lines_of
from server.rendering.layouts.parts.facts import Fact
from server.rendering.layouts.parts.payment import due_by
from server.rendering.layouts.parts.totals import due_label
from server.rendering.pdf.pen import Pen

_PANEL = colour(0.966, 0.971, 0.978)
#: Room around what stands in the panel.
_PADDING = 12.0
_COLUMNS = 3
_GUTTER = 16.0
_BETWEEN_ROWS = 6.0
#: The part of the panel's width that is left to the amount.
_AMOUNT_PART = 0.27
_MOST_LINES = 4


class _Fact(Whole):
    """A label and, below it, its value; it stays whole."""

    __slots__ = ("_left", "_lines", "_styles", "_text")

    def __init__(self, fact: Fact, left: float, width: float, styles: Styles) -> None:
        label, value = fact
        self._left, self._styles = left, styles
        self._text = "".join(lines_of(label, styles.label, width, most=1))
        self._lines = lines_of(value, styles.value, width, _MOST_LINES)
        self.height = styles.label.leading + len(self._lines) * styles.value.leading

    def draw(self, pen: Pen, y: float) -> None:
        """Draws it with its upper edge at y."""
        label, value = self._styles.label, self._styles.value
        pen.text(self._left, y + BASE * label.leading, self._text, label, GREY)
        pen.lines(self._left, y + label.leading + BASE * value.leading, self._lines, value)


def summary_block(ctx: Context, facts: Sequence[Fact]) -> Block:
    """Makes the panel of these facts."""
    design, styles = ctx.design, ctx.styles
    left, inner = design.left + _PADDING, design.text_width - 2 * _PADDING
    amount_width = inner * _AMOUNT_PART
    column = (inner - amount_width) / _COLUMNS
    cells = [
        _Fact(fact, left + index % _COLUMNS * column, column - _GUTTER, styles)
        for index, fact in enumerate(facts)
    ]
    rows: list[Block] = []
    for start in range(0, len(cells), _COLUMNS):
        rows += [Beside(*cells[start : start + _COLUMNS]), Piece(_BETWEEN_ROWS)]
    grid, amount = Stack(*rows[:-1]), _amount(ctx, left + inner - amount_width, amount_width)
    height = max(grid.height, amount.height) + 2 * _PADDING

    def draw(pen: Pen, y: float) -> None:
        pen.panel(design.left, y, design.text_width, height, _PANEL)
        grid.draw(pen, y + _PADDING)
        amount.draw(pen, y + _PADDING)

    return Piece(height, draw)


def _amount(ctx: Context, left: float, width: float) -> Block:
    """Makes what is to be paid or refunded, and until when; the total where all is paid."""
    styles, totals = ctx.styles, ctx.draft.totals
    settled = totals.due == 0 and totals.prepaid
    amount = ctx.money(totals.tax_inclusive if settled else abs(totals.due))
    label = lines_of(due_label(ctx), styles.label, width, most=1)
    asks = totals.due > 0 and not ctx.is_credit
    until = lines_of(" ".join(due_by(ctx)), styles.label, width, most=2) if asks else []
    return Stack(
        Lines(left, label, styles.label, GREY),
        Lines(left, [amount], fitting(amount, styles.headline, width), ctx.palette.text),
        Lines(left, until, styles.label, GREY),
    )
