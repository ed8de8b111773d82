"""Orders that were imported into our own database."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from server.domain.errors import InvalidInput, OrderRejected
from server.domain.order import Order
from server.domain.settings import OrderPaths
from server.domain.tenant import Tenant
from server.ports import Database, DueFilter, ReadOrder


@dataclass(frozen=True, slots=True)
class OwnOrders:
    """The order source that needs no platform: what was imported is what there is."""

    database: Database
    read_order: ReadOrder

    def orders(
        self, tenant: Tenant, order_ids: Sequence[str], paths: OrderPaths
    ) -> dict[str, Order | OrderRejected]:
        """Gives each order, or why it cannot be had."""
        with self.database.read() as unit:
            bodies = unit.orders.bodies(tenant, order_ids)
        return {order_id: self._read(order_id, bodies, paths) for order_id in order_ids}

    def due(self, tenant: Tenant, due: DueFilter) -> Iterator[str]:
        """Gives the ids of the orders that are due and have no invoice, the oldest first."""
        with self.database.read() as unit:
            yield from unit.orders.due(tenant, due)

    def _read(
        self, order_id: str, bodies: dict[str, bytes], paths: OrderPaths
    ) -> Order | OrderRejected:
        body = bodies.get(order_id)
        if body is None:
            return OrderRejected(
                f"There is no order {order_id!r}. Import it, then run a new job.",
                reason="ORDER_NOT_FOUND",
            )
        try:
            return self.read_order(body, paths)
        except InvalidInput as error:
            wrong = error.violations[0]
            return OrderRejected(error.message, field=wrong.field, reason=error.reason)
