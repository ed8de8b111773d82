"""Deletes what was kept long enough, in small steps that let the service go on."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from server.domain.audit import AuditAction, AuditEntry
from server.domain.tenant import Tenant
from server.ports import Clock, Database, DocumentStore, UnitOfWork
from server.ports.archive_stores import Deleted
from server.service.origin import current_origin
from server.service.requests import REQUEST_ID_LIFE

log = logging.getLogger(__name__)

#: Rows of a step, a transaction each.
STEP = 200
#: The daily purge is due this long after the one before.
EVERY = timedelta(hours=24)
_TASK = "purge"


@dataclass(frozen=True, slots=True)
class Retention:
    """How long things are kept. 0 keeps them for ever."""

    #: Days that a job is kept after it was DONE.
    jobs_days: int
    #: Days that an order is kept after its invoice was issued.
    orders_days: int
    #: Whole calendar years that an invoice is kept after the year of its issue.
    invoices_years: int


@dataclass(frozen=True, slots=True)
class Purged:
    """What was deleted, or would be."""

    requests: int = 0
    jobs: int = 0
    orders: int = 0
    #: Invoices and credit notes.
    invoices: int = 0


@dataclass(frozen=True, slots=True)
class Purge:
    """Deletes request ids, jobs, orders and invoices that are old enough."""

    database: Database
    clock: Clock
    store: DocumentStore
    retention: Retention

    def if_due(self, stopping: Callable[[], bool]) -> Purged | None:
        """Purges once a day, however many servers call it; None when it is not due.

        Raises Unavailable when the database or the documents folder cannot be used.
        """
        with self.database.write() as unit:
            if not unit.retention.begin(_TASK, self.clock.now(), EVERY):
                return None
            unit.commit()
        return self(stopping)

    def __call__(
        self, stopping: Callable[[], bool] = lambda: False, *, dry_run: bool = False
    ) -> Purged:
        """Purges until nothing is old enough any more or stopping says so; tells what went.

        A dry run deletes nothing. Orders that go with their invoices are not counted apart.
        """
        now = self.clock.now()
        kept = self.retention
        step = _Step(self, stopping, dry_run)
        requests, jobs = self._purge_small(step, now)
        orders = invoices = 0
        years = kept.invoices_years
        first = date(now.year - years, 1, 1) if years else None
        if first:
            invoices = step.run(
                "invoices",
                lambda unit, after: unit.retention.delete_invoices(first, now, after, STEP),
            )
        if kept.orders_days:
            issued = now - timedelta(days=kept.orders_days)
            orders = step.run(
                "orders",
                lambda unit, after: unit.retention.delete_orders(issued, first, after, STEP),
            )
        purged = Purged(requests, jobs, orders, invoices)
        if not dry_run:
            log.info(
                "purged %d request ids, %d jobs, %d orders and %d invoices",
                *(requests, jobs, orders, invoices),
            )
        return purged

    def _purge_small(self, step: _Step, now: datetime) -> tuple[int, int]:
        """Deletes request ids and jobs and counts both."""
        used = now - REQUEST_ID_LIFE
        days = self.retention.jobs_days
        done = now - timedelta(days=days) if days else datetime.min.replace(tzinfo=UTC)
        if step.dry_run:
            with self.database.read() as unit:
                return unit.retention.count_old(used, done)
        requests = step.run("", lambda unit, _: _requests(unit, used))
        jobs = step.run("jobs", lambda unit, after: unit.retention.delete_jobs(done, after, STEP))
        return requests, jobs


@dataclass(frozen=True, slots=True)
class _Step:
    """Repeats a deletion, a transaction at a time, until it is through."""

    purge: Purge
    stopping: Callable[[], bool]
    dry_run: bool

    def run(self, what: str, delete: Callable[[UnitOfWork, int], Deleted]) -> int:
        """Counts what was deleted, or would be.

        The audit log is told, of all tenants together; not where what is empty.
        """
        count = 0
        cursor: int | None = 0
        while cursor is not None and not self.stopping():
            with self.purge.database.write() as unit:
                deleted = delete(unit, cursor)
                if not self.dry_run:
                    if what and deleted.count:
                        self._tell(unit, f"{deleted.count} {what}")
                    unit.commit()
            if deleted.keys and not self.dry_run:
                # After the commit: who finds the record finds the file. What a crash leaves here
                # belongs to nobody, and `verify` tells of it.
                self.purge.store.remove(deleted.keys)
            count += deleted.count
            cursor = deleted.cursor
        return count

    def _tell(self, unit: UnitOfWork, detail: str) -> None:
        now, origin = self.purge.clock.now(), current_origin()
        unit.audit.add(AuditEntry(now, Tenant(""), AuditAction.PURGE, "", origin, detail))


def _requests(unit: UnitOfWork, before: datetime) -> Deleted:
    count = unit.retention.delete_requests(before, STEP)
    return Deleted(count, cursor=0 if count == STEP else None)
