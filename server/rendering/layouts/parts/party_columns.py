"""Seller, buyer and who took the goods, side by side."""

from __future__ import annotations

from collections.abc import Sequence

from server.rendering.colours import GREY
from server.rendering.layouts.blocks import Beside, Block, Lines, Stack
from server.rendering.layouts.context import Context
from server.rendering.layouts.measuring import lines_of
from server.rendering.layouts.parts.parties import name_lines, names_of, place_lines, place_of

_COLUMNS = 3
_GUTTER = 16.0

#: What a party is, its names, and where it is.
_Party = tuple[str, Sequence[str], Sequence[str]]


def parties_block(ctx: Context) -> Block:
    """Makes a column for each party; there is a third one where the goods went elsewhere."""
    draft, labels, design = ctx.draft, ctx.labels, ctx.design
    seller, buyer = draft.seller, draft.buyer
    home, away = seller.address.country, buyer.address.country
    parties: list[_Party] = [
        (labels.seller, [seller.name], place_of(seller.address, away, ctx.formats)),
        (labels.buyer, names_of(buyer), place_of(buyer.address, home, ctx.formats)),
    ]
    if draft.delivery is not None:
        place = place_of(draft.delivery.address, home, ctx.formats)
        parties.append((labels.delivery_address, names_of(draft.delivery), place))
    width = (design.text_width - (_COLUMNS - 1) * _GUTTER) / _COLUMNS
    blocks = [
        _party(ctx, party, design.left + index * (width + _GUTTER), width)
        for index, party in enumerate(parties)
    ]
    return Beside(*blocks)


def _party(ctx: Context, party: _Party, left: float, width: float) -> Block:
    """Makes a party's column: what it is, its name, its address."""
    (label, names, place), styles = party, ctx.styles
    others = name_lines(names[1:], styles.address, width)
    return Stack(
        Lines(left, lines_of(label, styles.label, width, most=1), styles.label, GREY),
        Lines(left, name_lines(names[:1], styles.strong, width), styles.strong),
        Lines(left, [*others, *place_lines(place, styles.address, width)], styles.address),
    )
