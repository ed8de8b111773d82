"""What becomes of an order, as its JobOrder records it."""

from __future__ import annotations

from dataclasses import replace

from server.domain.document import Document
from server.domain.errors import OrderRejected
from server.domain.job import JobOrder, JobOrderStatus

_MESSAGE_LENGTH = 1000


def success(order: JobOrder, document: Document, *, existed: bool) -> JobOrder:
    """Records that the order has an invoice, issued by this job or, if existed, before it."""
    return replace(
        order,
        status=JobOrderStatus.SUCCESS,
        message="The order already had this invoice; no new one was issued." if existed else "",
        invoice_number=document.invoice_number,
        pdf_sha256=document.sha256,
    )


def failure(order: JobOrder, error: OrderRejected) -> JobOrder:
    """Records why the order has no invoice."""
    return replace(
        order,
        status=JobOrderStatus.FAILURE,
        message=error.message[:_MESSAGE_LENGTH],
        reason=error.reason,
        field=error.field,
    )


def unexpected(what: str) -> OrderRejected:
    """Makes the failure of an order that brought a fault of this service to light."""
    return OrderRejected(
        f"{what} because of a fault in this service; its log tells more. "
        "The order can safely be tried again in a new job.",
        reason="INTERNAL",
    )
