"""Reads the prices of old orders, which have no calculatedPrice yet.

The deprecated fields of newer orders contradict calculatedPrice, so these are read only where
it is missing, and never without the order's totalPrice as a witness.
"""

from __future__ import annotations

from decimal import Decimal

from server.domain.errors import InvalidInput
from server.domain.money import ZERO
from server.domain.order import Fee, OrderLine, Price
from server.sources.order_json import EntryJson, OrderJson
from server.sources.texts import amount, localized, rate


def entry_price(entry: EntryJson, path: str) -> Price:
    """Reads totalPrice and tax of an entry. Raises InvalidInput where it has neither."""
    if entry.total_price is None:
        raise InvalidInput.field(f"{path}.calculatedPrice", "is missing")
    value = amount(entry.total_price, f"{path}.totalPrice")
    lines = (entry.tax.lines if entry.tax else None) or ()
    if len(lines) != 1:
        raise InvalidInput.field(f"{path}.tax.lines", "must be one line with the entry's tax")
    tax = amount(lines[0].amount, f"{path}.tax.lines[0].amount")
    percent = rate(lines[0].rate, f"{path}.tax.lines[0].rate")
    return _price(value, tax, percent, f"{path}.totalPrice", inclusive=lines[0].inclusive)


def shipping(source: OrderJson) -> tuple[Fee, ...]:
    """Reads the shipping lines."""
    fees = []
    for index, line in enumerate((source.shipping.lines if source.shipping else None) or ()):
        path = f"shipping.lines[{index}]"
        tax = line.tax.total if line.tax else None
        price = _price(
            amount(line.amount, f"{path}.amount"),
            amount(tax.amount if tax else None, f"{path}.tax.total.amount"),
            rate(line.tax.rate if line.tax else None, f"{path}.tax.rate"),
            path,
            inclusive=tax.inclusive if tax else None,
        )
        fees.append(Fee(localized(line.localized_name, line.name), price))
    return tuple(fees)


def total(
    source: OrderJson, lines: tuple[OrderLine, ...], charges: tuple[Fee, ...]
) -> Price | None:
    """Reads totalPrice, which shops kept with or without tax; whichever fits is meant.

    Where neither fits it is taken as gross, so that the order is seen not to add up.
    """
    if source.total_price is None:
        return None
    stated = amount(source.total_price, "totalPrice")
    prices = [*(line.price for line in lines), *(fee.price for fee in charges)]
    net = sum((price.net for price in prices), ZERO)
    gross = sum((price.gross for price in prices), ZERO)
    if stated != net:
        gross = stated
    return Price(net=net, gross=gross, tax=gross - net, rate=None, path="totalPrice")


def _price(
    value: Decimal, tax: Decimal, percent: Decimal | None, path: str, *, inclusive: bool | None
) -> Price:
    net, gross = (value - tax, value) if inclusive else (value, value + tax)
    return Price(net=net, gross=gross, tax=tax, rate=percent, path=path)
