"""Reads an order's lines, fees, shipping and totals from calculatedPrice.

An entry is one line at its own price. What a bundle contains is not read: contents that stand
inside the entry are paid with it; contents that are entries themselves are lines, at nothing where
the bundle's price holds them. If both had the price, the order would not add up, and be refused.
"""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple

from server.domain.errors import InvalidInput
from server.domain.money import ZERO
from server.domain.order import Fee, OrderLine, Price
from server.sources import deprecated_prices
from server.sources.order_json import (
    EntryJson,
    EntryPriceJson,
    FeeJson,
    OrderJson,
    PriceJson,
    ProductJson,
    UnitJson,
)
from server.sources.texts import amount, clean, localized, rate


class OrderPrices(NamedTuple):
    """What an order costs, and what for."""

    lines: tuple[OrderLine, ...]
    shipping_charges: tuple[Fee, ...]
    payment_fees: tuple[Fee, ...]
    total: Price | None
    total_by_rate: tuple[Price, ...]


def read_prices(source: OrderJson) -> OrderPrices:
    """Reads the prices of an order; the deprecated ones only where there are no others.

    Raises InvalidInput that names the wrong field.
    """
    names = _discount_names(source)
    lines = tuple(
        _line(entry, f"entries[{i}]", names) for i, entry in enumerate(source.entries or ())
    )
    path = "calculatedPrice"
    given = source.calculated_price
    if given is None:
        shipping = deprecated_prices.shipping(source)
        total = deprecated_prices.total(source, lines, shipping)
        return OrderPrices(lines, shipping, (), total, ())
    shipping_lines = (source.shipping.lines if source.shipping else None) or ()
    name = localized(
        *(text for line in shipping_lines for text in (line.localized_name, line.name))
    )
    aggregate = given.final_price.tax_aggregate if given.final_price else None
    return OrderPrices(
        lines=lines,
        shipping_charges=(
            (Fee(name, _price(given.total_shipping, f"{path}.totalShipping")),)
            if given.total_shipping
            else ()
        ),
        payment_fees=_fees(given.payment_fees, f"{path}.paymentFees"),
        total=_price(given.final_price, f"{path}.finalPrice") if given.final_price else None,
        total_by_rate=tuple(
            _price(line, f"{path}.finalPrice.taxAggregate.lines[{i}]")
            for i, line in enumerate((aggregate.lines if aggregate else None) or ())
        ),
    )


def _discount_names(source: OrderJson) -> dict[str, str]:
    """Gives what the order's discounts are called, by their code."""
    return {
        _word(discount.code): _word(discount.name)
        for discount in source.discounts or ()
        if _word(discount.name)
    }


def _discount_name(entry: EntryJson, names: dict[str, str]) -> str:
    """Joins what the discounts of an entry are called; many have an id only, some have none."""
    price = entry.calculated_price.discounted_price if entry.calculated_price else None
    applied = price.applied_discounts if price else None
    if not applied:
        return ""
    ids = [word for discount in applied if (word := _word(discount.id))]
    return ", ".join(dict.fromkeys(names.get(id, id) for id in ids))


def _word(value: object) -> str:
    return clean(value) if isinstance(value, str) else ""


def _line(entry: EntryJson, path: str, discount_names: dict[str, str]) -> OrderLine:
    product = entry.product or ProductJson()
    name = "amount" if entry.effective_quantity is None else "effectiveQuantity"
    quantity = entry.amount if entry.effective_quantity is None else entry.effective_quantity
    if quantity is None:
        raise InvalidInput.field(f"{path}.amount", "is missing")
    unit = entry.measurement_unit
    list_price, price, fees, final = _line_prices(entry, path)
    return OrderLine(
        clean(product.sku or product.code or product.id),
        localized(product.name, product.localized_name),
        amount(quantity, path, name),
        clean(unit.unit_code if isinstance(unit, UnitJson) else unit),
        list_price,
        price,
        fees,
        final,
        path,
        _discount_name(entry, discount_names),
        _unit_price(entry, path),
    )


def _unit_price(entry: EntryJson, path: str) -> Decimal:
    given = entry.calculated_unit_price
    return amount(given.net_value, f"{path}.calculatedUnitPrice", "netValue") if given else ZERO


def _line_prices(entry: EntryJson, path: str) -> tuple[Price, Price, tuple[Fee, ...], Price]:
    given = entry.calculated_price
    if given is None:
        only = deprecated_prices.entry_price(entry, path)
        return only, only, (), only
    path += ".calculatedPrice"
    if given.price is None:
        raise InvalidInput.field(f"{path}.price", "is missing")
    list_price = _price(given.price, f"{path}.price")
    price = list_price
    if given.discounted_price:
        price = _price(given.discounted_price, f"{path}.discountedPrice")
    fees = _line_fees(given, path)
    if given.final_price:
        return list_price, price, fees, _price(given.final_price, f"{path}.finalPrice")
    return list_price, price, fees, _sum(price, fees)


def _line_fees(given: EntryPriceJson, path: str) -> tuple[Fee, ...]:
    if given.fees is None and given.total_fee:
        return (Fee(localized(), _price(given.total_fee, f"{path}.totalFee")),)
    return _fees(given.fees, f"{path}.fees")


def _fees(fees: list[FeeJson] | None, path: str) -> tuple[Fee, ...]:
    if not fees:
        return ()
    read = []
    for index, fee in enumerate(fees):
        if fee.discounted_price:
            price = _price(fee.discounted_price, f"{path}[{index}].discountedPrice")
        elif fee.price:
            price = _price(fee.price, f"{path}[{index}].price")
        else:
            raise InvalidInput.field(f"{path}[{index}].price", "is missing")
        read.append(Fee(localized(fee.name), price))
    return tuple(read)


def _price(given: PriceJson, path: str) -> Price:
    """Reads a price; of net, gross and tax one may be missing."""
    net, gross, tax = given.net_value, given.gross_value, given.tax_value
    if net is not None:
        net = amount(net, path, "netValue")
    if gross is not None:
        gross = amount(gross, path, "grossValue")
    if tax is not None:
        tax = amount(tax, path, "taxValue")
    if net is None and gross is not None and tax is not None:
        net = gross - tax
    if net is not None and gross is None and tax is not None:
        gross = net + tax
    if net is None or gross is None:
        missing = "netValue" if net is None else "grossValue"
        raise InvalidInput.field(f"{path}.{missing}", "is missing")
    tax = gross - net if tax is None else tax
    return Price(net, gross, tax, rate(given.tax_rate, path, "taxRate"), path)


def _sum(price: Price, fees: tuple[Fee, ...]) -> Price:
    prices = [price, *(fee.price for fee in fees)]
    return Price(
        net=sum((p.net for p in prices), ZERO),
        gross=sum((p.gross for p in prices), ZERO),
        tax=sum((p.tax for p in prices), ZERO),
        rate=None,
        path=price.path,
    )
