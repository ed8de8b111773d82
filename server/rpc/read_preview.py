"""What a preview is asked of: messages to values."""

from __future__ import annotations

from invoicejobs.v1 import invoices_pb2

from server.domain.errors import InvalidInput


def read_previewed_order(request: invoices_pb2.PreviewInvoiceRequest) -> str | bytes:
    """Reads an order's id, or its JSON. Raises InvalidInput where neither is given."""
    match request.WhichOneof("source"):
        case "order_id":
            return request.order_id
        case "order_json":
            return request.order_json
        case _:
            raise InvalidInput.field(
                "order_id", "must be given, or order_json to preview an order that is not imported"
            )
