"""Jobs, and what became of their orders."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    and_,
    select,
    tuple_,
    update,
)

from server.domain.job import Job, JobFilter, JobOrder, JobStatus
from server.domain.tenant import Tenant
from server.ports import Backlog, JobLoad, Page
from server.storage.job_keys import LockedJob, lock_job
from server.storage.job_load import backlog_of, load_of
from server.storage.job_origin import origin_columns
from server.storage.job_outcomes import (
    failed_orders,
    orders_by_outcome,
    orders_by_position,
    record_invoiced,
    record_outcomes,
    record_range,
)
from server.storage.job_rows import job_of
from server.storage.job_statements import (
    CLOSE,
    COUNT,
    COUNTERS,
    DONE_AT,
    JOB_OF_TENANT,
    JOB_TO_CHANGE,
    NEW_JOB,
    PENDING_ORDER,
)
from server.storage.paging import (
    INSERTED_AT_ONCE,
    in_batches,
    moment_and_key_of,
    moment_cursor,
    page_of,
)
from server.storage.tables import UNFINISHED, jobs


class SqlJobStore:
    """Keeps jobs and their orders."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, job: Job) -> None:
        """Records a new job; its orders are added apart."""
        self._connection.execute(NEW_JOB, job_row(job))

    def add_orders(self, job_id: str, first: int, order_ids: Sequence[str]) -> None:
        """Adds PENDING orders at positions first, first + 1, … and counts them in the job."""
        if not order_ids:
            return
        key = self._locked(job_id).key
        self._count(key, order_count=len(order_ids))
        # A million made ready at once would keep the server waiting until it ends the transaction.
        for batch in in_batches(list(enumerate(order_ids, first)), INSERTED_AT_ONCE):
            rows = [
                {"job_key": key, "position": position, "order_id": order_id}
                for position, order_id in batch
            ]
            PENDING_ORDER.run_each(self._connection, rows)

    def load(self, tenant: Tenant) -> JobLoad:
        """Counts a tenant's unfinished work; cost grows with its unfinished jobs only.

        A transaction that writes keeps others that ask from adding to it until it ends.
        """
        return load_of(self._connection, tenant)

    def backlog(self) -> Backlog:
        """Counts all tenants' unfinished work; cost grows with that only."""
        return backlog_of(self._connection)

    def get(self, tenant: Tenant, job_id: str) -> Job | None:
        """Finds a tenant's job."""
        found = JOB_OF_TENANT.rows(self._connection, {"tenant": tenant, "job_id": job_id})
        return job_of(found[0]) if found else None

    def to_change(self, tenant: Tenant, job_id: str) -> Job | None:
        """Finds a tenant's job. Keeps others from changing it until the transaction ends."""
        found = JOB_TO_CHANGE.rows(self._connection, {"tenant": tenant, "job_id": job_id})
        return job_of(found[0]) if found else None

    def orders(self, job_id: str, first: int, limit: int) -> tuple[JobOrder, ...]:
        """Lists a job's orders by position, beginning with position first."""
        return orders_by_position(self._connection, job_id, first, limit)

    def outcomes(self, job_id: str, after: int, limit: int) -> tuple[JobOrder, ...]:
        """Lists orders in the order their outcomes were recorded, but for the first after ones."""
        return orders_by_outcome(self._connection, job_id, after, limit)

    def failed(self, job_id: str) -> tuple[str, ...]:
        """Lists the ids of the orders that are FAILURE, by position."""
        return failed_orders(self._connection, job_id)

    def page(self, tenant: Tenant, chosen: JobFilter, cursor: str | None, limit: int) -> Page[Job]:
        """Lists a tenant's jobs, the newest first."""
        place = (jobs.c.created_at, jobs.c.key)
        query = select(jobs).where(jobs.c.tenant == tenant, *_conditions(chosen))
        if cursor is not None:
            query = query.where(tuple_(*place) < tuple_(*moment_and_key_of(cursor)))
        query = query.order_by(*(column.desc() for column in place)).limit(limit + 1)
        rows = self._connection.execute(query).all()
        return page_of(rows, limit, job_of, lambda row: moment_cursor(row.created_at, row.key))

    def record(self, job_id: str, outcomes: Sequence[JobOrder]) -> None:
        """Writes final outcomes of orders that are PENDING and counts them in the job.

        An order that is not PENDING any more keeps its first outcome and is not counted again.
        """
        if not outcomes:
            return
        job = self._locked(job_id)
        counts = record_outcomes(self._connection, job, outcomes)
        self._count(job.key, success_count=counts.success, failure_count=counts.failure)

    def record_range(self, job_id: str, first: int, end: int, outcome: JobOrder) -> None:
        """Writes one outcome, of whatever order, for all PENDING ones at first to end (exclusive).

        Counts them as record does.
        """
        job = self._locked(job_id)
        counts = record_range(self._connection, job, first, end, outcome)
        self._count(job.key, success_count=counts.success, failure_count=counts.failure)

    def record_invoiced(self, job_id: str, first: int, end: int, outcome: JobOrder) -> None:
        """Writes an outcome as record_range does, but only for orders that have a live invoice.

        Each gets the number of its invoice and the hash of its PDF; where that is not made yet,
        the order stays PENDING.
        """
        job = self._locked(job_id)
        counts = record_invoiced(self._connection, job, first, end, outcome)
        self._count(job.key, success_count=counts.success, failure_count=counts.failure)

    def cancel(self, job_id: str, now: datetime) -> None:
        """Notes when the job was cancelled, unless it was before."""
        key = self._locked(job_id).key
        unstopped = and_(jobs.c.key == key, jobs.c.cancelled_at.is_(None))
        self._connection.execute(update(jobs).where(unstopped).values(cancelled_at=now))

    def close_if_complete(self, job_id: str, now: datetime) -> bool:
        """Sets done_at when no order is PENDING and no chunk of the job is open.

        Tells whether the job is done.
        """
        # Two workers that finish a job's last two chunks at once must not overlook each other.
        job = self._locked(job_id)
        if not job.complete:
            return False
        CLOSE.run(self._connection, {"of_key": job.key, "now": now})
        (closed,) = DONE_AT.rows(self._connection, {"of_key": job.key})
        return closed.done_at is not None

    def _locked(self, job_id: str) -> LockedJob:
        return lock_job(self._connection, job_id)

    def _count(self, key: int, **more: int) -> None:
        """Adds to a job's counters."""
        added = {f"{counter}_more": number for counter, number in more.items()}
        none = {f"{counter}_more": 0 for counter in COUNTERS}
        COUNT.run(self._connection, {"of_key": key, **none, **added})


def job_row(job: Job) -> dict[str, Any]:
    """Gives the row of a new job."""
    return {
        "job_id": job.job_id,
        "tenant": job.tenant,
        "job_type": job.job_type.value,
        "created_at": job.created_at,
        "done_at": job.done_at,
        "order_count": job.order_count,
        "success_count": job.success_count,
        "failure_count": job.failure_count,
        "retry_of": job.retry_of or None,
        "cancelled_at": job.cancelled_at,
        **origin_columns(job.origin),
    }


def _conditions(chosen: JobFilter) -> Iterator[ColumnElement[bool]]:
    if chosen.status is not None:
        yield UNFINISHED if chosen.status == JobStatus.IN_PROGRESS else ~UNFINISHED
    if chosen.job_type is not None:
        yield jobs.c.job_type == chosen.job_type.value
    if chosen.created_from is not None:
        yield jobs.c.created_at >= chosen.created_from
    if chosen.created_before is not None:
        yield jobs.c.created_at < chosen.created_before
