"""A tenant's client: what the harness itself asks of the service."""

from __future__ import annotations

import time
from collections.abc import Iterable

import grpc
from invoicejobs.v1 import (
    invoice_jobs_pb2,
    invoice_jobs_pb2_grpc,
    invoices_pb2,
    invoices_pb2_grpc,
    orders_pb2,
    orders_pb2_grpc,
    tenant_settings_pb2,
    tenant_settings_pb2_grpc,
)

from tests.fuzz.known import Known

#: Seconds within which a call is answered, and any job of ours is DONE; the machine may be busy.
PATIENCE, JOB_PATIENCE = 60, 240


class Shop:
    """Calls about one tenant. Raises grpc.RpcError where the service refuses."""

    def __init__(self, channel: grpc.Channel, tenant: str, token: str) -> None:
        """Takes a token, or an empty text where none is wanted."""
        self.tenant = tenant
        self.metadata = (("authorization", f"Bearer {token}"),) if token else ()
        self._jobs = invoice_jobs_pb2_grpc.InvoiceJobsStub(channel)
        self._invoices = invoices_pb2_grpc.InvoicesStub(channel)
        self._orders = orders_pb2_grpc.OrdersStub(channel)
        self._settings = tenant_settings_pb2_grpc.TenantSettingsStub(channel)

    def save(self, settings: tenant_settings_pb2.Settings) -> None:
        """Saves settings."""
        request = tenant_settings_pb2.UpdateTenantSettingsRequest(
            tenant=self.tenant, settings=settings
        )
        self._settings.UpdateTenantSettings(request, metadata=self.metadata, timeout=PATIENCE)

    def bring(self, orders: Iterable[bytes]) -> orders_pb2.ImportOrdersResponse:
        """Imports orders."""
        requests = (
            orders_pb2.ImportOrdersRequest(tenant=self.tenant, order_json=order) for order in orders
        )
        return self._orders.ImportOrders(requests, metadata=self.metadata, timeout=PATIENCE)

    def preview(self, order_json: bytes) -> invoices_pb2.PreviewInvoiceResponse:
        """Draws the preview of an order."""
        request = invoices_pb2.PreviewInvoiceRequest(tenant=self.tenant, order_json=order_json)
        return self._invoices.PreviewInvoice(request, metadata=self.metadata, timeout=PATIENCE)

    def invoice(self, order_ids: list[str]) -> tuple[str, list[invoice_jobs_pb2.JobOrder]]:
        """Does a job to its end and gives its id and outcomes. Raises TimeoutError."""
        asked = invoice_jobs_pb2.CreateInvoiceJobRequest(
            tenant=self.tenant, job_type=invoice_jobs_pb2.JOB_TYPE_MANUAL, order_ids=order_ids
        )
        job = self._jobs.CreateInvoiceJob(asked, metadata=self.metadata, timeout=PATIENCE).job
        end = time.monotonic() + JOB_PATIENCE
        request = invoice_jobs_pb2.GetInvoiceJobRequest(
            tenant=self.tenant, job_id=job.job_id, page_size=1000
        )
        while True:
            answer = self._jobs.GetInvoiceJob(request, metadata=self.metadata, timeout=PATIENCE)
            if answer.job.job_status == invoice_jobs_pb2.JOB_STATUS_DONE:
                return job.job_id, list(answer.orders)
            if time.monotonic() > end:
                raise TimeoutError(f"the job {job.job_id} is not DONE after {JOB_PATIENCE} s")
            time.sleep(0.02)

    def invoice_of(self, order_id: str) -> invoices_pb2.Invoice | None:
        """Reads the invoice of an order, if it has one."""
        asked = invoices_pb2.ListInvoicesRequest(tenant=self.tenant, order_id=order_id)
        listed = self._invoices.ListInvoices(asked, metadata=self.metadata, timeout=PATIENCE)
        if not order_id or not listed.invoices:
            return None
        request = invoices_pb2.GetInvoiceRequest(
            tenant=self.tenant, invoice_number=listed.invoices[0].invoice_number
        )
        return self._invoices.GetInvoice(request, metadata=self.metadata, timeout=PATIENCE).invoice

    def cancel(self, invoice_number: str) -> invoices_pb2.Invoice:
        """Cancels a whole invoice and gives the credit note."""
        request = invoices_pb2.CancelInvoiceRequest(
            tenant=self.tenant, invoice_number=invoice_number
        )
        answer = self._invoices.CancelInvoice(request, metadata=self.metadata, timeout=PATIENCE)
        return answer.credit_note

    def download(self, invoice_number: str) -> bytes:
        """Downloads the PDF of an invoice."""
        request = invoices_pb2.DownloadInvoiceRequest(
            tenant=self.tenant, invoice_number=invoice_number
        )
        pieces = self._invoices.DownloadInvoice(request, metadata=self.metadata, timeout=PATIENCE)
        return b"".join(piece.data for piece in pieces)

    def learn(self, known: Known, job_id: str, outcomes: list[invoice_jobs_pb2.JobOrder]) -> None:
        """Remembers what a job left, to make inputs of."""
        known.add("job_id", job_id)
        known.add("order_id", *(outcome.order_id for outcome in outcomes[:5]))
        good = [outcome for outcome in outcomes if outcome.invoice_number][:10]
        known.add("invoice_number", *(outcome.invoice_number for outcome in good))
        known.add("sha256", *(outcome.pdf_sha256 for outcome in good))
        known.add("link", *(outcome.link_signature for outcome in good))
        request = invoice_jobs_pb2.GetInvoiceJobRequest(
            tenant=self.tenant, job_id=job_id, page_size=1
        )
        page = self._jobs.GetInvoiceJob(request, metadata=self.metadata, timeout=PATIENCE)
        known.add("page_token", page.next_page_token)
