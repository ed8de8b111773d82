"""PreviewInvoice at the gRPC door."""

import grpc
import pytest
from invoicejobs.v1 import invoices_pb2 as pb

from server.domain.errors import InvalidInput, NotFound, NotReady, OrderRejected, Unavailable
from server.service.render_preview import Preview
from tests.grpc.door import DEADLINE, failure_of, open_door, raising

PREVIEW = Preview(b"%PDF-1.7 of it", "preview-NH-1.pdf")


def request(**source):
    return pb.PreviewInvoiceRequest(tenant="acme", **source)


async def test_the_id_of_an_order_or_its_json_reaches_the_service():
    seen = []

    def preview(*args):
        seen.append(args)
        return PREVIEW

    async with open_door(preview_invoice=preview) as door:
        answer = await door.invoices.PreviewInvoice(request(order_id="NH-1"), timeout=DEADLINE)
        asked = request(order_json=b'{"id": "NH-1"}')
        await door.invoices.PreviewInvoice(asked, timeout=DEADLINE)
        await door.invoices.PreviewInvoice(request(order_id=""), timeout=DEADLINE)
    assert seen == [("acme", "NH-1"), ("acme", b'{"id": "NH-1"}'), ("acme", "")]
    assert (answer.pdf, answer.file_name) == (PREVIEW.pdf, PREVIEW.file_name)


async def test_a_preview_of_nothing_is_invalid():
    async with open_door() as door:
        failure = await failure_of(door.invoices.PreviewInvoice(request(), timeout=DEADLINE))
    assert failure.code is grpc.StatusCode.INVALID_ARGUMENT
    assert "order_json" in failure.violations["order_id"]


async def test_a_wrong_tenant_is_invalid():
    async with open_door() as door:
        asked = pb.PreviewInvoiceRequest(tenant="A", order_id="NH-1")
        failure = await failure_of(door.invoices.PreviewInvoice(asked, timeout=DEADLINE))
    assert (failure.code, failure.reason) == (grpc.StatusCode.INVALID_ARGUMENT, "INVALID_TENANT")


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (NotFound("There is no order 'NH-1'."), grpc.StatusCode.NOT_FOUND),
        (InvalidInput.field("order_json.id", "is missing"), grpc.StatusCode.INVALID_ARGUMENT),
        (NotReady("There are no settings."), grpc.StatusCode.FAILED_PRECONDITION),
        (Unavailable("The process ended."), grpc.StatusCode.UNAVAILABLE),
        (ZeroDivisionError(), grpc.StatusCode.INTERNAL),
    ],
)
async def test_what_is_wrong_has_its_code(error, code):
    async with open_door(preview_invoice=raising(error)) as door:
        asked = request(order_id="NH-1")
        failure = await failure_of(door.invoices.PreviewInvoice(asked, timeout=DEADLINE))
    assert failure.code is code


async def test_an_order_that_cannot_be_invoiced_tells_reason_and_field():
    error = OrderRejected("status: it was declined.", field="status", reason="ORDER_DECLINED")
    async with open_door(preview_invoice=raising(error)) as door:
        asked = request(order_id="NH-1")
        failure = await failure_of(door.invoices.PreviewInvoice(asked, timeout=DEADLINE))
    assert failure.code is grpc.StatusCode.FAILED_PRECONDITION
    assert (failure.reason, failure.metadata["field"]) == ("ORDER_DECLINED", "status")
    assert failure.message == "status: it was declined."
