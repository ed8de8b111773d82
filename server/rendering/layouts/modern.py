"""modern-1: a page for screens, with room for a large logo and the sum where the eye looks first.

Changing what it draws changes invoices that were issued with it: a new design is a new layout.
"""

from __future__ import annotations

from functools import cache

from server.domain.branding import Paper, Typeface
from server.rendering.colours import GREY
from server.rendering.layouts.blocks import Block, Piece
from server.rendering.layouts.composing import Template
from server.rendering.layouts.context import Context, Shop
from server.rendering.layouts.design import (
    BASE,
    MM,
    PAPERS,
    Design,
    TableLook,
    fitting,
    regular,
    strong,
    styles_in,
)
from server.rendering.layouts.measuring import lines_of
from server.rendering.layouts.parts.brand import draw_brand_name
from server.rendering.layouts.parts.facts import facts_of
from server.rendering.layouts.parts.party_columns import parties_block
from server.rendering.layouts.parts.summary import summary_block
from server.rendering.layouts.parts.title import preceding_lines
from server.rendering.pdf.pen import Pen

_TOP = 17 * MM
_BAR = 5.0
_LEAST_HEADING = 15 * MM
_PARTIES_GAP = 22.0
_GUTTER = 16.0
_SUMMARY_GAP = 18.0
_TABLE_GAP = 12.0
_PRECEDING_GAP = 6.0
_MOST_NUMBER_LINES = 3


@cache
def design(paper: Paper, typeface: Typeface) -> Design:
    """Gives the measures and styles on a paper in a typeface."""
    width, height = PAPERS[paper]
    left, right = 20 * MM, width - 20 * MM
    return Design(
        width=width,
        height=height,
        left=left,
        right=right,
        middle=left + (right - left) * 0.54,
        logo_top=_TOP,
        logo_width=85 * MM,
        logo_height=25 * MM,
        brand_width=(right - left) * 0.52,
        continued_base=17 * MM,
        continued_top=25 * MM,
        footer_bottom=height - 11 * MM,
        styles=styles_in(
            typeface,
            title=strong(25, 29, -0.6),
            number=regular(11, 15),
            address=regular(8.8, 12.6),
            strong=strong(8.8, 12.6),
            label=regular(7.4, 11),
            value=regular(8.4, 11.6),
            heading=strong(8.4, 15),
            due=strong(12.5, 25, -0.15),
        ),
        table=TableLook(
            sizes=(8.6, 7.6, 6.6, 5.6),
            above=4.6,
            below=3.6,
            head_colour=GREY,
            head_rule=0.8,
            row_rule=0.4,
        ),
    )


def _stationery(pen: Pen, shop: Shop) -> None:
    _bar(pen, shop)
    if shop.brand:
        draw_brand_name(pen, shop)


def _bar(pen: Pen, shop: Shop) -> None:
    """Draws the shop's colour along the page's upper edge."""
    pen.panel(0, 0, shop.design.width, _BAR, shop.palette.accent)


def _masthead(ctx: Context) -> Block:
    heading, parties = _heading(ctx), parties_block(ctx)
    logo_height = ctx.design.logo_size((ctx.logo.width, ctx.logo.height))[1] if ctx.logo else 0.0
    parties_top = _TOP + max(_LEAST_HEADING, heading.height, logo_height) + _PARTIES_GAP
    summary = summary_block(ctx, facts_of(ctx)[1:])  # the number stands below the title
    summary_top = parties_top + parties.height + _SUMMARY_GAP
    below = summary_top + summary.height + _TABLE_GAP
    preceding = preceding_lines(ctx)

    def draw(pen: Pen, _y: float) -> None:
        heading.draw(pen, _TOP)
        parties.draw(pen, parties_top)
        summary.draw(pen, summary_top)
        preceding.draw(pen, below)

    return Piece(below + preceding.height + (_PRECEDING_GAP if preceding.height else 0), draw)


def _heading(ctx: Context) -> Block:
    """Makes the title and, below it, the number; both end at the right margin."""
    page, number = ctx.design, ctx.styles.number
    limit = page.right - page.left - page.brand_width - _GUTTER
    title = fitting(ctx.title, ctx.styles.title, limit)
    lines = lines_of(ctx.invoice.number, number, limit, _MOST_NUMBER_LINES)

    def draw(pen: Pen, y: float) -> None:
        pen.text_right(page.right, y + BASE * ctx.styles.title.leading, ctx.title, title)
        base = y + ctx.styles.title.leading + BASE * number.leading
        for index, line in enumerate(lines):
            pen.text_right(page.right, base + index * number.leading, line, number, GREY)

    return Piece(ctx.styles.title.leading + len(lines) * number.leading, draw)


MODERN = Template(design, _stationery, _bar, _masthead)
