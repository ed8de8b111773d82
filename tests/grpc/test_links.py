"""Everything that names a document has a fresh signature that opens it."""

from __future__ import annotations

from typing import Any

from invoicejobs.v1 import invoice_jobs_pb2 as jobs
from invoicejobs.v1 import invoices_pb2 as pb

from server.domain.errors import Unavailable
from server.domain.invoice_record import InvoiceRecord
from server.domain.tenant import Tenant
from server.ports import Page
from tests.builders.invoices import make_invoice
from tests.builders.storage_values import NOON, failure, make_document, make_job, success
from tests.grpc.door import DEADLINE, Door, failure_of, open_door

DOCUMENT = make_document()
RECORD = InvoiceRecord(make_invoice(1), (DOCUMENT,))


def sign_links(tenant: Tenant) -> Any:
    return lambda number, sha256: f"{tenant} {number} {sha256}"


SIGNED = f"acme {DOCUMENT.invoice_number} {DOCUMENT.sha256}"


async def test_every_invoice_has_links() -> None:
    async with open_door(
        sign_links=sign_links,
        read_invoice=lambda *_: RECORD,
        list_invoices=lambda *_: Page((RECORD,), None),
        cancel_invoice=lambda *_: RECORD,
    ) as door:
        assert await _signatures(door) == [SIGNED] * 3


async def _signatures(door: Door) -> list[str]:
    asked = pb.GetInvoiceRequest(tenant="acme", invoice_number="1")
    read = await door.invoices.GetInvoice(asked, timeout=DEADLINE)
    listed = await door.invoices.ListInvoices(
        pb.ListInvoicesRequest(tenant="acme"), timeout=DEADLINE
    )
    cancelled = await door.invoices.CancelInvoice(
        pb.CancelInvoiceRequest(tenant="acme", invoice_number="1"), timeout=DEADLINE
    )
    (summary,) = listed.invoices
    invoices = (read.invoice, summary, cancelled.credit_note)
    return [document.link_signature for each in invoices for document in each.documents]


async def test_every_order_with_an_invoice_has_a_link() -> None:
    orders = (success(0), failure(1))
    job = make_job(done_at=NOON, order_count=2, success_count=1, failure_count=1)
    signed = f"acme {orders[0].invoice_number} {orders[0].pdf_sha256}"
    async with open_door(
        sign_links=sign_links,
        read_job=lambda *_: (job, orders),
        watch_job=lambda *_: (job, orders),
        follow_changes=lambda _tell: None,
    ) as door:
        read = jobs.GetInvoiceJobRequest(tenant="acme", job_id="1")
        response = await door.jobs.GetInvoiceJob(read, timeout=DEADLINE)
        assert [order.link_signature for order in response.orders] == [signed, ""]
        watch = jobs.WatchInvoiceJobRequest(tenant="acme", job_id="1")
        async for news in door.jobs.WatchInvoiceJob(watch, timeout=DEADLINE):
            assert [order.link_signature for order in news.outcomes] == [signed, ""]


async def test_without_keys_a_read_fails_as_unavailable() -> None:
    def no_keys(_tenant: Tenant) -> Any:
        raise Unavailable("The database is away.")

    async with open_door(sign_links=no_keys, read_invoice=lambda *_: RECORD) as door:
        request = pb.GetInvoiceRequest(tenant="acme", invoice_number="1")
        assert (await failure_of(door.invoices.GetInvoice(request, timeout=DEADLINE))).reason
