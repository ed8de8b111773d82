"""The columns of the table: as wide as their content, the item takes what is left.

Amounts of nine digits and prices of six decimals leave little room for the item's name; then
the whole table is set smaller, so that no column ever runs into the next one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from server.rendering.labels import labels_for
from server.rendering.layouts.context import Context
from server.rendering.layouts.design import Design
from server.rendering.layouts.measuring import width_of
from server.rendering.layouts.parts.cells import Cells
from server.rendering.typography.style import Style

_LEAST_ITEM_WIDTH = 118.0
_GAP = 13.0
_UNIT_GAP = 3.0


@dataclass(frozen=True, slots=True, eq=False)
class TableType:
    """How tables are set in a size, and the words above their columns in a language."""

    cell: Style
    small: Style
    head: Style
    head_small: Style
    names: Cells
    #: The width of each name.
    widths: Mapping[str, float]
    #: What prices and amounts are in: the currency, without tax.
    net: str
    net_width: float


@dataclass(frozen=True, slots=True, eq=False)
class Columns:
    """Where the columns stand. Numbers end at their x, words begin there."""

    type: TableType
    position: float
    item: float
    item_width: float
    quantity: float
    unit: float
    #: Where number and unit end together.
    quantity_end: float
    unit_price: float
    tax_rate: float
    #: The same as the tax rate's where no line has a discount.
    discount: float
    has_discount: bool
    amount: float
    #: The width of each number in the table, each measured once.
    widths: Mapping[str, float]


def columns_for(ctx: Context, rows: Sequence[Cells]) -> Columns:
    """Fits the columns to what stands in the rows."""
    design, language, currency = ctx.design, ctx.draft.language, ctx.draft.currency
    texts = list(zip(*rows, strict=True)) or [()] * len(Cells._fields)
    wanted, *smaller = design.table.sizes
    columns = _fitted(design, texts, _type(design, wanted, language, currency))
    for size in smaller:
        if columns.item_width >= _LEAST_ITEM_WIDTH:
            break
        columns = _fitted(design, texts, _type(design, size, language, currency))
    return columns


@lru_cache(maxsize=512)
def _type(design: Design, size: float, language: str, currency: str) -> TableType:
    body, strong = design.styles.value.face, design.styles.strong.face
    head, head_small = Style(strong, size * 0.87, size * 1.1), Style(body, size * 0.78, size)
    labels = labels_for(language)
    names = Cells(
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
    net = f"{currency} {labels.net}"
    return TableType(
        cell=Style(body, size, size * 1.28),
        small=Style(body, size * 0.82, size * 1.07),
        head=head,
        head_small=head_small,
        names=names,
        widths={name: head.width(name) for name in names if isinstance(name, str)},
        net=net,
        net_width=head_small.width(net),
    )


def _measured(style: Style, texts: Sequence[Sequence[str]]) -> dict[str, float]:
    """Measures each distinct number and unit once."""
    position, _name, _details, *others = texts
    return {text: width_of(style, text) for text in set().union(position, *others)}


def _fitted(design: Design, texts: Sequence[Sequence[str]], type_: TableType) -> Columns:
    names, head, net = type_.names, type_.widths, type_.net_width
    widths = _measured(type_.cell, texts)
    content = [max(map(widths.__getitem__, column), default=0.0) for column in texts[3:]]
    number, unit, price, rate, discount, amount = content
    positions = max(head[names.position], *map(widths.__getitem__, texts[0]), 0.0)
    amounts = max(head[names.amount], net, amount)
    discounts = max(head[names.discount], net, discount) if discount else 0.0

    discount_end = design.right - amounts - _GAP
    rate_end = discount_end - discounts - _GAP if discounts else discount_end
    price_end = rate_end - max(head[names.tax_rate], rate) - _GAP
    unit_begin = price_end - max(head[names.unit_price], net, price) - _GAP - unit
    # The head stands over number and unit together, and must fit there.
    together = max(number + _UNIT_GAP + unit, head[names.quantity])
    item = design.left + positions + _GAP * 0.8
    return Columns(
        type=type_,
        position=design.left,
        item=item,
        item_width=unit_begin + unit - together - _GAP - item,
        quantity=unit_begin - _UNIT_GAP,
        unit=unit_begin,
        quantity_end=unit_begin + unit,
        unit_price=price_end,
        tax_rate=rate_end,
        discount=discount_end,
        has_discount=bool(discounts),
        amount=design.right,
        widths=widths,
    )
