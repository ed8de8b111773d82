"""The columns of the lines table: as wide as their content, the item takes what is left.

Amounts of nine digits and prices of six decimals leave little room for the item's name; then
the whole table is set smaller, so that no column ever runs into the next one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from server.rendering.fonts import Weight
from server.rendering.layout import measures as m
from server.rendering.layout.context import Context
from server.rendering.pen import Style

_SIZES = (8.4, 7.4, 6.4)
_SMALLEST_SIZE = 5.4
_LEAST_ITEM_WIDTH = 118.0
_GAP = 13.0
_UNIT_GAP = 3.0


@dataclass(frozen=True, slots=True)
class Cells:
    """What stands in one row of the table."""

    position: str
    name: str
    #: What is said about the item below its name, one text a line.
    details: tuple[str, ...]
    quantity: str
    unit: str
    unit_price: str
    tax_rate: str
    discount: str
    amount: str


@dataclass(frozen=True, slots=True)
class Styles:
    """The type of one table."""

    cell: Style
    small: Style
    head: Style
    head_small: Style


@dataclass(frozen=True, slots=True)
class Columns:
    """Where the columns stand. Numbers end at their x, words begin there."""

    styles: Styles
    item: float
    item_width: float
    quantity: float
    unit: float
    #: Where number and unit end together.
    quantity_end: float
    unit_price: float
    tax_rate: float
    #: None where no line has a discount.
    discount: float | None
    amount: float


def columns_for(ctx: Context, rows: Sequence[Cells]) -> Columns:
    """Fits the columns to what stands in the rows."""
    for size in _SIZES:
        columns = _fitted(ctx, rows, _styles(size))
        if columns.item_width >= _LEAST_ITEM_WIDTH:
            return columns
    return _fitted(ctx, rows, _styles(_SMALLEST_SIZE))


def head_names(ctx: Context) -> Cells:
    """Gives the words above the columns."""
    labels = ctx.labels
    return Cells(
        position=labels.position,
        name=labels.item,
        details=(),
        quantity=labels.quantity,
        unit="",
        unit_price=labels.unit_price,
        tax_rate=labels.tax_rate,
        discount=labels.discount,
        amount=labels.amount,
    )


def _styles(size: float) -> Styles:
    return Styles(
        cell=Style(Weight.REGULAR, size, size * 1.28),
        small=Style(Weight.REGULAR, size * 0.82, size * 1.07),
        head=Style(Weight.STRONG, size * 0.87, size * 1.1),
        head_small=Style(Weight.REGULAR, size * 0.78, size),
    )


def _fitted(ctx: Context, rows: Sequence[Cells], styles: Styles) -> Columns:
    cell, head, names = styles.cell, styles.head, head_names(ctx)
    net = styles.head_small.width(f"{ctx.draft.currency} {ctx.labels.net}")

    def widest(texts: Iterable[str], name: str, least: float = 0.0) -> float:
        return max(least, head.width(name), *map(cell.width, set(texts)))

    positions = widest((row.position for row in rows), names.position)
    numbers = widest((row.quantity for row in rows), "")
    units = widest((row.unit for row in rows), "")
    prices = widest((row.unit_price for row in rows), names.unit_price, net)
    rates = widest((row.tax_rate for row in rows), names.tax_rate)
    discounts = widest((row.discount for row in rows), names.discount, net)
    amounts = widest((row.amount for row in rows), names.amount, net)

    has_discount = any(row.discount for row in rows)
    discount = m.RIGHT - amounts - _GAP
    rate = discount - discounts - _GAP if has_discount else discount
    price = rate - rates - _GAP
    unit = price - prices - _GAP - units
    # The head stands over number and unit together, and must fit there.
    together = max(numbers + _UNIT_GAP + units, head.width(names.quantity))
    item = m.LEFT + positions + _GAP * 0.8
    return Columns(
        styles=styles,
        item=item,
        item_width=unit + units - together - _GAP - item,
        quantity=unit - _UNIT_GAP,
        unit=unit,
        quantity_end=unit + units,
        unit_price=price,
        tax_rate=rate,
        discount=discount if has_discount else None,
        amount=m.RIGHT,
    )
