"""Imported orders: the platform's JSON, and beside it what lists and selection ask for."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select, update

from server.domain.order import Order, OrderSummary
from server.domain.tenant import Tenant
from server.ports import DueFilter, Page
from server.storage.by_ids import ByIds
from server.storage.due_orders import due_orders
from server.storage.locks import lock_name
from server.storage.paging import AnyRow, in_batches, page_of
from server.storage.tables import LIVE, WAITING, invoices, orders

_SUMMARY = (
    orders.c.order_id,
    orders.c.order_number,
    orders.c.site_code,
    orders.c.status,
    orders.c.extended_status,
    orders.c.created,
    orders.c.currency,
    orders.c.total,
)
_BODIES = ByIds(
    select(orders.c.order_id, orders.c.body).where(orders.c.tenant == bindparam("tenant")),
    orders.c.order_id,
)


class SqlOrderStore:
    """Keeps imported orders."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def put(self, tenant: Tenant, orders: Sequence[tuple[Order, bytes]]) -> tuple[int, int, int]:
        """Writes orders with their JSON, new or in place of the old.

        Counts created, updated, and unchanged ones (same bytes as before). Where an id stands
        twice in orders, the last one wins.
        """
        # One imports for a tenant at a time, so that the counts are true and nobody's new order
        # is another's.
        lock_name(self._connection, "orders", tenant)
        kept = self._hashes(tenant, [order.order_id for order, _ in orders])
        known = set(kept)
        changed: dict[str, tuple[Order, bytes]] = {}
        created = updated = 0
        # Counted one after the other, so that the counts do not depend on how an import is cut
        # into batches.
        for order, body in orders:
            before, now = kept.get(order.order_id), hashlib.sha256(body).digest()
            if before == now:
                continue
            created, updated = created + (before is None), updated + (before is not None)
            kept[order.order_id] = now
            changed[order.order_id] = (order, body)
        by_id = sorted(changed.items())
        self._insert(tenant, [pair for key, pair in by_id if key not in known])
        self._update(tenant, [pair for key, pair in by_id if key in known])
        return created, updated, len(orders) - created - updated

    def get(self, tenant: Tenant, order_id: str) -> tuple[OrderSummary, bytes] | None:
        """Finds an order and its JSON."""
        row = self._connection.execute(
            select(*_SUMMARY, orders.c.body).where(
                orders.c.tenant == tenant, orders.c.order_id == order_id
            )
        ).one_or_none()
        return (self._summaries(tenant, [row])[0], row.body) if row else None

    def bodies(self, tenant: Tenant, order_ids: Sequence[str]) -> dict[str, bytes]:
        """Gives the JSON of those of the orders that exist."""
        found = _BODIES.rows(self._connection, order_ids, tenant=tenant)
        return {row.order_id: row.body for row in found}

    def page(
        self,
        tenant: Tenant,
        invoiced: bool | None,
        status: str,
        cursor: str | None,
        limit: int,
    ) -> Page[OrderSummary]:
        """Lists a tenant's orders by order id; None and empty do not filter."""
        query = select(*_SUMMARY).where(orders.c.tenant == tenant)
        if invoiced is not None:
            query = query.where(~WAITING if invoiced else WAITING)
        if status:
            query = query.where(orders.c.status == status)
        if cursor is not None:
            query = query.where(orders.c.order_id > cursor)
        query = query.order_by(orders.c.order_id).limit(limit + 1)
        rows = self._connection.execute(query).all()
        page = page_of(rows, limit, lambda row: row, lambda row: row.order_id)
        return Page(self._summaries(tenant, page.items), page.next_cursor)

    def due(self, tenant: Tenant, due: DueFilter) -> Iterator[str]:
        """Gives the ids of all due orders without an invoice, the oldest first.

        Uses an index: cost grows with the orders that wait, not with those invoiced long ago.
        """
        return due_orders(self._connection, tenant, due)

    def _summaries(self, tenant: Tenant, rows: Sequence[AnyRow]) -> tuple[OrderSummary, ...]:
        """Adds to orders the numbers of their invoices."""
        # Asked for these orders alone: joined, PostgreSQL may go through all invoices of the
        # tenant up to the first of them.
        numbers: dict[str, str] = {}
        for batch in in_batches([row.order_id for row in rows]):
            found = self._connection.execute(
                select(invoices.c.order_id, invoices.c.number).where(
                    invoices.c.tenant == tenant, invoices.c.order_id.in_(batch), LIVE
                )
            )
            numbers |= {row.order_id: row.number for row in found}
        return tuple(_summary(row, numbers.get(row.order_id, "")) for row in rows)

    def _hashes(self, tenant: Tenant, order_ids: Sequence[str]) -> dict[str, bytes]:
        found: dict[str, bytes] = {}
        for batch in in_batches(order_ids):
            rows = self._connection.execute(
                select(orders.c.order_id, orders.c.body_sha256).where(
                    orders.c.tenant == tenant, orders.c.order_id.in_(batch)
                )
            )
            found |= {row.order_id: row.body_sha256 for row in rows}
        return found

    def _insert(self, tenant: Tenant, pairs: Sequence[tuple[Order, bytes]]) -> None:
        """Inserts new orders; one may have an invoice from before it was imported here."""
        if not pairs:
            return
        ids = [order.order_id for order, _ in pairs]
        invoiced = set[str]()
        for batch in in_batches(ids):
            invoiced |= set(
                self._connection.scalars(
                    select(invoices.c.order_id)
                    .where(invoices.c.tenant == tenant, invoices.c.order_id.in_(batch), LIVE)
                    # Whoever cancels one now waits, and then finds the order to mark.
                    .order_by(invoices.c.order_id)
                    .with_for_update(read=True)
                )
            )
        rows = [
            _columns(order, body)
            | {
                "tenant": tenant,
                "order_id": order.order_id,
                "invoiced": order.order_id in invoiced,
            }
            for order, body in pairs
        ]
        self._connection.execute(insert(orders), rows)

    def _update(self, tenant: Tenant, pairs: Sequence[tuple[Order, bytes]]) -> None:
        """Replaces orders; whether they are invoiced stays."""
        if not pairs:
            return
        self._connection.execute(
            update(orders).where(
                orders.c.tenant == tenant, orders.c.order_id == bindparam("replaced")
            ),
            [_columns(order, body) | {"replaced": order.order_id} for order, body in pairs],
        )


def _columns(order: Order, body: bytes) -> dict[str, Any]:
    return {
        "order_number": order.order_number,
        "site_code": order.site_code,
        "status": order.status,
        "extended_status": order.extended_status,
        "created": order.created,
        "delivery_day": order.delivery.day,
        "delivery_instant": order.delivery.instant,
        "currency": order.currency,
        "total": format(order.total.gross, "f") if order.total else "",
        "body_sha256": hashlib.sha256(body).digest(),
        "body": body,
    }


def _summary(row: AnyRow, invoice_number: str) -> OrderSummary:
    return OrderSummary(
        order_id=row.order_id,
        order_number=row.order_number,
        site_code=row.site_code,
        status=row.status,
        extended_status=row.extended_status,
        created=row.created,
        currency=row.currency,
        total=row.total,
        invoice_number=invoice_number,
    )
