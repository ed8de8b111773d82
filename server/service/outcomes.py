"""What becomes of an order, as its JobOrder records it."""

from __future__ import annotations

from server.domain.document import Document
from server.domain.errors import LimitExceeded, OrderRejected
from server.domain.job import JobOrder, JobOrderStatus

#: What a job says of an order that had its invoice before.
EXISTED = "The order already had this invoice; no new one was issued."

_MESSAGE_LENGTH = 1000


def success(order: JobOrder, document: Document, *, existed: bool) -> JobOrder:
    """Records that the order has an invoice, issued by this job or, if existed, before it."""
    return order._replace(
        status=JobOrderStatus.SUCCESS,
        message=EXISTED if existed else "",
        invoice_number=document.invoice_number,
        pdf_sha256=document.sha256,
    )


def failure(order: JobOrder, error: OrderRejected) -> JobOrder:
    """Records why the order has no invoice."""
    return order._replace(
        status=JobOrderStatus.FAILURE,
        message=error.message[:_MESSAGE_LENGTH],
        reason=error.reason,
        field=error.field,
    )


def cancelled() -> OrderRejected:
    """Makes the failure of an order whose job was cancelled in time."""
    return OrderRejected(
        "The job was cancelled before it came to this order. Name the order in a new job: that "
        "invoices it, or tells the invoice that it has.",
        reason="JOB_CANCELLED",
    )


def unexpected(what: str) -> OrderRejected:
    """Makes the failure of an order that brought a fault of this service to light."""
    return OrderRejected(
        f"{what} because of a fault in this service; its log tells more. "
        "The order can safely be tried again in a new job.",
        reason="INTERNAL",
    )


def too_long(what: str, error: LimitExceeded) -> OrderRejected:
    """Makes the failure of an order whose invoice takes longer to draw than it may."""
    return OrderRejected(
        f"{what}. {error.message} The order can safely be tried again in a new job.",
        reason=error.reason,
    )
