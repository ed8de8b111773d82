"""Selects the due orders of an AUTOMATIC job and cuts them into chunks."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from server.domain.job import Chunk, ChunkKind, orders_of_chunk
from server.domain.settings import SelectionRule, Site
from server.ports import Clock, Database, DueFilter, JobLoad, OrderSource
from server.service.job_limits import DEFAULT_LIMITS, JobLimits
from server.service.job_loads import JobLoads

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class PlanJob:
    """Does the first step of an AUTOMATIC job."""

    database: Database
    clock: Clock
    source: OrderSource
    chunk_size: int
    limits: JobLimits = DEFAULT_LIMITS
    loads: JobLoads = field(default_factory=JobLoads)

    def __call__(self, chunk: Chunk) -> None:
        """Adds the due orders and their chunks to the job, in one transaction.

        A job that was cancelled meanwhile gets none. Orders for which the tenant's limit leaves no
        room are left to a later job: they stay due.

        Raises Conflict when another worker took the chunk over, Unavailable when the source or
        the database fails for now.
        """
        now = self.clock.now()
        with self.database.read() as unit:
            settings = unit.settings.undressed(chunk.tenant)
        rule = settings.selection_rule if settings else None
        order_ids: list[str] = []
        if settings and rule:
            # Before the transaction: a source that answers slowly must not keep others from
            # writing.
            due = self.source.due(chunk.tenant, due_filter(rule, settings.sites, now))
            order_ids = list(due)
        with self.database.write() as unit:
            # Before a row is locked: those who create jobs lock in this order, too.
            room = self.limits.room(unit, chunk.tenant)
            if len(order_ids) > room:
                log.warning(
                    "job %s takes %d of %d due orders of tenant %s: more may not wait at a time",
                    *(chunk.job_id, room, len(order_ids), chunk.tenant),
                )
                del order_ids[room:]
            unit.chunks.finish(chunk)
            job = unit.jobs.to_change(chunk.tenant, chunk.job_id)
            if order_ids and job and not job.cancelled_at:
                unit.jobs.add_orders(chunk.job_id, 0, order_ids)
                self.loads.add({chunk.tenant: JobLoad(0, len(order_ids))})
                count = len(order_ids)
                size = orders_of_chunk(count, self.chunk_size)
                unit.chunks.add(chunk.job_id, chunk.tenant, ChunkKind.ORDERS, 0, count, size)
            unit.jobs.close_if_complete(chunk.job_id, now)
            unit.commit()


def due_filter(rule: SelectionRule, sites: tuple[Site, ...], now: datetime) -> DueFilter:
    """Turns the rule into comparisons.

    A day counts from its start in its site's time zone: it and the threshold are over when the
    day is not after the day that it was there, threshold hours ago.
    """
    latest = now - timedelta(hours=rule.threshold_hours)
    return DueFilter(
        statuses=rule.statuses,
        extended_statuses=rule.extended_statuses,
        latest_instant=latest,
        latest_day_by_site={
            site.code: latest.astimezone(ZoneInfo(site.time_zone)).date() for site in sites
        },
        latest_day=latest.astimezone(UTC).date(),
    )
