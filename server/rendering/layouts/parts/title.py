"""The title and the lines below it: what is corrected, and where the goods went."""

from __future__ import annotations

from server.rendering.colours import GREY
from server.rendering.layouts.blocks import Block, Lines, Piece
from server.rendering.layouts.context import Context
from server.rendering.layouts.design import BASE
from server.rendering.layouts.measuring import lines_of, width_of
from server.rendering.layouts.parts.parties import name_lines, names_of, place_lines, place_of
from server.rendering.pdf.pen import Pen

_MOST_NUMBER_LINES = 3
_MOST_DELIVERY_LINES = 6
_LABEL_GAP = 8.0


def title_block(ctx: Context) -> Block:
    """Makes the title: the kind of document and its number, beside it where there is room."""
    design, title, style = ctx.design, ctx.styles.title, ctx.styles.number
    colour, number = ctx.palette.text, ctx.invoice.number
    begin = design.left + width_of(title, ctx.title) + title.size * 0.34
    fits = begin + style.width(number) <= design.right
    below = [] if fits else lines_of(number, style, design.text_width, _MOST_NUMBER_LINES)

    def draw(pen: Pen, y: float) -> None:
        base = y + BASE * title.leading
        pen.text(design.left, base, ctx.title, title)
        if fits:
            pen.text(begin, base, number, style, colour)
        pen.lines(design.left, base + title.leading, below, style, colour)

    return Piece(title.leading + len(below) * style.leading, draw)


def preceding_lines(ctx: Context) -> Lines:
    """Makes the lines that say which invoice a credit note corrects."""
    preceding, style = ctx.draft.preceding, ctx.styles.value
    text = ""
    if preceding is not None:
        day = ctx.formats.day(preceding.issue_date)
        text = ctx.labels.corrects.format(number=preceding.number, date=day)
    return Lines(ctx.design.left, lines_of(text, style, ctx.design.text_width), style)


def delivery_block(ctx: Context) -> Block:
    """Makes the line that says where the goods went, if that is another address."""
    delivery, design, styles = ctx.draft.delivery, ctx.design, ctx.styles
    if delivery is None:
        return Piece(0)
    label, style = ctx.labels.delivery_address, styles.value
    indent = width_of(styles.label, label) + _LABEL_GAP
    home = ctx.draft.seller.address.country
    limit = design.text_width - indent
    names, place = names_of(delivery), place_of(delivery.address, home, ctx.formats)
    lines = lines_of(", ".join([*names, *place]), style, limit)
    if len(lines) > _MOST_DELIVERY_LINES:
        lines = name_lines(names, style, limit) + place_lines([", ".join(place)], style, limit)

    def draw(pen: Pen, y: float) -> None:
        base = y + BASE * style.leading
        pen.text(design.left, base, label, styles.label, GREY)
        pen.lines(design.left + indent, base, lines, style)

    return Piece(len(lines) * style.leading, draw)
