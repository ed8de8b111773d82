"""When an order is delivered: which of many dates counts, and what a date means."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from server.domain.errors import InvalidInput
from server.domain.order import DeliveryDate
from tests.builders.orders import make_order_json, to_order

WINDOW = {"deliveryWindow": {"deliveryDate": "2026-03-05"}}
TIME = {"mixins": {"deliveryTime": {"deliveryDate": "2026-03-06T22:30:00Z"}}}
SHIPPED = {
    "shipments": [
        {"expectDeliveryOn": "2026-03-07", "shippedDate": "2026-03-01T08:00:00Z"},
        {"shippedDate": "2026-03-08T08:00:00+02:00"},
        {},
    ]
}


def delivery(changes: dict[str, Any]) -> DeliveryDate:
    nothing: dict[str, Any] = {"deliveryWindow": None, "mixins": None, "shipments": None}
    return to_order(make_order_json(**nothing | changes)).delivery


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, DeliveryDate()),
        (WINDOW | TIME | SHIPPED, DeliveryDate(day=date(2026, 3, 5))),
        (TIME | SHIPPED, DeliveryDate(instant=datetime(2026, 3, 6, 22, 30, tzinfo=UTC))),
        (SHIPPED, DeliveryDate(instant=datetime(2026, 3, 8, 6, tzinfo=UTC))),
        (
            {"shipments": [{"expectDeliveryOn": "2026-03-09"}, *SHIPPED["shipments"]]},
            DeliveryDate(day=date(2026, 3, 9)),
        ),
        ({"deliveryWindow": {}, "shipments": []}, DeliveryDate()),
        ({"deliveryWindow": {"deliveryDate": ""}} | TIME, delivery(TIME)),
    ],
)
def test_the_first_date_present_counts_and_of_shipments_the_newest(changes, expected):
    assert delivery(changes) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-03-05", DeliveryDate(day=date(2026, 3, 5))),
        ("2026-03-05T10:00:00", DeliveryDate(instant=datetime(2026, 3, 5, 10, tzinfo=UTC))),
        (
            "2026-03-05T10:00:00+05:30",
            DeliveryDate(instant=datetime(2026, 3, 5, 4, 30, tzinfo=UTC)),
        ),
        ("2026-03-05T10:00:00.000Z", DeliveryDate(instant=datetime(2026, 3, 5, 10, tzinfo=UTC))),
        ("2999-12-31T23:00:00-05:00", DeliveryDate(instant=datetime(3000, 1, 1, 4, tzinfo=UTC))),
    ],
)
def test_a_date_is_a_day_and_a_time_is_an_instant(text, expected):
    assert delivery({"deliveryWindow": {"deliveryDate": text}}) == expected


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"deliveryWindow": {"deliveryDate": "5.3.2026"}}, "deliveryWindow.deliveryDate"),
        ({"deliveryWindow": {"deliveryDate": "2026-02-30"}}, "deliveryWindow.deliveryDate"),
        ({"deliveryWindow": {"deliveryDate": "0001-01-01"}}, "deliveryWindow.deliveryDate"),
        (
            {"deliveryWindow": {"deliveryDate": "9999-12-31T23:59:59-12:00"}},
            "deliveryWindow.deliveryDate",
        ),
        (
            {"mixins": {"deliveryTime": {"deliveryDate": "x" * 999}}},
            "mixins.deliveryTime.deliveryDate",
        ),
        ({"shipments": [{}, {"shippedDate": "soon"}]}, "shipments[1].shippedDate"),
        ({"shipments": [{"expectDeliveryOn": "\x00"}]}, "shipments[0].expectDeliveryOn"),
        ({"created": "yesterday"}, "created"),
        ({"created": "0001-01-01T00:00:00+14:00"}, "created"),
    ],
)
def test_a_date_that_is_none_is_named(changes, field):
    with pytest.raises(InvalidInput) as caught:
        delivery(changes)
    assert caught.value.violations[0].field == field
    assert len(caught.value.message) < 200
