"""Wraps what works on chunks, so that each is seen in the logs, the trace and the measures.

A chunk acts for whoever asked for its job, and its spans join the trace of that request.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

from process.logs import tell_only, told
from process.trace import Kind, Tracer, read_traceparent
from server.domain.document import DocumentFormat
from server.domain.errors import OrderRejected
from server.domain.invoice import Invoice, InvoiceDraft
from server.domain.job import Chunk, ChunkKind
from server.domain.order import Order
from server.domain.settings import OrderPaths, TenantSettings
from server.domain.tenant import Tenant
from server.observing.metrics import Metrics
from server.observing.stages import Stages
from server.ports import DueFilter, Finish, OrderSource, Renderer
from server.service.issue_invoices import Issued, IssueInvoices
from server.service.origin import acting_for

T = TypeVar("T")

log = logging.getLogger(__name__)


def fields_of(chunk: Chunk) -> dict[str, str]:
    """Gives what every line of the log says of a chunk's work."""
    fields = {"tenant": chunk.tenant, "job": chunk.job_id, "chunk": str(chunk.index)}
    if chunk.origin.request_id:
        fields["request_id"] = chunk.origin.request_id
    return fields


@dataclass(frozen=True, slots=True)
class ObservedWork:
    """Works on chunks and tells of it."""

    work: Callable[[Chunk], bool]
    tracer: Tracer
    metrics: Metrics

    def __call__(self, chunk: Chunk) -> bool:
        """Does the chunk; gives and raises what the work does."""
        name = "plan" if chunk.kind is ChunkKind.PLAN else "chunk"
        parent = read_traceparent(chunk.origin.trace)
        before = told()
        tell_only(fields_of(chunk))
        try:
            with acting_for(chunk.origin), self.tracer.span(name, Kind.CONSUMER, parent) as span:
                span.note("invoicejobs.job", chunk.job_id)
                span.note("invoicejobs.chunk", chunk.index)
                span.note("invoicejobs.orders", chunk.end - chunk.first)
                return self._work(chunk)
        finally:
            tell_only(before)

    def _work(self, chunk: Chunk) -> bool:
        begun = time.perf_counter()
        try:
            return self.work(chunk)
        finally:
            self.metrics.chunks(chunk.kind.value).inc()
            milliseconds = round((time.perf_counter() - begun) * 1000, 1)
            more = {"orders": chunk.end - chunk.first, "milliseconds": milliseconds}
            log.info("worked on %s chunk", chunk.kind.value, extra=more)


@dataclass(frozen=True, slots=True)
class ObservedPlan:
    """Plans a job, as the stage `plan`."""

    plan: Callable[[Chunk], None]
    stages: Stages

    def __call__(self, chunk: Chunk) -> None:
        """Plans the job of a chunk."""
        with self.stages.of_chunk("plan"):
            self.plan(chunk)


@dataclass(frozen=True, slots=True)
class ObservedSource:
    """Gives orders, as the stage `orders`; what follows is `compute`."""

    source: OrderSource
    stages: Stages

    def orders(
        self, tenant: Tenant, order_ids: Sequence[str], paths: OrderPaths
    ) -> dict[str, Order | OrderRejected]:
        """Gives each order, or why it cannot be had."""
        self.stages.enter("orders")
        orders = self.source.orders(tenant, order_ids, paths)
        self.stages.enter("compute")
        return orders

    def due(self, tenant: Tenant, due: DueFilter) -> Iterator[str]:
        """Gives the ids of the orders that are due."""
        return self.source.due(tenant, due)


@dataclass(frozen=True)
class ObservedIssuing(IssueInvoices):
    """Issues invoices, as the stage `number`."""

    stages: Stages

    def __call__(
        self, chunk: Chunk, drafts: Sequence[InvoiceDraft], settings: TenantSettings
    ) -> Issued:
        """Issues the drafts' invoices."""
        self.stages.enter("number")
        return super().__call__(chunk, drafts, settings)


@dataclass(frozen=True, slots=True)
class ObservedRenderer:
    """Renders, as the stage `render`; what follows is `record`.

    Documents are stored where they are rendered, several at a time: that is part of the stage.
    """

    renderer: Renderer
    stages: Stages

    def render(
        self,
        wanted: Sequence[tuple[Invoice, DocumentFormat]],
        finish: Finish[T],
        *,
        alone: bool = False,
    ) -> list[T]:
        """Renders each invoice to its format and gives what finish makes of it."""
        self.stages.enter("render")
        rendered = self.renderer.render(wanted, finish, alone=alone)
        self.stages.enter("record")
        return rendered

    def preview(self, invoice: Invoice) -> bytes:
        """Renders a preview."""
        return self.renderer.preview(invoice)
