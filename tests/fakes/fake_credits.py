"""Credit notes of the fake gRPC server: what it takes to look like the real one from outside."""

from __future__ import annotations

from typing import Any

import grpc
from invoicejobs.v1 import invoices_pb2 as invoices

from tests.fakes.fake_grpc_errors import control_characters, invalid, refusal


def credit_problem(request: invoices.CancelInvoiceRequest) -> tuple[str, str] | None:
    """Gives field and description of the first thing that is wrong."""
    if len(request.reason) > 500 or control_characters(request.reason):
        return "reason", "must have at most 500 characters, none of them control characters"
    if len(request.request_id) > 128 or control_characters(request.request_id):
        return "request_id", "must have at most 128 characters, none of them control characters"
    if request.lines and request.amount:
        return "amount", "must not be given together with lines"
    if (request.lines or request.amount) and not request.request_id:
        return "request_id", "is required for a partial credit"
    if request.amount and not 0 < float(request.amount) <= 100:
        return "amount", "must be at most the 100.00 EUR that are left of the invoice"
    for index, line in enumerate(request.lines):
        if line.position > 3:
            return f"lines[{index}].position", f"is {line.position}: no line of the invoice"
    return None


async def cancel(fake: Any, request: invoices.CancelInvoiceRequest, context: Any) -> Any:
    """Answers CancelInvoice for a fake server: one credit note for each invoice and request id."""
    if problem := credit_problem(request):
        await context.abort_with_status(invalid(*problem))
    invoice = await fake.find(request, context)
    if invoice.preceding_invoice_number:
        await context.abort_with_status(
            refusal(grpc.StatusCode.FAILED_PRECONDITION, "NOT_READY", "It is a credit note.")
        )
    number = f"GS-{invoice.invoice_number}{request.request_id and '-part'}"
    note = invoices.Invoice(
        invoice_number=number,
        type_code="381",
        currency="EUR",
        preceding_invoice_number=invoice.invoice_number,
        notes=[request.reason] if request.reason else [],
    )
    fake.add_invoice(note, b"%PDF of " + number.encode())
    return invoices.CancelInvoiceResponse(credit_note=note)
