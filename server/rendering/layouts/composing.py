"""Puts the parts of an invoice on pages: what all layouts do in the same way."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import NamedTuple

from server.domain.branding import Paper, Typeface
from server.domain.invoice import Invoice
from server.rendering.colours import GREY
from server.rendering.images import Logo
from server.rendering.layouts.blocks import Beside, Block, Piece, Stack
from server.rendering.layouts.context import Context, Shop, context_for
from server.rendering.layouts.design import Design
from server.rendering.layouts.paginate import Placed, Room, paginate
from server.rendering.layouts.parts.brand import draw_logo
from server.rendering.layouts.parts.continued import draw_continued
from server.rendering.layouts.parts.footer import Footer, footer_for
from server.rendering.layouts.parts.payment import payment_block
from server.rendering.layouts.parts.table import table
from server.rendering.layouts.parts.texts import closing_text, notes, opening_text
from server.rendering.layouts.parts.totals import totals_block
from server.rendering.layouts.parts.watermark import draw_watermark
from server.rendering.pdf.pen import Drawing, Pen, recorded

#: Between the content and the footer at least.
_FOOTER_GAP = 7.0
#: Above and below the opening text.
_OPENING_GAPS = (5.0, 9.0)
_CLOSING_GAP = 10.0
# A closing text up to this height stays with the totals; a longer one may flow on.
_SHORT_TEXT = 150.0


@dataclass(frozen=True, slots=True, eq=False)
class Template:
    """What makes a layout its own."""

    #: Gives the measures and styles on a paper in a typeface, made once.
    design: Callable[[Paper, Typeface], Design]
    #: Draws what is the same on the first page of all invoices of a shop.
    stationery: Callable[[Pen, Shop], None]
    #: The same for the pages after it.
    further_stationery: Callable[[Pen, Shop], None]
    #: Makes all that stands above the lines on the first page, its height being where it ends.
    masthead: Callable[[Context], Block]


@dataclass(frozen=True, slots=True)
class Sheets:
    """Pages of one size that are ready to be drawn."""

    #: In points.
    width: float
    height: float
    #: Each draws one page.
    pages: Sequence[Callable[[Pen], None]]
    #: The logo that they draw; None for none.
    logo: Logo | None


@dataclass(frozen=True, slots=True, eq=False)
class _Stationery:
    """What is the same for all invoices of a shop, drawn once."""

    first: Drawing
    further: Drawing
    foot: Drawing
    footer: Footer


class _Common(NamedTuple):
    """What the pages of one invoice share."""

    ctx: Context
    stationery: _Stationery
    masthead: Block
    pages: int


def compose_with(template: Template, invoice: Invoice, watermark: str) -> Sheets:
    """Lays an invoice out."""
    branding = invoice.draft.branding
    ctx = context_for(invoice, template.design(branding.paper, branding.typeface), watermark)
    stationery = _stationery(template, ctx.shop)
    masthead = template.masthead(ctx)
    head, rows = table(ctx)
    room = Room(
        first_top=masthead.height,
        next_top=ctx.design.continued_top,
        bottom=stationery.footer.top - _FOOTER_GAP,
    )
    pages = paginate(room, head, rows, _closing(ctx), _opening(ctx))
    common = _Common(ctx, stationery, masthead, len(pages))
    drawn = [partial(_draw_page, common, page, placed) for page, placed in enumerate(pages, 1)]
    return Sheets(ctx.design.width, ctx.design.height, drawn, ctx.logo)


@lru_cache(maxsize=256)
def _stationery(template: Template, shop: Shop) -> _Stationery:
    height, footer = shop.design.height, footer_for(shop)
    return _Stationery(
        first=recorded(height, lambda pen: template.stationery(pen, shop)),
        further=recorded(height, lambda pen: template.further_stationery(pen, shop)),
        foot=recorded(height, footer.draw),
        footer=footer,
    )


def _opening(ctx: Context) -> list[Block]:
    """Gives the shop's text above the lines."""
    text = opening_text(ctx)
    above, below = _OPENING_GAPS
    return [Piece(above), text, Piece(below)] if text.height else []


def _closing(ctx: Context) -> list[Block]:
    """Gives what stands below the table: sums and payment together, then the shop's text."""
    sums = Stack(Piece(_CLOSING_GAP), Beside(payment_block(ctx), totals_block(ctx)))
    texts = [text for text in (notes(ctx), closing_text(ctx)) if text.height]
    if not texts:
        return [sums]
    below = Stack(*[block for text in texts for block in (Piece(_CLOSING_GAP), text)])
    return [Stack(sums, below)] if below.height <= _SHORT_TEXT else [sums, below]


def _draw_page(common: _Common, page: int, placed: Sequence[Placed], pen: Pen) -> None:
    ctx, stationery = common.ctx, common.stationery
    if page == 1:
        pen.replay(stationery.first)
        common.masthead.draw(pen, 0)
    else:
        pen.replay(stationery.further)
        draw_continued(pen, ctx)
    # Above the masthead's panels, which would cover it, and below the logo and the GiroCode.
    if ctx.watermark:
        draw_watermark(pen, ctx.design, ctx.watermark)
    if page == 1 and ctx.logo is not None:
        draw_logo(pen, ctx.logo, ctx.design)
    for y, block in placed:
        block.draw(pen, y)
    number = ctx.labels.page.format(page=page, pages=common.pages)
    level = stationery.footer.page_number
    pen.text_right(ctx.design.right, level, number, ctx.styles.page_number, GREY)
    pen.replay(stationery.foot)
