"""All else that the inside needs from outside: time, orders, rendering, documents."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Protocol, TypeAlias, TypeVar

from server.domain.document import DocumentFormat
from server.domain.errors import OrderRejected
from server.domain.invoice import Invoice, InvoiceDraft
from server.domain.order import Order
from server.domain.settings import OrderPaths
from server.domain.tenant import Tenant
from server.ports.order_store import DueFilter

T = TypeVar("T")

#: Makes something of the bytes of some documents, or of what kept them from being rendered.
Finish: TypeAlias = Callable[
    [Sequence[tuple[Invoice, DocumentFormat]], Sequence[bytes | Exception]], list[T]
]


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

    def render(
        self,
        wanted: Sequence[tuple[Invoice, DocumentFormat]],
        finish: Finish[T],
        *,
        alone: bool = False,
    ) -> list[T]:
        """Renders each invoice to its format and gives what finish makes of it, in the same order.

        alone is for what may end or block the process that renders it. finish is called where it
        was rendered, maybe in another process: pickle must know it.
        Raises what finish raises, and Unavailable when rendering as a whole failed and may succeed
        later.
        """
        ...

    def preview(self, invoice: Invoice) -> bytes:
        """Renders a PDF with a watermark and without an e-invoice inside.

        Raises Unavailable when rendering failed and may succeed later.
        """
        ...


class CheckFonts(Protocol):
    """Tells before a number is drawn whether an invoice can be drawn."""

    def __call__(self, draft: InvoiceDraft) -> None:
        """Raises OrderRejected, naming what to install, when a text of it lacks its font here."""
        ...


class FetchLogo(Protocol):
    """Fetches a logo from the internet, when settings are saved."""

    def __call__(self, url: str) -> bytes:
        """Gives what the address holds. Raises LogoRefused, with what is wrong and what to do."""
        ...


class PrepareLogo(Protocol):
    """Makes a picture one that every invoice can hold."""

    def __call__(self, data: bytes) -> bytes:
        """Gives a PNG or JPEG for a PNG, JPEG or SVG. Raises LogoRefused, saying what is wrong."""
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

    def size(self, key: str) -> int | None:
        """Gives how many bytes are kept under a key; None when there are none."""
        ...

    def remove(self, keys: Sequence[str]) -> None:
        """Forgets what is kept under the keys; a key that is unknown is none the worse."""
        ...

    def keys(self, prefix: str = "") -> Iterator[str]:
        """Gives the keys of all that is there, sorted by code point, below a prefix such as a/.

        Also what is there by accident, and what is being stored (see `is_aside`).
        """
        ...

    def is_aside(self, key: str) -> bool:
        """Tells whether a key is that of a file being stored, or left over from it."""
        ...
