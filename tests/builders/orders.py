"""Builds orders in the platform's JSON form, summed up as the platform sums them up.

`OrderForm` says what was sold; `order_json` gives the order a shop would export for it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

import msgspec

from server.domain.order import Order
from server.domain.settings import OrderPaths
from server.sources.read_order import read_order

PUBLISHED = Path(__file__).parents[1] / "data" / "orders"

ADDRESS = {
    "contactName": "Frauke Janßen",
    "street": "Am Alten Hafen",
    "streetNumber": "7",
    "zipCode": "26506",
    "city": "Norden",
    "country": "DE",
}


@dataclass(frozen=True, slots=True)
class Item:
    """Something with a price: an entry, a fee, or shipping."""

    #: Of one unit, with tax in gross shops and without in net shops.
    price: Decimal = Decimal("10.00")
    rate: Decimal = Decimal(19)
    quantity: Decimal = Decimal(1)
    #: Percent taken off.
    discount: Decimal = Decimal(0)
    fees: tuple[Item, ...] = ()


@dataclass(frozen=True, slots=True)
class OrderForm:
    """What was sold, and how the shop calculates."""

    items: tuple[Item, ...] = (Item(),)
    shipping: Item | None = None
    payment_fees: tuple[Item, ...] = ()
    includes_tax: bool = True
    currency: str = "EUR"
    #: Decimals of the shop's amounts.
    decimals: int = 2
    #: Whether totals are the sums of rounded amounts, or are calculated anew for each rate.
    sums_rounded: bool = True


def published(name: str) -> dict[str, Any]:
    """Reads one of the orders that the platform published as examples."""
    order: dict[str, Any] = json.loads((PUBLISHED / f"{name}.json").read_bytes())
    return order


def order_bytes(order: object) -> bytes:
    """Writes an order's JSON with every amount digit by digit."""
    return msgspec.json.Encoder(decimal_format="number").encode(order)


def to_order(order: dict[str, Any], paths: OrderPaths | None = None) -> Order:
    """Reads an order's JSON, so that tests of the inside begin with what really comes in."""
    return read_order(order_bytes(order), paths or OrderPaths())


def make_order_json(form: OrderForm | None = None, **changes: Any) -> dict[str, Any]:
    """Makes the JSON of a form, with the changes on its top level."""
    form = form or OrderForm()
    parts = [*_parts(form)]
    order: dict[str, Any] = {
        "id": "B-100234",
        "siteCode": "main",
        "status": "CREATED",
        "created": "2026-03-02T10:00:00Z",
        "currency": form.currency,
        "customer": {
            "id": "K-20815",
            "firstName": "Frauke",
            "lastName": "Janßen",
            "email": "frauke@example.com",
        },
        "billingAddress": dict(ADDRESS),
        "shippingAddress": dict(ADDRESS),
        "entries": [_entry(form, item, index) for index, item in enumerate(form.items)],
        "calculatedPrice": {
            "paymentFees": [_fee(form, fee) for fee in form.payment_fees],
            "finalPrice": _total(form, parts),
        },
        "deliveryWindow": {"deliveryDate": "2026-03-05"},
        "mixins": {
            "generalAttributes": {"orderNumber": "B-100234", "extendedOrderStatus": "70"},
        },
    }
    if form.shipping:
        order["calculatedPrice"]["totalShipping"] = _price(form, form.shipping)
        order["shipping"] = {"lines": [{"name": "DHL"}]}
    return order | changes


def put(order: Any, path: str, value: object) -> Any:
    """Writes a value at a path such as entries[0].amount."""
    *way, last = [int(s) if s.isdigit() else s for s in re.findall(r"[^.\[\]]+", path)]
    target = order
    for step in way:
        target = target[step] if isinstance(step, int) else target.setdefault(step, {})
    target[last] = value
    return order


def price(form: OrderForm, own: Decimal, rate: Decimal) -> dict[str, Any]:
    """Makes a price of an exact amount, which is gross in gross shops and net in net shops."""
    own = _rounded(form, own)
    share = rate / (100 + rate) if form.includes_tax else rate / 100
    tax = _rounded(form, own * share)
    net, gross = (own - tax, own) if form.includes_tax else (own, own + tax)
    return _values(net, gross, tax) | {"taxRate": _number(rate)}


def _parts(form: OrderForm) -> Iterable[Item]:
    for item in form.items:
        yield replace(item, fees=())
        yield from item.fees
    yield from form.payment_fees
    if form.shipping:
        yield form.shipping


def _entry(form: OrderForm, item: Item, index: int) -> dict[str, Any]:
    calculated: dict[str, Any] = {"price": price(form, item.price * item.quantity, item.rate)}
    if item.discount:
        calculated["discountedPrice"] = _price(form, item)
    pieces = [_price(form, item)]
    if item.fees:
        calculated["fees"] = [_fee(form, fee) for fee in item.fees]
        pieces += [_price(form, fee) for fee in item.fees]
    calculated["finalPrice"] = _sum(pieces)
    return {
        "amount": _number(item.quantity),
        "effectiveQuantity": _number(item.quantity),
        "product": {"sku": f"SKU-{index}", "name": f"Article {index}"},
        "calculatedUnitPrice": price(form, item.price, item.rate),
        "calculatedPrice": calculated,
    }


def _fee(form: OrderForm, fee: Item) -> dict[str, Any]:
    made = {"name": {"en": "Packing"}, "price": price(form, fee.price, fee.rate)}
    return made | ({"discountedPrice": _price(form, fee)} if fee.discount else {})


def _price(form: OrderForm, item: Item) -> dict[str, Any]:
    return price(form, _exact(item), item.rate)


def _exact(item: Item) -> Decimal:
    return item.price * item.quantity * (100 - item.discount) / 100


def _total(form: OrderForm, parts: list[Item]) -> dict[str, Any]:
    # What rounds to nothing is not on the order, so it is not in its totals either.
    parts = [part for part in parts if _rounded(form, _exact(part))]
    rates = sorted({part.rate for part in parts})
    if form.sums_rounded:
        lines = [
            _sum([_price(form, part) for part in parts if part.rate == rate])
            | {"taxRate": _number(rate)}
            for rate in rates
        ]
    else:
        lines = [
            price(form, sum((_exact(p) for p in parts if p.rate == rate), Decimal(0)), rate)
            for rate in rates
        ]
    return _sum(lines) | {"taxAggregate": {"lines": lines}}


def _sum(prices: list[dict[str, Any]]) -> dict[str, Any]:
    net, gross, tax = (
        sum((Decimal(p[name]) for p in prices), Decimal(0))
        for name in ("netValue", "grossValue", "taxValue")
    )
    return _values(net, gross, tax)


def _values(net: Decimal, gross: Decimal, tax: Decimal) -> dict[str, Any]:
    return {"netValue": _number(net), "grossValue": _number(gross), "taxValue": _number(tax)}


def _rounded(form: OrderForm, value: Decimal) -> Decimal:
    return value.quantize(Decimal(1).scaleb(-form.decimals), ROUND_HALF_UP)


def _number(value: Decimal) -> Decimal:
    """Gives a number as JSON shows it: without zeros at its end."""
    return Decimal(f"{value.normalize():f}")
