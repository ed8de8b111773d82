"""Labels with their values beside them, below each other."""

from __future__ import annotations

from collections.abc import Sequence

from server.rendering.colours import GREY, INK
from server.rendering.layouts.blocks import Stack, Whole
from server.rendering.layouts.design import BASE
from server.rendering.layouts.measuring import lines_of, width_of
from server.rendering.pdf.pen import Pen
from server.rendering.typography.style import Style

_GAP = 10.0
# A reference of 2,000 letters is cut rather than pushing the invoice off its first page.
_MOST_LINES = 4


class Pair(Whole):
    """A label in grey and, beside it, its value; it stays whole."""

    __slots__ = ("_begin", "_left", "_lines", "_style", "_text")

    def __init__(
        self, text: str, lines: list[str], left: float, begin: float, style: Style
    ) -> None:
        """Takes the label's text, and the lines of the value from the x where they begin."""
        self._text, self._lines, self._style = text, lines, style
        self._left, self._begin = left, begin
        self.height = len(lines) * style.leading

    def draw(self, pen: Pen, y: float) -> None:
        """Draws it with its upper edge at y."""
        style, base = self._style, y + BASE * self._style.leading
        first, *others = self._lines
        pen.cells(base, style, ((self._left, self._text, GREY), (self._begin, first, INK)))
        if others:
            pen.lines(self._begin, base + style.leading, others, style)


def pairs_block(
    pairs: Sequence[tuple[str, str]], between: tuple[float, float], style: Style
) -> Stack:
    """Makes a block of labels with their values between two x; one without a value is left out."""
    left, right = between
    shown = [pair for pair in pairs if pair[1]]
    widest = max([width_of(style, label) for label, _ in shown], default=0.0)
    begin = left + min(widest + _GAP, (right - left) / 2)
    blocks = []
    for label, value in shown:
        lines = lines_of(value, style, right - begin, _MOST_LINES)
        if lines:
            blocks.append(Pair(label, lines, left, begin, style))
    return Stack(*blocks)
