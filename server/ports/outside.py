"""All else that the inside needs from outside: time, orders, rendering, documents."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from server.domain.document import DocumentFormat
from server.domain.errors import OrderRejected
from server.domain.invoice import Invoice
from server.domain.order import Order
from server.domain.settings import OrderPaths
from server.domain.tenant import Tenant
from server.ports.order_store import DueFilter


class Clock(Protocol):
    """Tells the time."""

    def now(self) -> datetime:
        """Gives the time in UTC, aware of it."""
        ...


class ReadOrder(Protocol):
    """Reads an order from the platform's JSON."""

    def __call__(self, order_json: bytes, paths: OrderPaths) -> Order:
        """Reads an order. Raises InvalidInput that names the wrong field."""
        ...


class OrderSource(Protocol):
    """Where a job's orders come from."""

    def orders(
        self, tenant: Tenant, order_ids: Sequence[str], paths: OrderPaths
    ) -> dict[str, Order | OrderRejected]:
        """Gives each order, or why it cannot be had. An unknown id is rejected, too."""
        ...

    def due(self, tenant: Tenant, due: DueFilter) -> Iterator[str]:
        """Gives the ids of the orders that are due and have no invoice, the oldest first."""
        ...


class Renderer(Protocol):
    """Renders invoices to documents."""

    def render(self, wanted: Sequence[tuple[Invoice, DocumentFormat]]) -> list[bytes | Exception]:
        """Renders each invoice to its format, or gives what kept it from that, in the same order.

        Raises Unavailable when rendering as a whole failed and may succeed later.
        """
        ...


class DocumentStore(Protocol):
    """Keeps the bytes of documents."""

    def store(self, documents: Mapping[str, bytes]) -> None:
        """Keeps bytes under their keys; on return they survive a power cut.

        Repeating is harmless: a key holds the hash of its bytes.
        """
        ...

    def read(self, key: str, offset: int, length: int) -> Iterator[bytes]:
        """Gives length bytes from offset on, in pieces. Raises NotFound for an unknown key."""
        ...
