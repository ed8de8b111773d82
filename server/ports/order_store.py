"""What is kept of orders."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from server.domain.order import Order, OrderSummary
from server.domain.tenant import Tenant
from server.ports.paging import Page


@dataclass(frozen=True, slots=True)
class DueFilter:
    """The selection rule turned into plain comparisons (see `service.plan_job`)."""

    #: Empty does not filter.
    statuses: tuple[str, ...]
    #: Empty does not filter.
    extended_statuses: tuple[str, ...]
    #: Orders with a delivery instant: due when it is not after this one.
    latest_instant: datetime
    #: Orders with a delivery day: due when it is not after this one; by site code.
    latest_day_by_site: Mapping[str, date]
    #: The same for orders of all other sites.
    latest_day: date


class OrderStore(Protocol):
    """Keeps imported orders."""

    def put(self, tenant: Tenant, orders: Sequence[tuple[Order, bytes]]) -> tuple[int, int, int]:
        """Writes orders with their JSON, new or in place of the old.

        Counts created, updated, and unchanged ones (same bytes as before). Where an id stands
        twice in orders, the last one wins.
        """
        ...

    def get(self, tenant: Tenant, order_id: str) -> tuple[OrderSummary, bytes] | None:
        """Finds an order and its JSON."""
        ...

    def bodies(self, tenant: Tenant, order_ids: Sequence[str]) -> dict[str, bytes]:
        """Gives the JSON of those of the orders that exist."""
        ...

    def page(
        self,
        tenant: Tenant,
        invoiced: bool | None,
        status: str,
        cursor: str | None,
        limit: int,
    ) -> Page[OrderSummary]:
        """Lists a tenant's orders by order id; None and empty do not filter."""
        ...

    def due(self, tenant: Tenant, due: DueFilter) -> Iterator[str]:
        """Gives the ids of all due orders without an invoice, the oldest first.

        Uses an index: cost grows with the orders that wait, not with those invoiced long ago.
        """
        ...
