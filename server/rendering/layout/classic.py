"""The layout classic-1, named in each invoice.

Changing what it draws changes invoices that were issued with it: a new design is a new layout.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from server.domain.invoice import Invoice
from server.rendering.colours import GREY, HAIRLINE
from server.rendering.layout import measures as m
from server.rendering.layout.blocks import Block, beside, space, stack
from server.rendering.layout.context import Context, context_for
from server.rendering.layout.facts import facts_block
from server.rendering.layout.footer import Footer, footer_for
from server.rendering.layout.letterhead import (
    address_field_lines,
    delivery_block,
    draw_address_field,
    draw_brand,
    preceding_block,
    title_block,
)
from server.rendering.layout.lines import table
from server.rendering.layout.paginate import Placed, Room, paginate
from server.rendering.layout.payment import closing_text, notes_block, payment_block
from server.rendering.layout.totals import totals_block
from server.rendering.pen import Pen
from server.rendering.text import wrap

_TITLE_GAP = 9.0
_TABLE_GAP = 5.0
_CLOSING_GAP = 10.0
# A closing text up to this height stays with the totals; a longer one may flow on.
_SHORT_TEXT = 150.0


def compose(invoice: Invoice) -> Sequence[Callable[[Pen], None]]:
    """Lays an invoice out; each function given back draws one page."""
    ctx = context_for(invoice)
    masthead = _masthead(ctx)
    footer = footer_for(ctx)
    head, rows = table(ctx)
    room = Room(
        first_top=masthead.height,
        next_top=m.CONTINUED_TOP,
        bottom=footer.top - m.FOOTER_GAP,
    )
    pages = paginate(room, head, rows, _closing(ctx))
    tops = [masthead] + [_continued(ctx)] * (len(pages) - 1)
    return [
        partial(_draw_page, [Placed(0, top), *placed], footer, (page, len(pages)))
        for page, (top, placed) in enumerate(zip(tops, pages, strict=True), 1)
    ]


def _closing(ctx: Context) -> list[Block]:
    """Gives what stands below the table: sums and payment together, then the shop's text."""
    sums = stack([space(_CLOSING_GAP), beside(payment_block(ctx), totals_block(ctx))])
    texts = [text for text in (notes_block(ctx), closing_text(ctx)) if text.height]
    if not texts:
        return [sums]
    below = stack([block for text in texts for block in (space(_CLOSING_GAP), text)])
    return [stack([sums, below])] if below.height <= _SHORT_TEXT else [sums, below]


def _masthead(ctx: Context) -> Block:
    """Makes all that stands above the table on the first page, its height being where it ends."""
    facts = facts_block(ctx)
    address_end = m.ADDRESS_TOP + len(address_field_lines(ctx)) * m.ADDRESS.leading
    title_top = max(m.TITLE_TOP, address_end + _TITLE_GAP, m.FACTS_TOP + facts.height + _TITLE_GAP)
    title = stack([title_block(ctx), preceding_block(ctx), delivery_block(ctx)])

    def draw(pen: Pen, _y: float) -> None:
        draw_brand(ctx, pen)
        draw_address_field(ctx, pen)
        facts.draw(pen, m.FACTS_TOP)
        title.draw(pen, title_top)

    return Block(title_top + title.height + _TABLE_GAP, draw)


def _continued(ctx: Context) -> Block:
    """Makes the head of the pages after the first: which invoice they belong to, and whose."""
    style, strong, half = m.CONTINUED, m.CONTINUED_STRONG, m.WIDTH / 2 - 10
    title = wrap(f"{ctx.title} {ctx.invoice.number}", strong.weight, strong.size, half, most=1)
    seller = wrap(ctx.draft.seller.name, style.weight, style.size, half, most=1)

    def draw(pen: Pen, _y: float) -> None:
        pen.text(m.LEFT, m.CONTINUED_BASE, "".join(title), strong)
        pen.text_right(m.RIGHT, m.CONTINUED_BASE, "".join(seller), style, GREY)
        pen.rule(m.LEFT, m.RIGHT, m.CONTINUED_BASE + 6, HAIRLINE)

    return Block(m.CONTINUED_TOP, draw)


def _draw_page(placed: Sequence[Placed], footer: Footer, number: tuple[int, int], pen: Pen) -> None:
    for item in placed:
        item.block.draw(pen, item.y)
    footer.draw(pen, *number)
