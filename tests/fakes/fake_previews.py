"""Previews of the fake gRPC server: what it takes to look like the real one from outside."""

from __future__ import annotations

import json
from typing import Any

import grpc
from invoicejobs.v1 import invoices_pb2 as invoices
from invoicejobs.v1 import invoices_pb2_grpc as invoices_grpc

from tests.fakes.fake_grpc_errors import control_characters, invalid, refusal


class FakePreviews(invoices_grpc.InvoicesServicer):
    """Answers PreviewInvoice: orders named in good_orders, and order JSON with an id."""

    tenant: str
    good_orders: tuple[str, ...]

    async def enter(self, method: str, request: Any, context: Any) -> None:
        raise NotImplementedError

    async def PreviewInvoice(
        self, request: invoices.PreviewInvoiceRequest, context: Any
    ) -> invoices.PreviewInvoiceResponse:
        await self.enter("PreviewInvoice", request, context)
        if problem := _problem(request):
            await context.abort_with_status(invalid(*problem))
        if request.tenant != self.tenant:
            await context.abort_with_status(
                refusal(
                    grpc.StatusCode.FAILED_PRECONDITION,
                    "SETTINGS_MISSING",
                    "The tenant has no settings yet.",
                )
            )
        order_id = request.order_id or json.loads(request.order_json)["id"]
        if request.order_id and order_id not in self.good_orders:
            await context.abort_with_status(
                refusal(
                    grpc.StatusCode.NOT_FOUND, "ORDER_NOT_FOUND", f"There is no order {order_id!r}."
                )
            )
        return invoices.PreviewInvoiceResponse(
            pdf=b"%PDF of a preview of " + order_id.encode(), file_name=f"preview-{order_id}.pdf"
        )


def _problem(request: invoices.PreviewInvoiceRequest) -> tuple[str, str] | None:
    """Gives field and description of the first thing that is wrong."""
    if request.WhichOneof("source") == "order_json":
        order = json.loads(request.order_json)
        if not isinstance(order.get("id"), str) or not order["id"]:
            return "order_json.id", "is missing"
        return None
    if not request.order_id:
        return "order_id", "must not be empty"
    if len(request.order_id) > 128 or control_characters(request.order_id):
        return "order_id", "must have at most 128 characters, none of them control characters"
    return None
