"""Which orders are invoiced, and who decides that: locks and marks on the rows of orders."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, bindparam, select, update

from server.domain.tenant import Tenant
from server.storage.by_ids import ByIds
from server.storage.locks import runs_beside_writers
from server.storage.tables import orders

_OF_TENANT = orders.c.tenant == bindparam("of_tenant")
_LOCK = ByIds(
    select(orders.c.order_id)
    .where(_OF_TENANT)
    .order_by(orders.c.order_id)
    .with_for_update(key_share=True),
    orders.c.order_id,
)
_MARK = ByIds(
    update(orders).where(_OF_TENANT).values(invoiced=bindparam("now_invoiced")), orders.c.order_id
)


def lock_orders(connection: Connection, tenant: Tenant, order_ids: Sequence[str]) -> None:
    """Keeps others from invoicing or replacing the orders until the transaction ends."""
    if runs_beside_writers(connection):
        _LOCK.run(connection, order_ids, of_tenant=tenant)


def mark_orders(
    connection: Connection, tenant: Tenant, order_ids: Sequence[str], *, invoiced: bool
) -> None:
    """Notes whether orders have an invoice. Who asked for their invoices has locked them."""
    _MARK.run(connection, order_ids, of_tenant=tenant, now_invoiced=invoiced)
