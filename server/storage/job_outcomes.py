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
    Integer,
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
from server.storage.given_rows import ROWS, as_value, given_rows
from server.storage.job_keys import LockedJob
from server.storage.job_rows import job_order_of
from server.storage.job_statements import FIRST_POSITION
from server.storage.prepared import Prepared
from server.storage.tables import LIVE, documents, invoices, job_orders, jobs

_PENDING = job_orders.c.status == JobOrderStatus.PENDING.value
_OF_JOB = (
    job_orders.c.job_key
    == select(jobs.c.key).where(jobs.c.job_id == bindparam("job_id")).scalar_subquery()
)
_BY_POSITION = Prepared(
    select(job_orders)
    .where(_OF_JOB, job_orders.c.position >= FIRST_POSITION)
    .order_by(job_orders.c.position)
    .limit(bindparam("limit"))
)
_BY_OUTCOME = Prepared(
    select(job_orders)
    .where(_OF_JOB, job_orders.c.recorded > bindparam("after"))
    .order_by(job_orders.c.recorded)
    .limit(bindparam("limit"))
)
_PENDING_POSITIONS = Prepared(
    select(job_orders.c.position).where(
        job_orders.c.job_key == bindparam("job_key"),
        job_orders.c.position.between(bindparam("first"), bindparam("last")),
        _PENDING,
    )
)
#: What of an outcome is written, by column.
_OUTCOME = ("status", "message", "reason", "field", "invoice_number", "pdf_sha256")
_WRITTEN = ("recorded", *_OUTCOME)
_WRITE_EACH = Prepared(
    update(job_orders)
    .where(job_orders.c.job_key == bindparam("of_key"), job_orders.c.position == bindparam("at"))
    .values({name: bindparam(f"new_{name}") for name in _WRITTEN})
)
_GIVEN = given_rows({"at": Integer(), **{name: job_orders.c[name].type for name in _WRITTEN}})
_WRITE_GIVEN = (
    update(job_orders)
    .where(
        job_orders.c.job_key == bindparam("of_key"),
        job_orders.c.position == _GIVEN.c.at,
        # So that no plan, however it joins them, looks at more of the job.
        job_orders.c.position.between(bindparam("first"), bindparam("last")),
    )
    .values({name: _GIVEN.c[name] for name in _WRITTEN})
)


class Recorded(NamedTuple):
    """How many outcomes were written."""

    success: int
    failure: int


def orders_by_position(
    connection: Connection, job_id: str, first: int, limit: int
) -> tuple[JobOrder, ...]:
    """Lists a job's orders by position, beginning with position first."""
    rows = _BY_POSITION.rows(connection, {"job_id": job_id, "first": first, "limit": limit})
    return tuple(map(job_order_of, rows))


def orders_by_outcome(
    connection: Connection, job_id: str, after: int, limit: int
) -> tuple[JobOrder, ...]:
    """Lists a job's orders as their outcomes were recorded, but for the first after ones."""
    rows = _BY_OUTCOME.rows(connection, {"job_id": job_id, "after": after, "limit": limit})
    return tuple(map(job_order_of, rows))


def failed_orders(connection: Connection, job_id: str) -> tuple[str, ...]:
    """Lists the ids of the orders that are FAILURE, by position."""
    failed = connection.scalars(
        select(job_orders.c.order_id)
        .where(_OF_JOB, job_orders.c.status == JobOrderStatus.FAILURE.value)
        .order_by(job_orders.c.position),
        {"job_id": job_id},
    )
    return tuple(failed)


def record_outcomes(
    connection: Connection, job: LockedJob, outcomes: Sequence[JobOrder]
) -> Recorded:
    """Writes outcomes of orders that are PENDING; others keep the outcome that they have."""
    positions = [outcome.position for outcome in outcomes]
    found = _PENDING_POSITIONS.rows(
        connection, {"job_key": job.key, "first": min(positions), "last": max(positions)}
    )
    pending = {row.position for row in found}
    written = {o.position: o for o in outcomes if o.position in pending}.values()
    rows = [
        {"at": outcome.position, "recorded": number, **_values(outcome)}
        for number, outcome in enumerate(written, job.recorded + 1)
    ]
    if len(rows) > 1 and connection.dialect.name == "postgresql":
        span = {"of_key": job.key, "first": min(positions), "last": max(positions)}
        connection.execute(_WRITE_GIVEN, {ROWS: as_value(rows), **span})
    elif rows:
        _WRITE_EACH.run_each(connection, [_parameters(job.key, row) for row in rows])
    succeeded = sum(outcome.status == JobOrderStatus.SUCCESS for outcome in written)
    return Recorded(succeeded, len(written) - succeeded)


def record_range(
    connection: Connection, job: LockedJob, first: int, end: int, outcome: JobOrder
) -> Recorded:
    """Writes one outcome for all orders at positions first to end (exclusive) that are PENDING."""
    pending = _numbered().where(*_pending_in(job.key, first, end)).subquery("pending")
    return _record_each(connection, job, pending, _values(outcome), outcome.status)


def record_invoiced(
    connection: Connection, job: LockedJob, first: int, end: int, outcome: JobOrder
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
        .where(*_pending_in(job.key, first, end))
        .subquery("pending")
    )
    values = {
        **_values(outcome),
        "invoice_number": invoiced.c.invoice_number,
        "pdf_sha256": invoiced.c.sha256,
    }
    return _record_each(connection, job, invoiced, values, outcome.status)


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
    job: LockedJob,
    chosen: Subquery,
    values: Mapping[str, Any],
    status: JobOrderStatus,
) -> Recorded:
    """Writes one outcome for all orders that a query of positions and places chooses."""
    # One statement: rows of a hundred thousand orders need not travel.
    written = connection.execute(
        update(job_orders)
        .where(job_orders.c.job_key == job.key, job_orders.c.position == chosen.c.position)
        .values(recorded=job.recorded + chosen.c.place, **values)
    ).rowcount
    succeeded = written if status == JobOrderStatus.SUCCESS else 0
    return Recorded(succeeded, written - succeeded)


def _values(outcome: JobOrder) -> dict[str, str]:
    return {name: str(getattr(outcome, name)) for name in _OUTCOME}


def _parameters(key: int, row: Mapping[str, object]) -> dict[str, object]:
    """Gives what _WRITE_EACH takes: a value's name may not be that of its column."""
    new = {f"new_{name}": row[name] for name in _WRITTEN}
    return {"of_key": key, "at": row["at"], **new}
