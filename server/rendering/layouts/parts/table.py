"""The table of lines: its head, a row for each line, and rows for shipping, fees and allowances."""

from __future__ import annotations

from server.rendering.colours import GREY, HAIRLINE, INK, Colour
from server.rendering.layouts.blocks import Block, Piece
from server.rendering.layouts.context import Context
from server.rendering.layouts.design import Design
from server.rendering.layouts.measuring import lines_of
from server.rendering.layouts.parts.cells import Cells, cells_of
from server.rendering.layouts.parts.columns import Columns, columns_for
from server.rendering.pdf.pen import Pen

#: Where the first base line is below a row's upper room, as a part of the type's size.
_ASCENT = 0.86

#: A text, where it begins, and its colour.
_Cell = tuple[float, str, Colour]


def table(ctx: Context) -> tuple[Block, list[Block]]:
    """Makes the table's head and its rows."""
    texts = cells_of(ctx.draft, ctx.formats)
    columns = columns_for(ctx, texts)
    return _head(ctx, columns), [_row(cells, columns, ctx.design) for cells in texts]


def _head(ctx: Context, columns: Columns) -> Block:
    design, look, type_ = ctx.design, ctx.design.table, columns.type
    names, widths, small = type_.names, type_.widths, type_.head_small
    height = look.head_above + type_.head.leading + small.leading + look.head_below
    ends = [
        (columns.quantity_end, names.quantity),
        (columns.unit_price, names.unit_price),
        (columns.tax_rate, names.tax_rate),
        (columns.amount, names.amount),
    ]
    net_ends = [columns.unit_price, columns.amount]
    if columns.has_discount:
        ends.insert(-1, (columns.discount, names.discount))
        net_ends.insert(-1, columns.discount)
    colour = look.head_colour
    first: list[_Cell] = [
        (columns.position, names.position, colour),
        (columns.item, names.name, colour),
        *((end - widths[name], name, colour) for end, name in ends),
    ]
    second: list[_Cell] = [(end - type_.net_width, type_.net, GREY) for end in net_ends]

    def draw(pen: Pen, y: float) -> None:
        base = y + look.head_above + type_.head.size
        pen.cells(base, type_.head, first)
        pen.cells(base + small.leading, small, second)
        pen.rule(design.left, design.right, y + height, ctx.palette.accent, look.head_rule)

    return Piece(height, draw)


def _row(cells: Cells, columns: Columns, design: Design) -> _Row:
    """Makes the row of these texts, every number where its column ends."""
    position, name, texts, quantity, unit, unit_price, tax_rate, discount, amount = cells
    type_, widths, limit = columns.type, columns.widths, columns.item_width
    names = lines_of(name, type_.cell, limit) or [""]
    line: list[_Cell] = [
        (columns.position, position, GREY),
        (columns.item, names[0], INK),
        (columns.quantity - widths[quantity], quantity, INK),
        (columns.unit, unit, GREY),
        (columns.unit_price - widths[unit_price], unit_price, INK),
        (columns.tax_rate - widths[tax_rate], tax_rate, GREY),
        (columns.amount - widths[amount], amount, INK),
    ]
    if discount:
        line.insert(-1, (columns.discount - widths[discount], discount, INK))
    if not quantity:  # a charge or an allowance
        line = [cell for cell in line if cell[1]]
    details = [part for text in texts for part in lines_of(text, type_.small, limit)]
    return _Row(line, names[1:], details, columns, design)


class _Row:
    """A row, or a part of one that is taller than a page."""

    __slots__ = ("_columns", "_design", "_details", "_line", "_names", "height")

    def __init__(
        self,
        line: list[_Cell],
        names: list[str],
        details: list[str],
        columns: Columns,
        design: Design,
    ) -> None:
        """Takes what stands on its first line, and the lines of name and details below that."""
        self._line, self._names, self._details = line, names, details
        self._columns, self._design = columns, design
        look, type_ = design.table, columns.type
        name_lines = len(names) + 1 if line else 0
        self.height = (
            look.above
            + name_lines * type_.cell.leading
            + len(details) * type_.small.leading
            + look.below
        )

    def draw(self, pen: Pen, y: float) -> None:
        """Draws it with its upper edge at y."""
        columns, design = self._columns, self._design
        cell, small = columns.type.cell, columns.type.small
        base = y + design.table.above + cell.size * _ASCENT
        if self._line:
            pen.cells(base, cell, self._line)
        if self._names:
            pen.lines(columns.item, base + cell.leading, self._names, cell)
            base += len(self._names) * cell.leading
        if self._details:
            base += small.leading if self._line else 0
            pen.lines(columns.item, base, self._details, small, GREY)
        bottom = y + self.height
        pen.rule(design.left, design.right, bottom, HAIRLINE, design.table.row_rule)

    def split(self, room: float) -> tuple[Block, Block] | None:
        """Divides it between two lines; its numbers stay with the first part."""
        line, names, details, columns = self._line, self._names, self._details, self._columns
        cell, small, look = columns.type.cell, columns.type.small, self._design.table
        room -= look.above + look.below
        fitting = int(room / cell.leading)
        if line and 0 < fitting <= len(names):
            first: list[_Cell] = [(columns.item, names[fitting - 1], INK)]
            return self._part(line, names[: fitting - 1], []), self._part(
                first, names[fitting:], details
            )
        above = (len(names) + 1) * cell.leading if line else 0
        fitting = int((room - above) / small.leading)
        if not 0 < fitting < len(details):
            return None
        return self._part(line, names, details[:fitting]), self._part([], [], details[fitting:])

    def _part(self, line: list[_Cell], names: list[str], details: list[str]) -> _Row:
        return _Row(line, names, details, self._columns, self._design)
