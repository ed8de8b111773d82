"""Deletes invoices whose time is over, and orders whose invoices are issued.

Keys of invoices grow with time, so both begin with the oldest and end at the first that is young.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import Connection, and_, delete, exists, select

from server.domain.invoice import INVOICE, Invoice
from server.domain.job import JobOrderStatus
from server.domain.tenant import Tenant
from server.ports.archive_stores import Deleted
from server.storage.archive_tables import deleted_invoices
from server.storage.dialects import insert_missing
from server.storage.order_marks import lock_orders
from server.storage.paging import AnyRow, in_batches
from server.storage.snapshots import readable_invoice
from server.storage.tables import (
    CORRECTING,
    LIVE,
    UNFINISHED,
    documents,
    invoices,
    job_orders,
    jobs,
    orders,
)

log = logging.getLogger(__name__)


def waiting_orders(
    connection: Connection, tenant: Tenant, order_ids: Sequence[str]
) -> frozenset[str]:
    """Tells which of the orders are PENDING in a job."""
    unfinished = select(jobs.c.key).where(jobs.c.tenant == tenant, UNFINISHED)
    found: set[str] = set()
    for batch in in_batches(order_ids):
        found |= set(
            connection.scalars(
                select(job_orders.c.order_id).where(
                    job_orders.c.job_key.in_(unfinished),
                    job_orders.c.status == JobOrderStatus.PENDING.value,
                    job_orders.c.order_id.in_(batch),
                )
            )
        )
    return frozenset(found)


def delete_orders(
    connection: Connection, before: datetime, beside: date | None, after: int, limit: int
) -> Deleted:
    """Deletes orders whose live invoice was issued before a time and that wait in no job.

    Leaves those out that go with an invoice of which all is older than the date beside.
    """
    order = and_(orders.c.tenant == invoices.c.tenant, orders.c.order_id == invoices.c.order_id)
    rows = connection.execute(
        select(invoices.c.key, *_KEPT, invoices.c.order_id)
        .where(invoices.c.key > after, LIVE, exists().where(order))
        .order_by(invoices.c.key)
        .limit(limit)
    ).all()
    passed = [
        kept for kept in map(_read, rows) if not kept.invoice or kept.invoice.issued_at < before
    ]
    old = [kept.row for kept in passed if kept.invoice and not _goes(connection, kept, beside)]
    count = sum(
        _delete_idle_orders(connection, tenant, order_ids)
        for tenant, order_ids in _by_tenant(old).items()
    )
    return Deleted(count, cursor=_next(rows, passed, limit))


def delete_invoices(
    connection: Connection, before: date, now: datetime, after: int, limit: int
) -> Deleted:
    """Deletes invoices of which all is older than a date, and what belongs to them."""
    rows = connection.execute(
        select(invoices.c.key, *_KEPT, invoices.c.order_id, invoices.c.live)
        .where(invoices.c.key > after, invoices.c.type_code == INVOICE)
        .order_by(invoices.c.key)
        .limit(limit)
        # Nobody credits them meanwhile.
        .with_for_update()
    ).all()
    passed = [kept for kept in map(_read, rows) if kept.is_older(before) is not False]
    for row, invoice in passed:
        if invoice is None:
            log.warning("invoice %s of tenant %s is unreadable: it stays", row.number, row.tenant)
    old = [kept for kept in passed if kept.invoice]
    count = 0
    keys: list[str] = []
    for tenant, order_ids in _by_tenant([kept.row for kept in old]).items():
        lock_orders(connection, tenant, order_ids)
        waiting = waiting_orders(connection, tenant, order_ids)
        for kept in old:
            if kept.row.tenant != tenant or kept.row.order_id in waiting:
                continue
            notes = _notes(connection, kept.row)
            if all(note.is_older(before) for note in notes):
                keys += _delete_invoice(connection, kept, notes, now)
                count += 1 + len(notes)
    return Deleted(count, tuple(keys), _next(rows, passed, limit))


_KEPT = (invoices.c.tenant, invoices.c.number, invoices.c.type_code, invoices.c.snapshot)


class _Kept(NamedTuple):
    """A row and its invoice; None where that cannot be read, and so stays."""

    row: AnyRow
    invoice: Invoice | None

    def is_older(self, before: date) -> bool | None:
        """Tells whether it was issued before a date; None when nobody knows."""
        return self.invoice.issue_date < before if self.invoice else None


def _read(row: AnyRow) -> _Kept:
    return _Kept(row, readable_invoice(row.snapshot))


def _goes(connection: Connection, kept: _Kept, before: date | None) -> bool:
    """Tells whether an invoice and its credit notes are all older than a date."""
    if before is None or not kept.is_older(before):
        return False
    return all(note.is_older(before) for note in _notes(connection, kept.row))


def _next(rows: Sequence[AnyRow], passed: Sequence[_Kept], limit: int) -> int | None:
    """Gives where the next step begins; None when all that follows is young."""
    return rows[-1].key if len(rows) == limit and len(passed) == limit else None


def _by_tenant(rows: Sequence[AnyRow]) -> dict[Tenant, list[str]]:
    """Gives the ids of the rows' orders by tenant."""
    found: dict[Tenant, list[str]] = {}
    for row in rows:
        found.setdefault(Tenant(row.tenant), []).append(row.order_id)
    return found


def _notes(connection: Connection, invoice: AnyRow) -> list[_Kept]:
    """Finds an invoice's credit notes."""
    rows = connection.execute(
        select(invoices.c.key, *_KEPT).where(
            invoices.c.tenant == invoice.tenant,
            invoices.c.preceding_number == invoice.number,
            CORRECTING,
        )
    )
    return [_read(row) for row in rows]


def _delete_invoice(
    connection: Connection, kept: _Kept, notes: Sequence[_Kept], now: datetime
) -> list[str]:
    """Deletes an invoice and all that belongs to it; gives the keys of its documents."""
    all_of_it = [kept, *notes]
    insert_missing(
        connection,
        deleted_invoices,
        [
            {
                "tenant": row.tenant,
                "number": row.number,
                "type_code": row.type_code,
                "issue_date": invoice.issue_date,
                "deleted_at": now,
            }
            for row, invoice in all_of_it
            if invoice
        ],
    )
    numbers = [row.number for row, _ in all_of_it]
    keys = connection.scalars(
        delete(documents)
        .where(documents.c.tenant == kept.row.tenant, documents.c.invoice_number.in_(numbers))
        .returning(documents.c.key)
    ).all()
    connection.execute(delete(invoices).where(invoices.c.key.in_([r.key for r, _ in all_of_it])))
    if kept.row.live:
        _delete_orders(connection, kept.row.tenant, [kept.row.order_id])
    return list(keys)


def _delete_idle_orders(connection: Connection, tenant: Tenant, order_ids: Sequence[str]) -> int:
    lock_orders(connection, tenant, order_ids)
    waiting = waiting_orders(connection, tenant, order_ids)
    return _delete_orders(connection, tenant, [o for o in order_ids if o not in waiting])


def _delete_orders(connection: Connection, tenant: str, order_ids: Collection[str]) -> int:
    return connection.execute(
        delete(orders).where(orders.c.tenant == tenant, orders.c.order_id.in_(order_ids))
    ).rowcount
