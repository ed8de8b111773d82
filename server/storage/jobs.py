"""Jobs, and what became of their orders."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, bindparam, exists, insert, select, update

from server.domain.errors import NotFound
from server.domain.job import Job, JobOrder, JobOrderStatus, JobStatus, JobType
from server.domain.tenant import Tenant
from server.ports import Page
from server.storage.paging import AnyRow, in_batches, key_of, page_of
from server.storage.tables import FREE, HELD, UNFINISHED, chunks, job_orders, jobs

#: Rows of one statement.
_INSERTED_AT_ONCE = 10_000


class SqlJobStore:
    """Keeps jobs and their orders."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, job: Job) -> None:
        """Records a new job; its orders are added apart."""
        self._connection.execute(
            insert(jobs).values(
                job_id=job.job_id,
                tenant=job.tenant,
                job_type=job.job_type.value,
                created_at=job.created_at,
                done_at=job.done_at,
                order_count=job.order_count,
                success_count=job.success_count,
                failure_count=job.failure_count,
            )
        )

    def add_orders(self, job_id: str, first: int, order_ids: Sequence[str]) -> None:
        """Adds PENDING orders at positions first, first + 1, … and counts them in the job."""
        if not order_ids:
            return
        key = self._locked(job_id)
        self._count(key, order_count=len(order_ids))
        pending = insert(job_orders).values(
            job_key=key,
            status=JobOrderStatus.PENDING.value,
            message="",
            reason="",
            field="",
            invoice_number="",
            pdf_sha256="",
        )
        # A million made ready at once would keep the server waiting until it ends the transaction.
        for batch in in_batches(list(enumerate(order_ids, first)), _INSERTED_AT_ONCE):
            rows = [{"position": position, "order_id": order_id} for position, order_id in batch]
            self._connection.execute(pending, rows)

    def get(self, tenant: Tenant, job_id: str) -> Job | None:
        """Finds a tenant's job."""
        row = self._connection.execute(
            select(jobs).where(jobs.c.tenant == tenant, jobs.c.job_id == job_id)
        ).one_or_none()
        return _job(row) if row else None

    def orders(self, job_id: str, first: int, limit: int) -> tuple[JobOrder, ...]:
        """Lists a job's orders by position, beginning with position first."""
        rows = self._connection.execute(
            select(job_orders)
            .where(
                job_orders.c.job_key
                == select(jobs.c.key).where(jobs.c.job_id == job_id).scalar_subquery(),
                job_orders.c.position >= first,
            )
            .order_by(job_orders.c.position)
            .limit(limit)
        )
        return tuple(_job_order(row) for row in rows)

    def page(
        self, tenant: Tenant, status: JobStatus | None, cursor: str | None, limit: int
    ) -> Page[Job]:
        """Lists a tenant's jobs, the newest first."""
        query = select(jobs).where(jobs.c.tenant == tenant)
        if status is not None:
            query = query.where(UNFINISHED if status == JobStatus.IN_PROGRESS else ~UNFINISHED)
        if cursor is not None:
            query = query.where(jobs.c.key < key_of(cursor))
        query = query.order_by(jobs.c.key.desc()).limit(limit + 1)
        rows = self._connection.execute(query).all()
        return page_of(rows, limit, _job, lambda row: row.key)

    def record(self, job_id: str, outcomes: Sequence[JobOrder]) -> None:
        """Writes final outcomes of orders that are PENDING and counts them in the job.

        An order that is not PENDING any more keeps its first outcome and is not counted again.
        """
        if not outcomes:
            return
        key = self._locked(job_id)
        succeeded = [o for o in outcomes if o.status == JobOrderStatus.SUCCESS]
        failed = [o for o in outcomes if o.status == JobOrderStatus.FAILURE]
        self._count(
            key,
            success_count=self._write(key, succeeded),
            failure_count=self._write(key, failed),
        )

    def close_if_complete(self, job_id: str, now: datetime) -> bool:
        """Sets done_at when no order is PENDING and no chunk of the job is open.

        Tells whether the job is done.
        """
        of_job = chunks.c.job_key == jobs.c.key
        # Two workers that finish a job's last two chunks at once must not overlook each other.
        key = self._locked(job_id)
        self._connection.execute(
            update(jobs)
            .where(
                jobs.c.key == key,
                UNFINISHED,
                jobs.c.order_count == jobs.c.success_count + jobs.c.failure_count,
                ~exists().where(of_job, FREE),
                ~exists().where(of_job, HELD),
            )
            .values(done_at=now)
        )
        done_at = self._connection.scalar(select(jobs.c.done_at).where(jobs.c.key == key))
        return done_at is not None

    def _locked(self, job_id: str) -> int:
        """Gives a job's key and keeps others from changing the job until the transaction ends."""
        return job_key(self._connection, job_id, lock=True)

    def _count(self, key: int, **more: int) -> None:
        """Adds to a job's counters."""
        self._connection.execute(
            update(jobs)
            .where(jobs.c.key == key)
            .values({jobs.c[counter]: jobs.c[counter] + number for counter, number in more.items()})
        )

    def _write(self, key: int, outcomes: Sequence[JobOrder]) -> int:
        """Writes outcomes of orders that are PENDING and tells how many those were."""
        if not outcomes:
            return 0
        return self._connection.execute(
            update(job_orders).where(
                job_orders.c.job_key == key,
                job_orders.c.position == bindparam("at"),
                job_orders.c.status == JobOrderStatus.PENDING.value,
            ),
            [
                {
                    "at": outcome.position,
                    "status": outcome.status.value,
                    "message": outcome.message,
                    "reason": outcome.reason,
                    "field": outcome.field,
                    "invoice_number": outcome.invoice_number,
                    "pdf_sha256": outcome.pdf_sha256,
                }
                for outcome in outcomes
            ],
        ).rowcount


def job_key(connection: Connection, job_id: str, *, lock: bool = False) -> int:
    """Finds a job's key, which all its rows bear. Raises NotFound."""
    query = select(jobs.c.key).where(jobs.c.job_id == job_id)
    key: int | None = connection.scalar(query.with_for_update(key_share=True) if lock else query)
    if key is None:
        raise NotFound(f"There is no job {job_id!r}.", reason="JOB_NOT_FOUND")
    return key


def _job(row: AnyRow) -> Job:
    return Job(
        job_id=row.job_id,
        tenant=Tenant(row.tenant),
        job_type=JobType(row.job_type),
        created_at=row.created_at,
        done_at=row.done_at,
        order_count=row.order_count,
        success_count=row.success_count,
        failure_count=row.failure_count,
    )


def _job_order(row: AnyRow) -> JobOrder:
    return JobOrder(
        position=row.position,
        order_id=row.order_id,
        status=JobOrderStatus(row.status),
        message=row.message,
        reason=row.reason,
        field=row.field,
        invoice_number=row.invoice_number,
        pdf_sha256=row.pdf_sha256,
    )
