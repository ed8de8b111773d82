"""Counts what jobs say of their orders, and what they are."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, and_, case, exists, func, or_, select

from server.domain.job import ChunkKind, JobOrderStatus
from server.domain.tenant import Tenant
from server.ports.archive_stores import JobTally
from server.storage.archive_tables import deleted_invoices
from server.storage.paging import AnyRow
from server.storage.tables import chunks, documents, job_orders, jobs

_SUCCESS = job_orders.c.status == JobOrderStatus.SUCCESS.value
_FAILURE = job_orders.c.status == JobOrderStatus.FAILURE.value


def job_tallies(connection: Connection, tenant: Tenant, after: int, limit: int) -> list[JobTally]:
    """Lists jobs by key, beginning behind the key after."""
    page = (
        select(jobs)
        .where(jobs.c.tenant == tenant, jobs.c.key > after)
        .order_by(jobs.c.key)
        .limit(limit)
    )
    rows = connection.execute(page).all()
    keys = [row.key for row in rows]
    counted = {row[0]: row for row in _orders(connection, keys)}
    left = {row[0]: row for row in _open_chunks(connection, keys)}
    strange = {row[0]: row for row in _without_document(connection, tenant, keys)}
    tallies: list[JobTally] = []
    for row in rows:
        _, total, success, failure, recorded, last = counted.get(row.key, (0, 0, 0, 0, 0, None))
        _, open_chunks, covered = left.get(row.key, (0, 0, 0))
        _, unfound, example = strange.get(row.key, (0, 0, ""))
        tallies.append(
            JobTally(
                row.key,
                row.job_id,
                row.done_at is not None,
                (row.order_count, row.success_count, row.failure_count),
                (total, success, failure),
                (recorded, last or 0),
                open_chunks,
                covered,
                unfound,
                example,
            )
        )
    return tallies


def _orders(connection: Connection, keys: Sequence[int]) -> Sequence[AnyRow]:
    """Counts orders, successes, failures and recorded outcomes, and gives the last of these."""
    return connection.execute(
        select(
            job_orders.c.job_key,
            func.count(),
            func.sum(case((_SUCCESS, 1), else_=0)),
            func.sum(case((_FAILURE, 1), else_=0)),
            func.count(job_orders.c.recorded),
            func.max(job_orders.c.recorded),
        )
        .where(job_orders.c.job_key.in_(keys))
        .group_by(job_orders.c.job_key)
    ).all()


def _open_chunks(connection: Connection, keys: Sequence[int]) -> Sequence[AnyRow]:
    """Counts chunks that are not done, and the orders in them."""
    of_orders = chunks.c.kind == ChunkKind.ORDERS.value
    orders = func.sum(case((of_orders, chunks.c.end - chunks.c.first), else_=0))
    return connection.execute(
        select(chunks.c.job_key, func.count(), orders)
        .where(chunks.c.job_key.in_(keys), ~chunks.c.done)
        .group_by(chunks.c.job_key)
    ).all()


def _without_document(
    connection: Connection, tenant: Tenant, keys: Sequence[int]
) -> Sequence[AnyRow]:
    """Counts successes that name a document which is not recorded, and names one's invoice."""
    named = exists().where(
        documents.c.tenant == tenant,
        documents.c.invoice_number == job_orders.c.invoice_number,
        documents.c.sha256 == job_orders.c.pdf_sha256,
    )
    deleted = exists().where(
        deleted_invoices.c.tenant == tenant,
        deleted_invoices.c.number == job_orders.c.invoice_number,
    )
    return connection.execute(
        select(job_orders.c.job_key, func.count(), func.min(job_orders.c.invoice_number))
        .where(and_(job_orders.c.job_key.in_(keys), _SUCCESS, ~or_(named, deleted)))
        .group_by(job_orders.c.job_key)
    ).all()
