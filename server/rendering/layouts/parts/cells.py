"""What stands in the rows of the table, as text."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from server.domain.invoice import AdjustmentKind, InvoiceDraft, InvoiceLine
from server.domain.money import currency_decimals
from server.rendering.formats import Formats
from server.rendering.units import unit_name

# A shop's quantities, prices and amounts come again and again.
_number = lru_cache(maxsize=8192)(Formats.number)
_quantity = lru_cache(maxsize=1024)(Formats.quantity)
_unit_price = lru_cache(maxsize=4096)(Formats.unit_price)


class Cells(NamedTuple):
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


def cells_of(draft: InvoiceDraft, formats: Formats) -> list[Cells]:
    """Writes the invoice's lines, and then its charges and allowances."""
    currency, language = draft.currency, draft.language
    decimals = currency_decimals(currency)
    rows = [
        Cells(
            str(line.position),
            line.name,
            _details(line),
            _quantity(formats, line.quantity),
            unit_name(line.unit_code, line.quantity, language),
            _unit_price(formats, line.unit_price, currency),
            formats.percent(line.tax_rate),
            _number(formats, -line.discount, decimals) if line.discount else "",
            _number(formats, line.net_amount, decimals),
        )
        for line in draft.lines
    ]
    for one in draft.adjustments:
        taken_off = one.kind is AdjustmentKind.ALLOWANCE
        amount = _number(formats, -one.net_amount if taken_off else one.net_amount, decimals)
        rate = formats.percent(one.tax_rate)
        rows.append(Cells("", one.description, (), "", "", "", rate, "", amount))
    return rows


def _details(line: InvoiceLine) -> tuple[str, ...]:
    """Gives what is known about an item beyond its name: ids, attributes, why it is cheaper."""
    ids = line.item_id
    if line.buyer_item_id or line.gtin:
        gtin = f"GTIN {line.gtin}" if line.gtin else ""
        ids = " · ".join(filter(None, (ids, line.buyer_item_id, gtin)))
    if not (line.description or line.attributes or line.discount_reason):
        return (ids,) if ids else ()
    attributes = " · ".join(f"{name}: {value}" for name, value in line.attributes)
    return (ids, line.description, attributes, line.discount_reason)
