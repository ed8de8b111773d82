"""letterhead-1: a letter by DIN 5008 form B, whose address shows in the window of an envelope.

Changing what it draws changes invoices that were issued with it: a new design is a new layout.
"""

from __future__ import annotations

from functools import cache

from server.domain.branding import Paper, Typeface
from server.rendering.colours import GREY, HAIRLINE
from server.rendering.layouts.blocks import Block, Piece, Stack
from server.rendering.layouts.composing import Template
from server.rendering.layouts.context import Context, Shop
from server.rendering.layouts.design import BASE, MM, PAPERS, Design, TableLook, styles_in
from server.rendering.layouts.measuring import lines_of
from server.rendering.layouts.parts.brand import draw_brand_name
from server.rendering.layouts.parts.facts import facts_of
from server.rendering.layouts.parts.pairs import pairs_block
from server.rendering.layouts.parts.parties import (
    address_lines,
    name_lines,
    names_of,
    place_lines,
    place_of,
)
from server.rendering.layouts.parts.title import delivery_block, preceding_lines, title_block
from server.rendering.pdf.pen import Pen

_SENDER_BASE = 59 * MM
_ADDRESS_TOP = 62.7 * MM
_ADDRESS_WIDTH = 80 * MM
_FACTS_TOP = 50 * MM
_TITLE_TOP = 87.5 * MM
_TITLE_GAP = 9.0
_TABLE_GAP = 5.0
#: Where the sheet is folded (first and last) and punched, and how long the marks are.
_MARKS = ((105 * MM, 4 * MM), (148.5 * MM, 6 * MM), (210 * MM, 4 * MM))
_MARKS_LEFT = 4 * MM


@cache
def design(paper: Paper, typeface: Typeface) -> Design:
    """Gives the measures and styles on a paper in a typeface."""
    width, height = PAPERS[paper]
    left, right = 25 * MM, width - 20 * MM
    return Design(
        width=width,
        height=height,
        left=left,
        right=right,
        middle=left + (right - left) * 0.5515,
        logo_top=13 * MM,
        logo_width=58 * MM,
        logo_height=19 * MM,
        brand_width=right - left,
        continued_base=17 * MM,
        continued_top=24 * MM,
        footer_bottom=height - 10 * MM,
        styles=styles_in(typeface),
        table=TableLook(),
    )


def _stationery(pen: Pen, shop: Shop) -> None:
    """Draws the brand's name, the sender above the address, and where to fold the sheet."""
    page, style, seller = shop.design, shop.design.styles.sender, shop.seller
    if shop.brand:
        draw_brand_name(pen, shop)
    sender = " · ".join(part for part in (seller.name, *address_lines(seller.address)) if part)
    for line in lines_of(sender, style, _ADDRESS_WIDTH, most=1):
        pen.text(page.left, _SENDER_BASE, line, style, GREY)
        pen.rule(page.left, page.left + _ADDRESS_WIDTH, _SENDER_BASE + 3.2, HAIRLINE)
    if (page.width, page.height) == PAPERS[Paper.A4]:
        for y, length in _MARKS:
            pen.rule(_MARKS_LEFT, _MARKS_LEFT + length, y, GREY, 0.4)


def _nothing(_pen: Pen, _shop: Shop) -> None:
    """Leaves the pages after the first as they are."""


def _masthead(ctx: Context) -> Block:
    page, styles = ctx.design, ctx.styles
    address = _address_lines(ctx)
    facts = pairs_block(facts_of(ctx), (page.middle, page.right), styles.value)
    below_address = _ADDRESS_TOP + len(address) * styles.address.leading + _TITLE_GAP
    top = max(_TITLE_TOP, below_address, _FACTS_TOP + facts.height + _TITLE_GAP)
    title = Stack(title_block(ctx), preceding_lines(ctx), delivery_block(ctx))

    def draw(pen: Pen, _y: float) -> None:
        base = _ADDRESS_TOP + BASE * styles.address.leading
        pen.lines(page.left, base, address, styles.address)
        facts.draw(pen, _FACTS_TOP)
        title.draw(pen, top)

    return Piece(top + title.height + _TABLE_GAP, draw)


def _address_lines(ctx: Context) -> list[str]:
    """Gives the buyer's address, wrapped to the window's width."""
    buyer, style = ctx.draft.buyer, ctx.styles.address
    place = place_of(buyer.address, ctx.draft.seller.address.country, ctx.formats)
    return [
        *name_lines(names_of(buyer), style, _ADDRESS_WIDTH),
        *place_lines(place, style, _ADDRESS_WIDTH),
    ]


LETTERHEAD = Template(design, _stationery, _nothing, _masthead)
