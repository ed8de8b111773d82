"""All four services in memory, on a real port, for tests of the command line.

Tests fill it, look at what it was asked, and make methods refuse.
"""

from __future__ import annotations

import hashlib
import json
import threading
from concurrent.futures import ThreadPoolExecutor

import grpc
from invoicejobs.v1 import invoice_jobs_pb2 as jobs
from invoicejobs.v1 import invoice_jobs_pb2_grpc as jobs_grpc
from invoicejobs.v1 import invoices_pb2 as invoices
from invoicejobs.v1 import invoices_pb2_grpc as invoices_grpc
from invoicejobs.v1 import orders_pb2 as orders
from invoicejobs.v1 import orders_pb2_grpc as orders_grpc
from invoicejobs.v1 import tenant_settings_pb2 as settings
from invoicejobs.v1 import tenant_settings_pb2_grpc as settings_grpc

from tests.fakes.fake_cli_calls import Context
from tests.fakes.fake_cli_jobs import FakeJobChanges
from tests.fakes.fake_schedules import outlook_of


class FakeServices(
    FakeJobChanges,
    orders_grpc.OrdersServicer,
    invoices_grpc.InvoicesServicer,
    settings_grpc.TenantSettingsServicer,
):
    """Holds what was sent to it and answers from that."""

    def __init__(self) -> None:
        super().__init__()
        self.target = ""
        #: Set as soon as the first order of an import has arrived.
        self.first_order_arrived = threading.Event()
        self.orders: dict[str, bytes] = {}
        self.settings: settings.Settings | None = None
        self.invoices: dict[str, invoices.Invoice] = {}
        self.contents: dict[str, bytes] = {}
        #: What a preview is called.
        self.preview_name = "preview.pdf"

    def add_invoice(self, number: str, content: bytes, file_name: str = "") -> None:
        """Adds an invoice whose PDF has such content."""
        self.contents[number] = content
        self.invoices[number] = invoices.Invoice(
            invoice_number=number,
            order_id=f"order-{number}",
            currency="EUR",
            buyer=invoices.Party(name="Żaneta Łapińska"),
            totals=invoices.Totals(tax_exclusive="10.00", tax="1.90", tax_inclusive="11.90"),
            documents=[
                invoices.Document(
                    format=invoices.DOCUMENT_FORMAT_PDF,
                    file_name=file_name or f"{number}.pdf",
                    size_bytes=len(content),
                    sha256=hashlib.sha256(content).hexdigest(),
                )
            ],
        )

    def add_xml(self, number: str, format: invoices.DocumentFormat.ValueType, xml: bytes) -> None:
        """Adds an XML document, with the format's number in its name, to an invoice."""
        self.contents[f"{number}-{format}"] = xml
        self.invoices[number].documents.add(
            format=format,
            file_name=f"{number}-{format}.xml",
            size_bytes=len(xml),
            sha256=hashlib.sha256(xml).hexdigest(),
        )

    # --- orders

    def ImportOrders(self, request_iterator, context: Context) -> orders.ImportOrdersResponse:
        response = orders.ImportOrdersResponse()
        for position, request in enumerate(request_iterator, start=1):
            self.enter("ImportOrders", request, context)
            self.first_order_arrived.set()
            try:
                order_id = json.loads(request.order_json)["id"]
            except (ValueError, KeyError, TypeError):
                response.failed_count += 1
                response.failures.add(
                    position=position, origin=request.origin, field="id", message="is missing"
                )
                continue
            response.created_count += order_id not in self.orders
            response.updated_count += order_id in self.orders
            self.orders[order_id] = request.order_json
        return response

    def GetOrder(self, request, context: Context) -> orders.GetOrderResponse:
        self.enter("GetOrder", request, context)
        return orders.GetOrderResponse(
            order=orders.Order(order_id=request.order_id, currency="EUR", total="501.829"),
            order_json=self.orders[request.order_id],
        )

    def ListOrders(self, request, context: Context) -> orders.ListOrdersResponse:
        self.enter("ListOrders", request, context)
        page, token = self.page(sorted(self.orders), request)
        found = [orders.Order(order_id=order_id) for order_id in page]
        return orders.ListOrdersResponse(orders=found, next_page_token=token)

    # --- settings

    def GetTenantSettings(self, request, context: Context) -> settings.GetTenantSettingsResponse:
        self.enter("GetTenantSettings", request, context)
        return settings.GetTenantSettingsResponse(settings=self.settings)

    def UpdateTenantSettings(
        self, request, context: Context
    ) -> settings.UpdateTenantSettingsResponse:
        self.enter("UpdateTenantSettings", request, context)
        mask = request.update_mask
        if self.settings and mask.paths:
            mask.MergeMessage(request.settings, self.settings, True, True)
        else:
            self.settings = request.settings
        return settings.UpdateTenantSettingsResponse(settings=self.settings)

    def ListSchedules(self, request, context: Context) -> settings.ListSchedulesResponse:
        self.enter("ListSchedules", request, context)
        assert self.settings
        return settings.ListSchedulesResponse(
            schedules=[outlook_of(each, request.time_count) for each in self.settings.schedules]
        )

    # --- jobs

    def CreateInvoiceJob(self, request, context: Context) -> jobs.CreateInvoiceJobResponse:
        self.enter("CreateInvoiceJob", request, context)
        job_id = f"job-{len(self.jobs) + 1}"
        self.jobs[job_id] = [
            jobs.JobOrder(
                order_id=order_id,
                order_status=jobs.JOB_ORDER_STATUS_FAILURE,
                message=f"There is no order {order_id}.",
            )
            if order_id.startswith("bad")
            else jobs.JobOrder(
                order_id=order_id,
                order_status=jobs.JOB_ORDER_STATUS_SUCCESS,
                invoice_number=f"RE-{order_id}",
            )
            for order_id in request.order_ids
        ]
        return jobs.CreateInvoiceJobResponse(job=self._job(job_id, done=False))

    def GetInvoiceJob(self, request, context: Context) -> jobs.GetInvoiceJobResponse:
        self.enter("GetInvoiceJob", request, context)
        done = self.reads_until_done == 0
        self.reads_until_done -= not done
        page, token = self.page(self.jobs[request.job_id], request)
        return jobs.GetInvoiceJobResponse(
            job=self._job(request.job_id, done=done), orders=page, next_page_token=token
        )

    def ListInvoiceJobs(self, request, context: Context) -> jobs.ListInvoiceJobsResponse:
        self.enter("ListInvoiceJobs", request, context)
        found = [self._job(job_id, done=True) for job_id in self.jobs]
        return jobs.ListInvoiceJobsResponse(jobs=found)

    def _job(self, job_id: str, *, done: bool) -> jobs.InvoiceJob:
        found = self.jobs[job_id]
        failed = sum(o.order_status == jobs.JOB_ORDER_STATUS_FAILURE for o in found)
        return jobs.InvoiceJob(
            job_id=job_id,
            job_status=jobs.JOB_STATUS_DONE if done else jobs.JOB_STATUS_IN_PROGRESS,
            order_count=len(found),
            pending_count=0 if done else len(found),
            success_count=len(found) - failed if done else 0,
            failure_count=failed if done else 0,
        )

    # --- invoices

    def GetInvoice(self, request, context: Context) -> invoices.GetInvoiceResponse:
        self.enter("GetInvoice", request, context)
        return invoices.GetInvoiceResponse(invoice=self.invoices[request.invoice_number])

    def CancelInvoice(self, request, context: Context) -> invoices.CancelInvoiceResponse:
        self.enter("CancelInvoice", request, context)
        note = invoices.Invoice(
            invoice_number=f"GS-{request.invoice_number}",
            preceding_invoice_number=request.invoice_number,
            currency="EUR",
            totals=invoices.Totals(tax_inclusive=request.amount or "11.90"),
        )
        return invoices.CancelInvoiceResponse(credit_note=note)

    def PreviewInvoice(self, request, context: Context) -> invoices.PreviewInvoiceResponse:
        self.enter("PreviewInvoice", request, context)
        pdf = b"%PDF of a preview of " + (request.order_id.encode() or request.order_json)
        return invoices.PreviewInvoiceResponse(pdf=pdf, file_name=self.preview_name)

    def ListInvoices(self, request, context: Context) -> invoices.ListInvoicesResponse:
        self.enter("ListInvoices", request, context)
        page, token = self.page(list(self.invoices.values()), request)
        return invoices.ListInvoicesResponse(invoices=page, next_page_token=token)

    def DownloadInvoice(self, request, context: Context):
        self.enter("DownloadInvoice", request, context)
        number = request.invoice_number
        if number not in self.invoices:
            context.abort(grpc.StatusCode.NOT_FOUND, f"There is no invoice {number!r}.")
        format = request.format or invoices.DOCUMENT_FORMAT_PDF
        found = [d for d in self.invoices[number].documents if d.format == format]
        if not found:
            context.abort(grpc.StatusCode.NOT_FOUND, f"{number} has no such document.")
        yield invoices.DownloadInvoiceResponse(document=found[0])
        is_pdf = format == invoices.DOCUMENT_FORMAT_PDF
        content = self.contents[number if is_pdf else f"{number}-{format}"]
        for start in range(0, len(content), 1000):
            yield invoices.DownloadInvoiceResponse(data=content[start : start + 1000])


def serve(services: FakeServices) -> grpc.Server:
    """Starts a server of the services on a free port of this machine."""
    server = grpc.server(ThreadPoolExecutor(4))
    orders_grpc.add_OrdersServicer_to_server(services, server)
    jobs_grpc.add_InvoiceJobsServicer_to_server(services, server)
    invoices_grpc.add_InvoicesServicer_to_server(services, server)
    settings_grpc.add_TenantSettingsServicer_to_server(services, server)
    services.target = f"127.0.0.1:{server.add_insecure_port('127.0.0.1:0')}"
    server.start()
    return server
