"""The Invoices service."""

from __future__ import annotations

from collections.abc import AsyncIterator

from invoicejobs.v1 import invoices_pb2, invoices_pb2_grpc

from server.domain.document import Document, DocumentFormat
from server.domain.errors import LimitExceeded
from server.domain.tenant import Tenant, parse_tenant
from server.handlers import ServicerContext
from server.rpc.authentication import LINK_SUBJECT
from server.rpc.links import signing
from server.rpc.paging import read_page
from server.rpc.rates import Rates
from server.rpc.read_preview import read_previewed_order
from server.rpc.threads import Pieces, Threads
from server.rpc.translate_credits import read_credit, record_message, record_summary
from server.rpc.translate_invoices import document_message, read_format
from server.service.origin import current_origin
from server.service.use_cases import UseCases

#: How often the links to one document may be used in a second, and at once.
LINK_RATE, LINK_BURST = 10, 50
#: The most bytes of a document in one message.
PIECE_BYTES = 64 * 1024


class InvoicesServicer(invoices_pb2_grpc.InvoicesServicer):
    """Shows issued invoices and what would be one, gives their documents and corrects them."""

    def __init__(self, use_cases: UseCases, threads: Threads) -> None:
        self._use_cases = use_cases
        self._threads = threads
        self._links = Rates(LINK_RATE, burst=LINK_BURST / LINK_RATE)

    async def GetInvoice(
        self, request: invoices_pb2.GetInvoiceRequest, context: ServicerContext
    ) -> invoices_pb2.GetInvoiceResponse:
        """Gets a whole invoice."""
        tenant = parse_tenant(request.tenant)
        read_invoice = signing(self._use_cases.sign_links, self._use_cases.read_invoice)
        record, sign = await self._threads.run(read_invoice, tenant, request.invoice_number)
        return invoices_pb2.GetInvoiceResponse(invoice=record_message(record, sign))

    async def ListInvoices(
        self, request: invoices_pb2.ListInvoicesRequest, context: ServicerContext
    ) -> invoices_pb2.ListInvoicesResponse:
        """Lists invoices as summaries, the newest first."""
        tenant = parse_tenant(request.tenant)
        filters = request.order_id, request.job_id
        page = read_page(request.page_size, request.page_token, "ListInvoices", tenant, *filters)
        list_invoices = signing(self._use_cases.sign_links, self._use_cases.list_invoices)
        invoices, sign = await self._threads.run(
            list_invoices, tenant, *filters, page.cursor, page.limit
        )
        return invoices_pb2.ListInvoicesResponse(
            invoices=[record_summary(record, sign) for record in invoices.items],
            next_page_token=page.next_token(invoices.next_cursor),
        )

    async def CancelInvoice(
        self, request: invoices_pb2.CancelInvoiceRequest, context: ServicerContext
    ) -> invoices_pb2.CancelInvoiceResponse:
        """Issues a credit note, or finds the one that was issued already."""
        tenant = parse_tenant(request.tenant)
        cancel_invoice = signing(self._use_cases.sign_links, self._use_cases.cancel_invoice)
        record, sign = await self._threads.run(
            cancel_invoice,
            tenant,
            request.invoice_number,
            read_credit(request),
            request.request_id,
        )
        return invoices_pb2.CancelInvoiceResponse(credit_note=record_message(record, sign))

    async def PreviewInvoice(
        self, request: invoices_pb2.PreviewInvoiceRequest, context: ServicerContext
    ) -> invoices_pb2.PreviewInvoiceResponse:
        """Renders what the invoice of an order would look like."""
        tenant = parse_tenant(request.tenant)
        preview = await self._threads.run(
            self._use_cases.preview_invoice, tenant, read_previewed_order(request)
        )
        return invoices_pb2.PreviewInvoiceResponse(pdf=preview.pdf, file_name=preview.file_name)

    async def DownloadInvoice(
        self, request: invoices_pb2.DownloadInvoiceRequest, context: ServicerContext
    ) -> AsyncIterator[invoices_pb2.DownloadInvoiceResponse]:
        """Streams a document: its description, then its bytes in pieces."""
        tenant = parse_tenant(request.tenant)
        if current_origin().subject == LINK_SUBJECT:
            self._count_link(tenant, request)
        document, pieces, piece = await self._threads.run(
            self._open, tenant, read_format(request.format), request
        )
        try:
            yield invoices_pb2.DownloadInvoiceResponse(document=document_message(document))
            while piece:
                yield invoices_pb2.DownloadInvoiceResponse(data=piece)
                piece = await self._threads.run(pieces.next)
        finally:
            await self._threads.run(pieces.close)

    def _count_link(self, tenant: Tenant, request: invoices_pb2.DownloadInvoiceRequest) -> None:
        """Counts a download by link, which anybody may have. Raises LimitExceeded."""
        wait = self._links.take(f"{tenant}/{request.invoice_number}/{request.sha256}")
        if wait:
            raise LimitExceeded(
                "The links to this document are used too often. Try again in a moment.",
                reason="RATE_EXCEEDED",
                retry_after=wait,
            )

    def _open(
        self,
        tenant: Tenant,
        format: DocumentFormat | None,
        request: invoices_pb2.DownloadInvoiceRequest,
    ) -> tuple[Document, Pieces, bytes]:
        """Opens a document and reads its first piece, so that an error comes before any answer."""
        document, content = self._use_cases.download_invoice(
            tenant,
            request.invoice_number,
            format,
            request.sha256,
            request.offset,
            request.length,
        )
        pieces = Pieces(content, PIECE_BYTES)
        return document, pieces, pieces.next()
