"""Seller, buyer and who took the goods, side by side."""

from __future__ import annotations

from collections.abc import Sequence

from server.rendering.colours import GREY
from server.rendering.layouts.blocks import Beside, Block, Lines, Stack
from server.rendering.layouts.context import Context
from server.rendering.layouts.measuring import lines_of
from server.rendering.layouts.parts.parties import party_lines, seller_lines

_COLUMNS = 3
_GUTTER = 16.0
# An upper bound that keeps a page a page: far beyond any real address.
_MOST_LINES = 12


def parties_block(ctx: Context) -> Block:
    """Makes a column for each party; there is a third one where the goods went elsewhere."""
    draft, labels, design = ctx.draft, ctx.labels, ctx.design
    home = draft.seller.address.country
    parties = [
        (labels.seller, seller_lines(draft.seller, draft.buyer, ctx.formats)),
        (labels.buyer, party_lines(draft.buyer, home, ctx.formats)),
    ]
    if draft.delivery is not None:
        where = party_lines(draft.delivery, home, ctx.formats)
        parties.append((labels.delivery_address, where))
    width = (design.text_width - (_COLUMNS - 1) * _GUTTER) / _COLUMNS
    blocks = [
        _party(ctx, label, texts, (design.left + index * (width + _GUTTER), width))
        for index, (label, texts) in enumerate(parties)
    ]
    return Beside(*blocks)


def _party(ctx: Context, label: str, texts: Sequence[str], place: tuple[float, float]) -> Block:
    """Makes a party's column: what it is, its name, its address."""
    (left, width), styles = place, ctx.styles
    names = lines_of(texts[0], styles.strong, width, _MOST_LINES) if texts else []
    others = [line for text in texts[1:] for line in lines_of(text, styles.address, width)]
    return Stack(
        Lines(left, lines_of(label, styles.label, width, most=1), styles.label, GREY),
        Lines(left, names, styles.strong),
        Lines(left, others[:_MOST_LINES], styles.address),
    )
