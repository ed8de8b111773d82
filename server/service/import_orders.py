"""Takes orders in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from server.domain.errors import InvalidInput
from server.domain.job import id_problem
from server.domain.order import Order
from server.domain.settings import OrderPaths
from server.domain.tenant import Tenant
from server.ports import Database, ReadOrder


@dataclass(frozen=True, slots=True)
class IncomingOrder:
    """One order of an import, as it came."""

    #: Counted from 1 within the import.
    position: int
    #: Where it stood in the client's input; may be empty.
    origin: str
    order_json: bytes


@dataclass(frozen=True, slots=True)
class ImportFailure:
    """An order that was left out, and why."""

    position: int
    origin: str
    field: str
    message: str


@dataclass(frozen=True, slots=True)
class ImportResult:
    """What became of some orders of an import."""

    created: int
    updated: int
    unchanged: int
    failures: tuple[ImportFailure, ...]


@dataclass(frozen=True, slots=True)
class ImportOrders:
    """Checks the shape of orders and keeps the good ones in one transaction."""

    database: Database
    read_order: ReadOrder
    max_order_bytes: int

    def __call__(self, tenant: Tenant, incoming: Sequence[IncomingOrder]) -> ImportResult:
        """Imports a batch; a malformed order is reported and does not stop the others.

        Whether an order adds up is not asked here: that is its job's to report.
        """
        good: list[tuple[Order, bytes]] = []
        failures: list[ImportFailure] = []
        for item in incoming:
            try:
                good.append((self._read(item.order_json), item.order_json))
            except InvalidInput as error:
                failures.extend(
                    ImportFailure(item.position, item.origin, v.field, v.description)
                    for v in error.violations[:1]
                )
        with self.database.write() as unit:
            created, updated, unchanged = unit.orders.put(tenant, good)
            unit.commit()
        return ImportResult(created, updated, unchanged, tuple(failures))

    def _read(self, order_json: bytes) -> Order:
        if len(order_json) > self.max_order_bytes:
            raise InvalidInput.field(
                "order_json", f"has {len(order_json)} bytes; at most {self.max_order_bytes}"
            )
        order = self.read_order(order_json, OrderPaths())
        if problem := id_problem(order.order_id):
            raise InvalidInput.field("id", problem)
        return order
