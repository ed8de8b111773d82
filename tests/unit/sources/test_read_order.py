"""What is read from the platform's JSON, and what is said about JSON that cannot be read."""

from typing import Any

import pytest

from server.domain.errors import InvalidInput
from server.domain.settings import OrderPaths
from server.sources.read_order import read_order
from tests.builders.orders import (
    Item,
    OrderForm,
    make_order_json,
    order_bytes,
    put,
)

FULL = OrderForm((Item(fees=(Item(),)),), shipping=Item(), payment_fees=(Item(),))
NO_PATHS = OrderPaths()


def refusal(order_json: bytes, paths: OrderPaths = NO_PATHS) -> InvalidInput:
    with pytest.raises(InvalidInput) as caught:
        read_order(order_json, paths)
    assert len(caught.value.violations) == 1
    return caught.value


def refused_field(order: Any) -> str:
    return refusal(order_bytes(order)).violations[0].field


@pytest.mark.parametrize(
    "path",
    [
        "id",
        "siteCode",
        "status",
        "created",
        "currency",
        "entries",
        "entries[0]",
        "entries[0].amount",
        "entries[0].effectiveQuantity",
        "entries[0].product",
        "entries[0].product.sku",
        "entries[0].product.localizedName",
        "entries[0].calculatedPrice",
        "entries[0].calculatedPrice.price.netValue",
        "entries[0].calculatedPrice.fees",
        "entries[0].calculatedPrice.fees[0].price.taxRate",
        "calculatedPrice",
        "calculatedPrice.finalPrice.grossValue",
        "calculatedPrice.finalPrice.taxAggregate.lines",
        "calculatedPrice.finalPrice.taxAggregate.lines[0].taxValue",
        "calculatedPrice.totalShipping",
        "calculatedPrice.paymentFees[0].name",
        "billingAddress",
        "billingAddress.zipCode",
        "shippingAddress.extraLine4",
        "customer.email",
        "payments",
        "deliveryWindow.deliveryDate",
        "shipments",
        "mixins",
        "mixins.generalAttributes.orderNumber",
        "mixins.deliveryTime.deliveryDate",
    ],
)
def test_a_field_of_a_wrong_type_is_named(path):
    assert refused_field(put(make_order_json(FULL), path, True)) == path


AMOUNTS = [
    "entries[0].amount",
    "entries[0].effectiveQuantity",
    "entries[0].calculatedPrice.price.netValue",
    "entries[0].calculatedPrice.finalPrice.grossValue",
    "entries[0].calculatedPrice.fees[0].price.taxValue",
    "entries[0].calculatedPrice.price.taxRate",
    "calculatedPrice.finalPrice.taxAggregate.lines[0].taxValue",
    "calculatedPrice.totalShipping.grossValue",
    "payments[0].paidAmount",
]


@pytest.mark.parametrize(
    "number",
    ["NaN", "sNaN", "Infinity", "-Infinity", "1E400", "-1E1000000", "1e12", "-1e12", "1e-30"],
)
@pytest.mark.parametrize("path", AMOUNTS)
def test_an_amount_that_is_none_is_named(path, number):
    order = make_order_json(FULL, payments=[{}])
    if path.endswith(".amount"):
        del order["entries"][0]["effectiveQuantity"]
    assert refused_field(put(order, path, number)) == path


@pytest.mark.parametrize("number", ["sNaN", "Infinity", "9E999999"])
def test_nothing_is_calculated_from_what_is_no_amount(number):
    price = {"grossValue": number, "taxValue": "-9E999999"}
    order = put(make_order_json(FULL), "calculatedPrice.totalShipping", price)
    assert refused_field(order) == "calculatedPrice.totalShipping.grossValue"


@pytest.mark.parametrize("number", [b"NaN", b"Infinity", b"-Infinity", b"01", b"0x1", b"1."])
def test_numbers_that_json_does_not_know_are_refused(number):
    body = b'{"id": "a", "entries": [{"amount": ' + number + b"}]}"
    error = refusal(body)
    assert error.violations[0].field == "order"
    assert "is no JSON object" in error.message


@pytest.mark.parametrize("rate", [-1, "100.01", 1000])
def test_a_tax_rate_is_a_percentage(rate):
    path = "entries[0].calculatedPrice.price.taxRate"
    assert refused_field(put(make_order_json(), path, rate)) == path


@pytest.mark.parametrize(
    "body",
    [
        *[
            b"",
            b"{",
            b"null",
            b"[]",
            b'"order"',
            b"7",
            b'{"id": "a"}{"id": "b"}',
            b'{"id": "\xff"}',
        ],
        b'{"id": "a", "unknown": "\xff"}',
        b'{"id": "\\ud800"}',
        b"\xff\xfe{\x00}\x00",
        '{"id": "a"}'.encode("utf-16"),
        b'{"id": "a", "x": ' + b"[" * 200_000 + b"]" * 200_000 + b"}",
        b'{"id": "a", "entries": ' + b'[{"product": ' * 100_000,
        b"[" * 1_000_000,
    ],
)
@pytest.mark.parametrize("paths", [NO_PATHS, OrderPaths(language="x.y")])
def test_what_is_no_order_is_refused(body, paths):
    error = refusal(body, paths)
    assert error.reason == "MALFORMED_ORDER"
    assert len(error.message) < 300


@pytest.mark.parametrize("body", [b"{}", b'{"id": ""}', b'{"entries": []}'])
def test_an_order_without_an_id_is_refused(body):
    assert refusal(body).violations[0].field == "id"


@pytest.mark.parametrize(
    ("field", "order"),
    [
        ("siteCode", {"siteCode": "x" * 201}),
        ("status", {"status": "x" * 201}),
        (
            "mixins.generalAttributes.extendedOrderStatus",
            {"mixins": {"generalAttributes": {"extendedOrderStatus": "x" * 201}}},
        ),
    ],
)
def test_what_orders_are_found_by_is_no_novel(field, order):
    assert refused_field(make_order_json() | order) == field
