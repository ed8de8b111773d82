"""Shows imported orders."""

from __future__ import annotations

from dataclasses import dataclass

from server.domain.errors import NotFound
from server.domain.order import OrderSummary
from server.domain.tenant import Tenant
from server.ports import Database, Page


@dataclass(frozen=True, slots=True)
class ReadOrderRecord:
    """Reads an imported order."""

    database: Database

    def __call__(self, tenant: Tenant, order_id: str) -> tuple[OrderSummary, bytes]:
        """Reads an order and the JSON it was imported from. Raises NotFound."""
        with self.database.read() as unit:
            found = unit.orders.get(tenant, order_id)
        if found is None:
            raise NotFound(f"There is no order {order_id!r}.", reason="ORDER_NOT_FOUND")
        return found


@dataclass(frozen=True, slots=True)
class ListOrders:
    """Lists a tenant's orders."""

    database: Database

    def __call__(
        self, tenant: Tenant, invoiced: bool | None, status: str, cursor: str | None, limit: int
    ) -> Page[OrderSummary]:
        """Lists orders by order id; None and empty do not filter."""
        with self.database.read() as unit:
            return unit.orders.page(tenant, invoiced, status, cursor, limit)
