"""Imported orders and the outcome of imports: values to messages."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator

from invoicejobs.v1 import orders_pb2

from server.domain.errors import InvalidInput
from server.domain.job import id_problem
from server.domain.order import OrderSummary
from server.rpc.translate_values import timestamp
from server.service.import_orders import ImportFailure, IncomingOrder

ORIGIN_LENGTH = 256
#: Orders longer than this are not searched for their id.
_SEARCHED_BYTES = 4 * 1024 * 1024


def order_message(order: OrderSummary) -> orders_pb2.Order:
    """Writes what the service knows of an order."""
    return orders_pb2.Order(
        order_id=order.order_id,
        order_number=order.order_number,
        site_code=order.site_code,
        order_status=order.status,
        extended_order_status=order.extended_status,
        create_time=timestamp(order.created),
        currency=order.currency,
        total=order.total,
        invoice_number=order.invoice_number,
    )


def read_incoming_order(request: orders_pb2.ImportOrdersRequest, position: int) -> IncomingOrder:
    """Reads one message of an import. Raises InvalidInput when origin is too long."""
    if len(request.origin) > ORIGIN_LENGTH:
        raise InvalidInput.field(
            "origin", f"must have at most {ORIGIN_LENGTH} characters (message {position})"
        )
    return IncomingOrder(position, request.origin, request.order_json)


def failure_messages(
    failures: Iterable[ImportFailure], incoming: Iterable[IncomingOrder]
) -> Iterator[orders_pb2.ImportFailure]:
    """Writes failures, with the order's id where it can be read from what came in."""
    by_position = {item.position: item.order_json for item in incoming}
    for failure in failures:
        yield orders_pb2.ImportFailure(
            position=failure.position,
            origin=failure.origin,
            order_id=_order_id(by_position.get(failure.position, b"")),
            field=failure.field,
            message=failure.message,
        )


def _order_id(order_json: bytes) -> str:
    if len(order_json) > _SEARCHED_BYTES:
        return ""
    try:
        order = json.loads(order_json)
    except (ValueError, RecursionError):
        return ""
    order_id = order.get("id") if isinstance(order, dict) else None
    # An id that no order may have is the failure's cause, and may not even be valid text.
    return order_id if isinstance(order_id, str) and not id_problem(order_id) else ""
