"""Which orders are invoiced, and who decides that: locks and marks on the rows of orders."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlalchemy import ColumnElement, Connection, and_, select, update

from server.domain.tenant import Tenant
from server.storage.locks import runs_beside_writers
from server.storage.paging import in_batches
from server.storage.tables import orders


def lock_orders(connection: Connection, tenant: Tenant, order_ids: Sequence[str]) -> None:
    """Keeps others from invoicing or replacing the orders until the transaction ends."""
    if not runs_beside_writers(connection):
        return
    for those in _of(tenant, order_ids):
        query = select(orders.c.order_id).where(those).order_by(orders.c.order_id)
        connection.execute(query.with_for_update(key_share=True)).all()


def mark_orders(
    connection: Connection, tenant: Tenant, order_ids: Sequence[str], *, invoiced: bool
) -> None:
    """Notes whether orders have an invoice. Who asked for their invoices has locked them."""
    for those in _of(tenant, order_ids):
        connection.execute(update(orders).where(those).values(invoiced=invoiced))


def _of(tenant: Tenant, order_ids: Sequence[str]) -> Iterator[ColumnElement[bool]]:
    """Gives conditions that find the orders, by id from the first batch to the last."""
    for batch in in_batches(sorted(order_ids)):
        yield and_(orders.c.tenant == tenant, orders.c.order_id.in_(batch))
