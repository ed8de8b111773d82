"""When an order is delivered: the first date present, from the most binding to the least."""

from __future__ import annotations

from datetime import UTC, date, datetime

from server.domain.errors import InvalidInput
from server.domain.order import DeliveryDate
from server.sources.order_json import OrderJson

_FIRST_YEAR, _LAST_YEAR = 1900, 2999
#: How much of a wrong text a message repeats.
_SHOWN = 40


def delivery_date(source: OrderJson) -> DeliveryDate:
    """Finds the delivery date: window, then delivery time, then the newest shipment."""
    if source.delivery_window and source.delivery_window.delivery_date:
        return _read(source.delivery_window.delivery_date, "deliveryWindow.deliveryDate")
    delivery_time = source.mixins.delivery_time if source.mixins else None
    if delivery_time and delivery_time.delivery_date:
        return _read(delivery_time.delivery_date, "mixins.deliveryTime.deliveryDate")
    shipped = [
        _read(text, f"shipments[{index}].{field}")
        for index, shipment in enumerate(source.shipments or ())
        for field, text in (
            ("expectDeliveryOn", shipment.expect_delivery_on),
            ("shippedDate", shipment.shipped_date),
        )
        if text
    ]
    return max(shipped, key=_moment, default=DeliveryDate())


def instant(text: str, path: str) -> datetime:
    """Reads an instant in ISO 8601; without an offset it is UTC. Raises InvalidInput."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or not _FIRST_YEAR <= moment.year <= _LAST_YEAR:
        raise InvalidInput.field(
            path, f"{text[:_SHOWN]!r} is no date and time, such as 2026-01-31T10:00:00Z"
        )
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)


def _read(text: str, path: str) -> DeliveryDate:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return DeliveryDate(instant=instant(text, path))
    if not _FIRST_YEAR <= day.year <= _LAST_YEAR:
        raise InvalidInput.field(path, f"{text[:_SHOWN]!r} is no date of our time")
    return DeliveryDate(day=day)


def _moment(delivery: DeliveryDate) -> datetime:
    if delivery.instant:
        return delivery.instant
    day = delivery.day or date.min
    return datetime(day.year, day.month, day.day, tzinfo=UTC)
