"""The GiroCode below the bank details, with a caption beside it."""

from __future__ import annotations

from server.rendering.colours import GREY
from server.rendering.girocode import dark_runs, girocode_text
from server.rendering.layout import measures as m
from server.rendering.layout.blocks import BASE, Block, space
from server.rendering.layout.context import Context
from server.rendering.pen import Pen

#: Side of the code in points; the modules of an ordinary transfer are 0.6 mm wide then.
_SIDE = 70.0
_QUIET_MODULES = 4


def girocode_block(ctx: Context) -> Block:
    """Makes the code with its quiet zone; nothing where the invoice asks for no transfer."""
    text = girocode_text(ctx.invoice)
    if not text:
        return space(0)
    modules, runs = dark_runs(text)
    module = _SIDE / modules
    quiet = _QUIET_MODULES * module

    def draw(pen: Pen, y: float) -> None:
        top = y + quiet
        pen.bars(m.LEFT, top, module, runs)
        beside = m.LEFT + _SIDE + quiet
        pen.text(beside, top + BASE * m.VALUE_STRONG.leading, "GiroCode", m.VALUE_STRONG)
        below = top + (1 + BASE) * m.LABEL.leading
        pen.text(beside, below, ctx.labels.girocode, m.LABEL, GREY)

    return Block(_SIDE + 2 * quiet, draw)
