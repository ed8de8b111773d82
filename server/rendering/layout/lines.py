"""The lines table: its head, a row for each line, and rows for shipping, fees and allowances."""

from __future__ import annotations

from collections.abc import Sequence

from server.domain.invoice import Adjustment, AdjustmentKind, InvoiceLine
from server.rendering.colours import GREY, HAIRLINE, INK
from server.rendering.layout import measures as m
from server.rendering.layout.blocks import Block
from server.rendering.layout.columns import Cells, Columns, columns_for, head_names
from server.rendering.layout.context import Context
from server.rendering.pen import Pen
from server.rendering.text import wrap
from server.rendering.units import unit_name

_ABOVE, _BELOW = 2.9, 1.8
_HEAD_ABOVE = 2.0
_HEAD_BELOW = 5.0
_NOTHING = Cells("", "", (), "", "", "", "", "", "")


def table(ctx: Context) -> tuple[Block, list[Block]]:
    """Makes the table's head and its rows."""
    rows = [_line_cells(ctx, line) for line in ctx.draft.lines]
    rows += [_adjustment_cells(ctx, adjustment) for adjustment in ctx.draft.adjustments]
    columns = columns_for(ctx, rows)
    return _head(ctx, columns), [_row(cells, columns) for cells in rows]


def _line_cells(ctx: Context, line: InvoiceLine) -> Cells:
    draft, formats = ctx.draft, ctx.formats
    return Cells(
        position=str(line.position),
        name=line.name,
        details=_details(line),
        quantity=formats.quantity(line.quantity),
        unit=unit_name(line.unit_code, line.quantity, draft.language),
        unit_price=formats.unit_price(line.unit_price, draft.currency),
        tax_rate=formats.percent(line.tax_rate),
        discount=ctx.amount(-line.discount) if line.discount else "",
        amount=ctx.amount(line.net_amount),
    )


def _details(line: InvoiceLine) -> tuple[str, ...]:
    """Gives what is known about an item beyond its name: ids, attributes, why it is cheaper."""
    gtin = f"GTIN {line.gtin}" if line.gtin else ""
    ids = " · ".join(filter(None, (line.item_id, line.buyer_item_id, gtin)))
    attributes = " · ".join(f"{name}: {value}" for name, value in line.attributes)
    return (ids, line.description, attributes, line.discount_reason)


def _adjustment_cells(ctx: Context, adjustment: Adjustment) -> Cells:
    taken_off = adjustment.kind is AdjustmentKind.ALLOWANCE
    net_amount = -adjustment.net_amount if taken_off else adjustment.net_amount
    return Cells(
        position="",
        name=adjustment.description,
        details=(),
        quantity="",
        unit="",
        unit_price="",
        tax_rate=ctx.formats.percent(adjustment.tax_rate),
        discount="",
        amount=ctx.amount(net_amount),
    )


def _head(ctx: Context, columns: Columns) -> Block:
    names = head_names(ctx)
    style, small = columns.styles.head, columns.styles.head_small
    height = _HEAD_ABOVE + style.leading + small.leading + _HEAD_BELOW
    net = f"{ctx.draft.currency} {ctx.labels.net}"

    def draw(pen: Pen, y: float) -> None:
        first = y + _HEAD_ABOVE + style.size
        second = first + small.leading
        pen.text(m.LEFT, first, names.position, style)
        pen.text(columns.item, first, names.name, style)
        pen.text_right(columns.quantity_end, first, names.quantity, style)
        pen.text_right(columns.unit_price, first, names.unit_price, style)
        pen.text_right(columns.unit_price, second, net, small, GREY)
        pen.text_right(columns.tax_rate, first, names.tax_rate, style)
        if columns.discount is not None:
            pen.text_right(columns.discount, first, names.discount, style)
            pen.text_right(columns.discount, second, net, small, GREY)
        pen.text_right(columns.amount, first, names.amount, style)
        pen.text_right(columns.amount, second, net, small, GREY)
        pen.rule(m.LEFT, m.RIGHT, y + height, ctx.palette.accent, 1)

    return Block(height, draw)


def _row(cells: Cells, columns: Columns) -> Block:
    styles, limit = columns.styles, columns.item_width
    names = wrap(cells.name, styles.cell.weight, styles.cell.size, limit) or [""]
    details = [
        line
        for text in cells.details
        for line in wrap(text, styles.small.weight, styles.small.size, limit)
    ]
    return _row_part(cells, names, details, columns)


def _row_part(
    cells: Cells, names: Sequence[str], details: Sequence[str], columns: Columns
) -> Block:
    """Makes a row, or a part of one that is taller than a page."""
    cell, small = columns.styles.cell, columns.styles.small
    height = _ABOVE + len(names) * cell.leading + len(details) * small.leading + _BELOW

    def draw(pen: Pen, y: float) -> None:
        first = y + _ABOVE + cell.size * 0.86
        _draw_numbers(pen, first, cells, columns)
        for index, line in enumerate(names):
            pen.text(columns.item, first + index * cell.leading, line, cell)
        below = first + (len(names) - 1) * cell.leading
        for index, line in enumerate(details, 1):
            pen.text(columns.item, below + index * small.leading, line, small, GREY)
        pen.rule(m.LEFT, m.RIGHT, y + height, HAIRLINE, 0.4)

    def split(room: float) -> tuple[Block, Block] | None:
        room -= _ABOVE + _BELOW
        fitting = int(room / cell.leading)
        if 0 < fitting < len(names):
            return (
                _row_part(cells, names[:fitting], [], columns),
                _row_part(_NOTHING, names[fitting:], details, columns),
            )
        fitting = int((room - len(names) * cell.leading) / small.leading)
        if not 0 < fitting < len(details):
            return None
        return (
            _row_part(cells, names, details[:fitting], columns),
            _row_part(_NOTHING, [], details[fitting:], columns),
        )

    return Block(height, draw, split)


def _draw_numbers(pen: Pen, y: float, cells: Cells, columns: Columns) -> None:
    style = columns.styles.cell
    pen.text(m.LEFT, y, cells.position, style, GREY)
    pen.text_right(columns.quantity, y, cells.quantity, style)
    pen.text(columns.unit, y, cells.unit, style, GREY)
    pen.text_right(columns.unit_price, y, cells.unit_price, style)
    pen.text_right(columns.tax_rate, y, cells.tax_rate, style, GREY)
    if columns.discount is not None:
        pen.text_right(columns.discount, y, cells.discount, style)
    pen.text_right(columns.amount, y, cells.amount, style, INK)
