"""The head of the pages after the first: which invoice they belong to, and whose."""

from __future__ import annotations

from server.rendering.colours import GREY, HAIRLINE
from server.rendering.layouts.context import Context
from server.rendering.layouts.measuring import lines_of
from server.rendering.pdf.pen import Pen

_GUTTER = 20.0
_RULE_BELOW = 6.0


def draw_continued(pen: Pen, ctx: Context) -> None:
    """Draws title and number at the left, the seller at the right, each in one line."""
    design, base = ctx.design, ctx.design.continued_base
    strong, style = ctx.styles.continued_strong, ctx.styles.continued
    half = (design.text_width - _GUTTER) / 2
    for line in lines_of(f"{ctx.title} {ctx.invoice.number}", strong, half, most=1):
        pen.text(design.left, base, line, strong)
    for line in lines_of(ctx.draft.seller.name, style, half, most=1):
        pen.text_right(design.right, base, line, style, GREY)
    pen.rule(design.left, design.right, base + _RULE_BELOW, HAIRLINE)
