"""Draws numbers and records the invoices that bear them, in one transaction."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from server.domain.audit import AuditAction, AuditEntry
from server.domain.computation import issue_invoice
from server.domain.errors import Conflict, NotReady, OrderRejected
from server.domain.invoice import Invoice, InvoiceDraft
from server.domain.job import Chunk
from server.domain.numbering import NumberSeries, open_series
from server.domain.settings import Site, TenantSettings
from server.ports import Clock, Database, IssuedInvoice, UnitOfWork
from server.service.draw_numbers import NumberTaken, SeriesPassed, draw_numbers
from server.service.outcomes import cancelled


@dataclass(frozen=True, slots=True)
class Issued:
    """What came of a chunk's drafts."""

    #: Newly issued invoices by number.
    invoices: dict[str, Invoice] = field(default_factory=dict)
    #: The invoice of each order that has one now, by order id.
    invoiced: dict[str, IssuedInvoice] = field(default_factory=dict)
    #: Orders that got no number, and why, by order id.
    refused: dict[str, OrderRejected] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class IssueInvoices:
    """Turns drafts into invoices: every order once, without a gap in the numbers."""

    database: Database
    clock: Clock

    def __call__(
        self, chunk: Chunk, drafts: Sequence[InvoiceDraft], settings: TenantSettings
    ) -> Issued:
        """Issues the drafts' invoices in their order.

        An order that got an invoice in the meantime keeps that one; all others are refused when
        the job was cancelled. Raises Conflict when the chunk is not held any more.
        """
        blocked: set[str] = set()
        while drafts:
            try:
                with self.database.write() as unit:
                    if not unit.chunks.holds(chunk):
                        raise Conflict("Another worker took the chunk over.", reason="CHUNK_LOST")
                    issued = self._issue(unit, chunk, drafts, settings, blocked)
                    unit.invoices.add(chunk.tenant, chunk.job_id, list(issued.invoices.values()))
                    unit.commit()
                    return issued
            except NumberTaken as taken:
                # Left without commit: the numbers drawn are as if they never were.
                blocked.add(taken.sequence)
            except SeriesPassed:
                continue
        return Issued()

    def _issue(
        self,
        unit: UnitOfWork,
        chunk: Chunk,
        drafts: Sequence[InvoiceDraft],
        settings: TenantSettings,
        blocked: set[str],
    ) -> Issued:
        issued = Issued()
        issued.invoiced.update(
            unit.invoices.of_orders(chunk.tenant, [draft.order_id for draft in drafts])
        )
        left = [draft for draft in drafts if draft.order_id not in issued.invoiced]
        # Without a lock: a cancellation that is committed later comes after these numbers.
        job = unit.jobs.get(chunk.tenant, chunk.job_id)
        if job and job.cancelled_at:
            issued.refused.update((draft.order_id, cancelled()) for draft in left)
            return issued
        sites = {draft.site_code for draft in left}
        series_of_site = _series_of_sites(settings, sites, self.clock.now(), blocked)
        waiting: dict[NumberSeries, list[InvoiceDraft]] = {}
        for draft in left:
            series = series_of_site[draft.site_code]
            if isinstance(series, OrderRejected):
                issued.refused[draft.order_id] = series
            else:
                waiting.setdefault(series, []).append(draft)
        drawn = _draw(unit, chunk, waiting)
        # The counters are ours until the commit. Whoever draws after us reads the clock after us,
        # so later numbers never bear earlier times.
        now = self.clock.now()
        if drawn.keys() - set(_series_of_sites(settings, sites, now, blocked).values()):
            raise SeriesPassed
        for series, numbers in drawn.items():
            group = waiting[series]
            if numbers:
                unit.audit.add(_entry(chunk, now, numbers))
            for draft, number in zip(group, numbers, strict=False):
                local_time = now.astimezone(_zone(settings, draft.site_code))
                issued.invoices[number] = issue_invoice(draft, number, now, local_time)
                issued.invoiced[draft.order_id] = IssuedInvoice(number, chunk.job_id, ())
            for draft in group[len(numbers) :]:
                issued.refused[draft.order_id] = series.exhausted()
        return issued


def _draw(
    unit: UnitOfWork, chunk: Chunk, waiting: Mapping[NumberSeries, Sequence[InvoiceDraft]]
) -> dict[NumberSeries, list[str]]:
    """Draws a number for each draft; fewer when its series ends before."""
    drawn: dict[NumberSeries, list[str]] = {}
    given: set[str] = set()
    # In one order everywhere: two chunks that draw from the same counters in different orders
    # would wait for each other.
    for series in sorted(waiting, key=lambda series: (series.sequence, series.key)):
        drawn[series] = draw_numbers(unit, chunk.tenant, series, len(waiting[series]), given)
        given.update(drawn[series])
    return drawn


def _entry(chunk: Chunk, now: datetime, numbers: Sequence[str]) -> AuditEntry:
    """Tells of numbers of one series: they follow each other, so the first and last say it all."""
    detail = numbers[0] if len(numbers) == 1 else f"{numbers[0]} to {numbers[-1]} ({len(numbers)})"
    action = AuditAction.ISSUE_INVOICES
    return AuditEntry(now, chunk.tenant, action, chunk.job_id, chunk.origin, detail)


def _site(settings: TenantSettings, code: str) -> Site:
    site = settings.site(code)
    if site is None:
        raise NotReady(f"The settings know no site {code!r}.", reason="SITE_UNKNOWN")
    return site


def _zone(settings: TenantSettings, site_code: str) -> ZoneInfo:
    return ZoneInfo(_site(settings, site_code).time_zone)


def _series_of_sites(
    settings: TenantSettings, site_codes: Collection[str], now: datetime, blocked: set[str]
) -> dict[str, NumberSeries | OrderRejected]:
    return {code: _series(settings, code, now, blocked) for code in site_codes}


def _series(
    settings: TenantSettings, site_code: str, now: datetime, blocked: set[str]
) -> NumberSeries | OrderRejected:
    site = _site(settings, site_code)
    sequence = settings.sequence_for(site)
    if sequence.name in blocked:
        taken = NumberTaken(sequence.name)
        return OrderRejected(taken.message, reason=taken.reason)
    try:
        return open_series(sequence, site.data(), now.astimezone(ZoneInfo(site.time_zone)))
    except NotReady as error:
        return OrderRejected(error.message, reason=error.reason)
