"""What became of a job's orders: read, and written under the lock of the job's row.

That lock lets outcomes be counted without a gap: whoever has read the first n of them finds all
that came since behind the nth.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    Subquery,
    and_,
    bindparam,
    func,
    select,
    update,
)

from server.domain.document import DocumentFormat
from server.domain.job import JobOrder, JobOrderStatus
from server.storage.job_rows import job_order_of
from server.storage.tables import LIVE, documents, invoices, job_orders, jobs

_PENDING = job_orders.c.status == JobOrderStatus.PENDING.value
_OF_JOB = (
    job_orders.c.job_key
    == select(jobs.c.key).where(jobs.c.job_id == bindparam("job_id")).scalar_subquery()
)
# Made once, for to make a statement takes longer than to run it.
_BY_POSITION = (
    select(job_orders)
    .where(_OF_JOB, job_orders.c.position >= bindparam("first"))
    .order_by(job_orders.c.position)
    .limit(bindparam("limit"))
)
_BY_OUTCOME = (
    select(job_orders)
    .where(_OF_JOB, job_orders.c.recorded > bindparam("after"))
    .order_by(job_orders.c.recorded)
    .limit(bindparam("limit"))
)


class Recorded(NamedTuple):
    """How many outcomes were written."""

    success: int
    failure: int


def orders_by_position(
    connection: Connection, job_id: str, first: int, limit: int
) -> tuple[JobOrder, ...]:
    """Lists a job's orders by position, beginning with position first."""
    rows = connection.execute(_BY_POSITION, {"job_id": job_id, "first": first, "limit": limit})
    return tuple(job_order_of(row) for row in rows)


def orders_by_outcome(
    connection: Connection, job_id: str, after: int, limit: int
) -> tuple[JobOrder, ...]:
    """Lists a job's orders as their outcomes were recorded, but for the first after ones."""
    rows = connection.execute(_BY_OUTCOME, {"job_id": job_id, "after": after, "limit": limit})
    return tuple(job_order_of(row) for row in rows)


def failed_orders(connection: Connection, job_id: str) -> tuple[str, ...]:
    """Lists the ids of the orders that are FAILURE, by position."""
    failed = connection.scalars(
        select(job_orders.c.order_id)
        .where(_OF_JOB, job_orders.c.status == JobOrderStatus.FAILURE.value)
        .order_by(job_orders.c.position),
        {"job_id": job_id},
    )
    return tuple(failed)


def record_outcomes(connection: Connection, key: int, outcomes: Sequence[JobOrder]) -> Recorded:
    """Writes outcomes of orders that are PENDING; others keep the outcome that they have."""
    positions = [outcome.position for outcome in outcomes]
    within = job_orders.c.position.between(min(positions), max(positions))
    pending = set(
        connection.scalars(
            select(job_orders.c.position).where(job_orders.c.job_key == key, within, _PENDING)
        )
    )
    recorded = _outcome_count(connection, key)
    written = {o.position: o for o in outcomes if o.position in pending}.values()
    if written:
        connection.execute(
            update(job_orders).where(
                job_orders.c.job_key == key, job_orders.c.position == bindparam("at")
            ),
            [
                {"at": outcome.position, "recorded": number, **_values(outcome)}
                for number, outcome in enumerate(written, recorded + 1)
            ],
        )
    succeeded = sum(outcome.status == JobOrderStatus.SUCCESS for outcome in written)
    return Recorded(succeeded, len(written) - succeeded)


def record_range(
    connection: Connection, key: int, first: int, end: int, outcome: JobOrder
) -> Recorded:
    """Writes one outcome for all orders at positions first to end (exclusive) that are PENDING."""
    pending = _numbered().where(*_pending_in(key, first, end)).subquery("pending")
    return _record_each(connection, key, pending, _values(outcome), outcome.status)


def record_invoiced(
    connection: Connection, key: int, first: int, end: int, outcome: JobOrder
) -> Recorded:
    """Writes an outcome as record_range, where the order has a live invoice with its PDF."""
    of_order = and_(
        invoices.c.tenant == jobs.c.tenant, invoices.c.order_id == job_orders.c.order_id, LIVE
    )
    of_invoice = and_(
        documents.c.tenant == invoices.c.tenant,
        documents.c.invoice_number == invoices.c.number,
        documents.c.format == DocumentFormat.PDF.value,
    )
    invoiced = (
        _numbered()
        .add_columns(invoices.c.number.label("invoice_number"), documents.c.sha256)
        .join(jobs, jobs.c.key == job_orders.c.job_key)
        .join(invoices, of_order)
        .join(documents, of_invoice)
        .where(*_pending_in(key, first, end))
        .subquery("pending")
    )
    values = {
        **_values(outcome),
        "invoice_number": invoiced.c.invoice_number,
        "pdf_sha256": invoiced.c.sha256,
    }
    return _record_each(connection, key, invoiced, values, outcome.status)


def _numbered() -> Select[tuple[int, int]]:
    """Selects positions of orders and counts them from 1."""
    number = func.row_number().over(order_by=job_orders.c.position).label("place")
    return select(job_orders.c.position, number).select_from(job_orders)


def _pending_in(key: int, first: int, end: int) -> tuple[ColumnElement[bool], ...]:
    return (
        job_orders.c.job_key == key,
        job_orders.c.position >= first,
        job_orders.c.position < end,
        _PENDING,
    )


def _record_each(
    connection: Connection,
    key: int,
    chosen: Subquery,
    values: Mapping[str, Any],
    status: JobOrderStatus,
) -> Recorded:
    """Writes one outcome for all orders that a query of positions and places chooses."""
    recorded = _outcome_count(connection, key)
    # One statement: rows of a hundred thousand orders need not travel.
    written = connection.execute(
        update(job_orders)
        .where(job_orders.c.job_key == key, job_orders.c.position == chosen.c.position)
        .values(recorded=recorded + chosen.c.place, **values)
    ).rowcount
    succeeded = written if status == JobOrderStatus.SUCCESS else 0
    return Recorded(succeeded, written - succeeded)


def _outcome_count(connection: Connection, key: int) -> int:
    """Counts a job's outcomes so far."""
    count = jobs.c.success_count + jobs.c.failure_count
    counted: int = connection.execute(select(count).where(jobs.c.key == key)).scalar_one()
    return counted


def _values(outcome: JobOrder) -> dict[str, str]:
    return {
        "status": outcome.status.value,
        "message": outcome.message,
        "reason": outcome.reason,
        "field": outcome.field,
        "invoice_number": outcome.invoice_number,
        "pdf_sha256": outcome.pdf_sha256,
    }
