"""Invoices the orders of one chunk: compute, draw numbers, render, store, record.

Safe to repeat from any point: numbers are drawn in the transaction that records the invoices,
and what comes after works from the recorded invoices, so it makes the same bytes again.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass

from server.domain.computation import compute_invoice
from server.domain.document import Document
from server.domain.errors import NotReady, OrderRejected
from server.domain.invoice import InvoiceDraft
from server.domain.job import Chunk, JobOrder, JobOrderStatus
from server.domain.settings import TenantSettings
from server.domain.tenant import Tenant
from server.ports import CheckFonts, Clock, Database, Identifiers, IssuedInvoice, OrderSource
from server.service.issue_invoices import IssueInvoices
from server.service.make_documents import MakeDocuments
from server.service.outcomes import cancelled, failure, success, unexpected

log = logging.getLogger(__name__)

#: Why an order has no invoice, by order id.
_Failures = dict[str, OrderRejected]


@dataclass(frozen=True, slots=True)
class ProcessChunk:
    """Gives every order of a chunk its outcome."""

    database: Database
    clock: Clock
    source: OrderSource
    identifiers: Identifiers
    check_fonts: CheckFonts
    issue_invoices: IssueInvoices
    make_documents: MakeDocuments

    def __call__(self, chunk: Chunk) -> None:
        """Processes a chunk to its end.

        Raises Unavailable when the environment fails: nothing is lost and the chunk can be
        repeated. Raises Conflict when another worker took the chunk over: whatever this one
        still wanted to write is void.
        """
        with self.database.read() as unit:
            settings = unit.settings.get(chunk.tenant)
            listed = unit.jobs.orders(chunk.job_id, chunk.first, chunk.end - chunk.first)
            pending = [o for o in listed if o.status == JobOrderStatus.PENDING]
            invoiced = unit.invoices.of_orders(chunk.tenant, [o.order_id for o in pending])
            job = unit.jobs.get(chunk.tenant, chunk.job_id)
        if settings is None:
            raise NotReady("The tenant has no settings any more.", reason="SETTINGS_MISSING")
        order_ids = [o.order_id for o in pending if o.order_id not in invoiced]
        drafts: list[InvoiceDraft] = []
        rejected: _Failures = dict.fromkeys(order_ids, cancelled())
        if not job or not job.cancelled_at:
            drafts, rejected = self._compute(chunk.tenant, order_ids, settings)
        issued = self.issue_invoices(chunk, drafts, settings)
        invoiced |= issued.invoiced
        made = self.make_documents(
            chunk.tenant,
            invoiced.values(),
            issued.invoices,
            # One of them may have ended who drew it before.
            alone=chunk.attempts > 1,
        )
        failures = {**rejected, **issued.refused}
        outcomes = [
            self._outcome(chunk, order, invoiced.get(order.order_id), made.documents, failures)
            for order in pending
        ]
        with self.database.write() as unit:
            unit.chunks.finish(chunk)
            unit.invoices.add_documents(chunk.tenant, made.stored)
            unit.jobs.record(chunk.job_id, outcomes)
            unit.jobs.close_if_complete(chunk.job_id, self.clock.now())
            unit.commit()

    def _compute(
        self, tenant: Tenant, order_ids: Sequence[str], settings: TenantSettings
    ) -> tuple[list[InvoiceDraft], _Failures]:
        drafts: list[InvoiceDraft] = []
        rejected: _Failures = {}
        orders = self.source.orders(tenant, order_ids, settings.order_paths)
        for order_id in order_ids:
            order = orders[order_id]
            if isinstance(order, OrderRejected):
                rejected[order_id] = order
                continue
            try:
                draft = compute_invoice(order, settings, self.identifiers)
                # Later it would have a number, and nothing to show for it.
                self.check_fonts(draft)
            except OrderRejected as error:
                rejected[order_id] = error
            except Exception:
                # A bug that one order brings to light must not take the others down with it.
                log.exception("order %r of tenant %s could not be computed", order_id, tenant)
                rejected[order_id] = unexpected("The invoice could not be computed")
            else:
                drafts.append(draft)
        return drafts, rejected

    @staticmethod
    def _outcome(
        chunk: Chunk,
        order: JobOrder,
        invoice: IssuedInvoice | None,
        documents: dict[str, Document | OrderRejected],
        failures: _Failures,
    ) -> JobOrder:
        if invoice is None:
            return failure(order, failures[order.order_id])
        document = documents[invoice.number]
        if isinstance(document, OrderRejected):
            return failure(order, document)
        return success(order, document, existed=invoice.job_id != chunk.job_id)
