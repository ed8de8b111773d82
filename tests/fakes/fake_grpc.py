"""A gRPC server in memory that keeps the contract's promises, for tests of its clients.

It speaks real gRPC on loopback; tests see its calls, let methods fail or hang, and break downloads.
"""

from __future__ import annotations

import asyncio
import hashlib
import re
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_health.v1.health import aio as aio_health
from invoicejobs.v1 import access_pb2_grpc as access_grpc
from invoicejobs.v1 import invoice_jobs_pb2 as jobs
from invoicejobs.v1 import invoice_jobs_pb2_grpc as jobs_grpc
from invoicejobs.v1 import invoices_pb2 as invoices
from invoicejobs.v1 import invoices_pb2_grpc as invoices_grpc

from tests.fakes.fake_access import FakeAccess
from tests.fakes.fake_credits import cancel
from tests.fakes.fake_grpc_errors import invalid, job_problem, refusal
from tests.fakes.fake_grpc_probes import Call, Hold
from tests.fakes.fake_jobs import FakeJobs, Job
from tests.fakes.fake_previews import FakePreviews

PIECE_BYTES = 1000
Context = Any


class FakeServer(FakeJobs, FakePreviews):
    """Both services. Orders named in good_orders can be invoiced; all others fail."""

    def __init__(self, tenant: str, good_orders: tuple[str, ...]) -> None:
        super().__init__()
        self.tenant = tenant
        self.good_orders = good_orders
        self.calls: list[Call] = []
        self.failures: dict[str, grpc.Status | Exception] = {}
        self.holds: dict[str, Hold] = {}
        #: What a download waits for when all of its pieces were sent.
        self.end_of_download: asyncio.Event | None = None
        #: Bytes after which downloads end with UNAVAILABLE.
        self.break_after: int | None = None
        self.health = aio_health.HealthServicer()
        self.target = ""
        self._invoices: dict[str, invoices.Invoice] = {}
        self._contents: dict[str, bytes] = {}

    def add_invoice(
        self, invoice: invoices.Invoice, content: bytes, file_name: str = ""
    ) -> invoices.Document:
        """Adds an invoice with a PDF of such content."""
        self._invoices[invoice.invoice_number] = invoice
        name = file_name or f"{invoice.invoice_number}.pdf"
        return self.add_document(invoice, invoices.DOCUMENT_FORMAT_PDF, content, name)

    def add_document(
        self,
        invoice: invoices.Invoice,
        format: invoices.DocumentFormat.ValueType,
        content: bytes,
        file_name: str,
    ) -> invoices.Document:
        """Adds a document to an invoice."""
        sha256 = hashlib.sha256(content).hexdigest()
        self._contents[sha256] = content
        is_pdf = format == invoices.DOCUMENT_FORMAT_PDF
        return invoice.documents.add(
            format=format,
            media_type="application/pdf" if is_pdf else "application/xml",
            file_name=file_name,
            size_bytes=len(content),
            sha256=sha256,
        )

    def add_job(self, job_id: str, job_type: jobs.JobType.ValueType, order_ids: list[str]) -> None:
        """Adds a job whose orders already have their outcomes."""
        orders = [self._outcome(order_id) for order_id in order_ids]
        message = jobs.InvoiceJob(job_id=job_id, job_type=job_type, order_count=len(orders))
        self._jobs[job_id] = Job(message, orders)

    async def enter(self, method: str, request: Any, context: Context) -> None:
        metadata = {key: str(value) for key, value in context.invocation_metadata()}
        self.calls.append(Call(method, request, metadata, context.time_remaining()))
        await self._meet(method, context)
        if not re.fullmatch(r"[a-z][a-z0-9]{2,15}", request.tenant):
            await context.abort_with_status(
                invalid("tenant", "must be 3 to 16 lower-case letters and digits", "INVALID_TENANT")
            )

    async def _meet(self, place: str, context: Context) -> None:
        """Holds or fails a call at a place: a method, or the page of a job, such as "page 1000"."""
        if place in self.holds:
            await self.holds[place].wait()
        failure = self.failures.get(place)
        if isinstance(failure, Exception):
            raise failure
        if failure:
            await context.abort_with_status(failure)

    async def CreateInvoiceJob(
        self, request: jobs.CreateInvoiceJobRequest, context: Context
    ) -> jobs.CreateInvoiceJobResponse:
        await self.enter("CreateInvoiceJob", request, context)
        order_ids = list(dict.fromkeys(request.order_ids))
        if problem := job_problem(request):
            await context.abort_with_status(invalid(*problem))
        if request.tenant != self.tenant:
            await context.abort_with_status(
                refusal(
                    grpc.StatusCode.FAILED_PRECONDITION,
                    "SETTINGS_MISSING",
                    "The tenant has no settings yet.",
                )
            )
        asked = repr((request.job_type, order_ids))
        job_id, first_asked = self._requests.get(request.request_id, ("", asked))
        if first_asked != asked:
            await context.abort_with_status(
                refusal(
                    grpc.StatusCode.ALREADY_EXISTS,
                    "REQUEST_ID_REUSED",
                    f"The request id {request.request_id!r} was used for another request.",
                )
            )
        if not job_id:
            job_id = str(uuid.uuid4())
            if request.request_id:
                self._requests[request.request_id] = job_id, asked
            self.add_job(job_id, request.job_type, order_ids)
        return jobs.CreateInvoiceJobResponse(job=self._jobs[job_id].message)

    def _outcome(self, order_id: str) -> jobs.JobOrder:
        if order_id not in self.good_orders:
            return jobs.JobOrder(
                order_id=order_id,
                order_status=jobs.JOB_ORDER_STATUS_FAILURE,
                message="There is no such order.",
                reason="ORDER_UNKNOWN",
            )
        number = f"RE-{self.good_orders.index(order_id) + 1:05}"
        if number not in self._invoices:
            invoice = invoices.Invoice(invoice_number=number, currency="EUR")
            self.add_invoice(invoice, b"%PDF of " + number.encode())
        return jobs.JobOrder(
            order_id=order_id,
            order_status=jobs.JOB_ORDER_STATUS_SUCCESS,
            invoice_number=number,
            pdf_sha256=self._invoices[number].documents[0].sha256,
        )

    async def GetInvoiceJob(
        self, request: jobs.GetInvoiceJobRequest, context: Context
    ) -> jobs.GetInvoiceJobResponse:
        await self.enter("GetInvoiceJob", request, context)
        await self._meet(f"page {request.page_token}", context)
        job = await self.find_job(request, context)
        job.reads += not request.page_token
        pending = job.reads == 1 and not request.page_token and job.orders
        job.message.job_status = jobs.JOB_STATUS_IN_PROGRESS if pending else jobs.JOB_STATUS_DONE
        first = int(request.page_token or 0) + request.skip
        end = first + (request.page_size or 100)
        orders = [
            jobs.JobOrder(order_id=o.order_id, order_status=jobs.JOB_ORDER_STATUS_PENDING)
            if pending
            else o
            for o in job.orders[first:end]
        ]
        token = str(end) if end < len(job.orders) else ""
        return jobs.GetInvoiceJobResponse(job=job.message, orders=orders, next_page_token=token)

    async def GetInvoice(
        self, request: invoices.GetInvoiceRequest, context: Context
    ) -> invoices.GetInvoiceResponse:
        await self.enter("GetInvoice", request, context)
        return invoices.GetInvoiceResponse(invoice=await self.find(request, context))

    async def DownloadInvoice(
        self, request: invoices.DownloadInvoiceRequest, context: Context
    ) -> AsyncIterator[invoices.DownloadInvoiceResponse]:
        await self.enter("DownloadInvoice", request, context)
        invoice = await self.find(request, context)
        document = next(
            (d for d in invoice.documents if request.sha256 in ("", d.sha256)), invoices.Document()
        )
        if not document.sha256 or request.format not in (0, document.format):
            await self._not_found(request.invoice_number, context)
        yield invoices.DownloadInvoiceResponse(document=document)
        end = request.offset + request.length if request.length else document.size_bytes
        content = self._contents[document.sha256][request.offset : end]
        for start in range(0, len(content), PIECE_BYTES):
            if self.break_after is not None and start >= self.break_after:
                await context.abort(grpc.StatusCode.UNAVAILABLE, "the disk is gone")
            if "pieces" in self.holds and start:
                await self.holds["pieces"].wait()
            yield invoices.DownloadInvoiceResponse(data=content[start : start + PIECE_BYTES])
        if self.end_of_download:
            await self.end_of_download.wait()

    async def CancelInvoice(self, request: Any, context: Context) -> Any:
        await self.enter("CancelInvoice", request, context)
        return await cancel(self, request, context)

    async def find(self, request: Any, context: Context) -> invoices.Invoice:
        invoice = self._invoices.get(request.invoice_number)
        if invoice is None or request.tenant != self.tenant:
            await self._not_found(request.invoice_number, context)
            raise AssertionError("abort raises")
        return invoice

    async def _not_found(self, number: str, context: Context) -> None:
        message = f"There is no invoice {number!r}."
        await context.abort_with_status(
            refusal(grpc.StatusCode.NOT_FOUND, "INVOICE_NOT_FOUND", message)
        )

    async def ListInvoices(self, request: Any, context: Context) -> Any:
        await context.abort(grpc.StatusCode.UNIMPLEMENTED, "not faked")

    async def set_serving(self, *, serving: bool) -> None:
        values = health_pb2.HealthCheckResponse
        await self.health.set("", values.SERVING if serving else values.NOT_SERVING)


@asynccontextmanager
async def serving(fake: FakeServer) -> AsyncIterator[FakeServer]:
    """Serves on a free port of loopback while the block lasts; fake.target says where."""
    server = grpc.aio.server(options=[("grpc.max_receive_message_length", 64 * 1024 * 1024)])
    jobs_grpc.add_InvoiceJobsServicer_to_server(fake, server)
    invoices_grpc.add_InvoicesServicer_to_server(fake, server)
    access_grpc.add_AccessServicer_to_server(FakeAccess(), server)
    health_pb2_grpc.add_HealthServicer_to_server(fake.health, server)
    fake.target = f"127.0.0.1:{server.add_insecure_port('127.0.0.1:0')}"
    await server.start()
    await fake.set_serving(serving=True)
    try:
        yield fake
    finally:
        await server.stop(None)
