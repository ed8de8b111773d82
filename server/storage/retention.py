"""Deletes what is old enough. Every step is short and leaves everything in agreement."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import Connection, and_, delete, func, insert, select, tuple_, update

from server.domain.job import JobOrderStatus
from server.domain.tenant import Tenant
from server.ports.archive_stores import Deleted, ErasedRows
from server.storage.archive_tables import housekeeping
from server.storage.locks import lock_name
from server.storage.retention_invoices import delete_invoices, delete_orders, waiting_orders
from server.storage.tables import (
    TOLD,
    UNFINISHED,
    chunks,
    invoices,
    job_orders,
    jobs,
    orders,
    requests,
)

#: A clock that wakes up years ahead must not make all that is kept seem old.
MOST_PASSED = timedelta(days=100)


class SqlRetention:
    """Deletes what is old enough, in steps that are short transactions each."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def begin(self, task: str, now: datetime, every: timedelta) -> bool:
        """Tells whether a task is due, and notes that it begins now: once for all processes.

        Where the clock went back since it began the last time, or more than MOST_PASSED forward, it
        is noted only, and due the next time: one of the two times may have been wrong.
        """
        lock_name(self._connection, "housekeeping", task)
        of_task = housekeeping.c.task == task
        noted = select(housekeeping.c.begun_at).where(of_task)
        begun: datetime | None = self._connection.scalar(noted)
        if begun is None:
            self._connection.execute(insert(housekeeping).values(task=task, begun_at=now))
            return True
        if now - every < begun <= now:
            return False
        self._connection.execute(update(housekeeping).where(of_task).values(begun_at=now))
        return now - MOST_PASSED < begun <= now

    def count_old(self, requests_before: datetime, jobs_before: datetime) -> tuple[int, int]:
        """Counts request ids used and jobs DONE before a time each."""
        used = select(func.count()).where(requests.c.created_at < requests_before)
        done = select(func.count()).where(~UNFINISHED, jobs.c.done_at < jobs_before)
        return self._connection.scalar(used) or 0, self._connection.scalar(done) or 0

    def delete_requests(self, before: datetime, limit: int) -> int:
        """Deletes request ids that were used before a time; fewer than limit: none is left."""
        key = tuple_(requests.c.tenant, requests.c.request_id)
        old = (
            select(requests.c.tenant, requests.c.request_id)
            .where(requests.c.created_at < before)
            .limit(limit)
        )
        return self._connection.execute(delete(requests).where(key.in_(old))).rowcount

    def delete_jobs(self, before: datetime, after: int, limit: int) -> Deleted:
        """Deletes the oldest job, behind the key after, that was DONE before a time.

        At most limit of its orders go in a step, and the job with the last of them. Counts jobs.
        """
        key = self._connection.scalar(
            select(jobs.c.key)
            .where(~UNFINISHED, jobs.c.done_at < before, jobs.c.key > after)
            .order_by(jobs.c.key)
            .limit(1)
            .with_for_update()
        )
        if key is None:
            return Deleted()
        if self._delete_job_orders(key, limit) == limit:
            return Deleted(cursor=after)
        self._connection.execute(delete(chunks).where(chunks.c.job_key == key))
        self._connection.execute(delete(jobs).where(jobs.c.key == key))
        return Deleted(count=1, cursor=key)

    def _delete_job_orders(self, key: int, limit: int) -> int:
        """Deletes a job's last orders and takes them from its counts; tells how many."""
        last = self._connection.execute(
            select(job_orders.c.position, job_orders.c.status)
            .where(job_orders.c.job_key == key)
            .order_by(job_orders.c.position.desc())
            .limit(limit)
        ).all()
        if not last:
            return 0
        succeeded = sum(row.status == JobOrderStatus.SUCCESS.value for row in last)
        self._connection.execute(
            update(jobs)
            .where(jobs.c.key == key)
            .values(
                order_count=jobs.c.order_count - len(last),
                success_count=jobs.c.success_count - succeeded,
                failure_count=jobs.c.failure_count - (len(last) - succeeded),
            )
        )
        self._connection.execute(
            delete(job_orders).where(
                job_orders.c.job_key == key, job_orders.c.position >= last[-1].position
            )
        )
        return len(last)

    def delete_orders(
        self, before: datetime, beside: date | None, after: int, limit: int
    ) -> Deleted:
        """Deletes orders whose live invoice was issued before a time and that wait in no job.

        Leaves those out that go with an invoice of which all is older than the date beside. Goes
        through invoices by key, beginning behind the key after.
        """
        return delete_orders(self._connection, before, beside, after, limit)

    def delete_invoices(self, before: date, now: datetime, after: int, limit: int) -> Deleted:
        """Deletes invoices of which all is older than a date, and what belongs to them.

        That is their credit notes, their documents' records and their orders. An order that waits
        in a job keeps its invoice, and an invoice its younger credit note.
        """
        return delete_invoices(self._connection, before, now, after, limit)

    def waits(self, tenant: Tenant, order_ids: Sequence[str]) -> frozenset[str]:
        """Tells which of the orders are PENDING in a job."""
        return waiting_orders(self._connection, tenant, order_ids)

    def invoices_of(self, tenant: Tenant, order_id: str) -> tuple[str, ...]:
        """Lists the numbers of an order's invoices and credit notes, the oldest first."""
        of_order = and_(invoices.c.tenant == tenant, invoices.c.order_id == order_id)
        numbers = select(invoices.c.number).where(of_order).order_by(invoices.c.key)
        return tuple(self._connection.scalars(numbers))

    def erase_order(self, tenant: Tenant, order_id: str, message: str) -> ErasedRows:
        """Deletes an order and puts a message in place of what jobs' outcomes say of it."""
        erased = self._connection.execute(
            delete(orders).where(orders.c.tenant == tenant, orders.c.order_id == order_id)
        ).rowcount
        of_tenant = select(jobs.c.key).where(jobs.c.tenant == tenant)
        told = and_(job_orders.c.job_key.in_(of_tenant), job_orders.c.order_id == order_id, TOLD)
        found = self._connection.scalar(select(func.count()).select_from(job_orders).where(told))
        changed = self._connection.execute(
            update(job_orders)
            .where(told, job_orders.c.message != message)
            .values(message=message, field="")
        ).rowcount
        return ErasedRows(bool(erased), found or 0, changed)
