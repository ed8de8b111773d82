"""Stands in for what the service has outside: the time, the renderer, the documents' archive.

Each has hooks that a test sets to let something happen, or go wrong, at that very moment.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from server.domain.document import DocumentFormat
from server.domain.errors import NotFound, OrderRejected
from server.domain.invoice import Invoice, InvoiceDraft
from server.ports import Database, Finish, UnitOfWork

T = TypeVar("T")

Hook = Callable[[], None]


class Crash(BaseException):
    """The process ends here: nothing in the service may catch this and go on."""


def nothing() -> None:
    """Does nothing, where a test lets nothing go wrong."""


class FakeClock:
    """A clock that stands until a test moves it."""

    def __init__(self, time: datetime = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)) -> None:
        self.time = time

    def now(self) -> datetime:
        return self.time

    def advance(self, **duration: float) -> None:
        self.time += timedelta(**duration)


class FakeFonts:
    """Has every font, but for the orders that a test names."""

    def __init__(self) -> None:
        self.lacking: set[str] = set()

    def check(self, draft: InvoiceDraft) -> None:
        if draft.order_id in self.lacking:
            raise OrderRejected("no font here draws 茶", reason="FONT_MISSING", field="name")


def as_bytes(
    _wanted: Sequence[tuple[Invoice, DocumentFormat]], rendered: Sequence[bytes | Exception]
) -> list[bytes | Exception]:
    """Finishes what a renderer rendered by giving it as it is."""
    return list(rendered)


class FakeRenderer:
    """Renders an invoice to bytes that depend on all it says, as a real one must."""

    def __init__(self) -> None:
        self.before: Hook = nothing
        #: Order ids whose invoices it cannot render.
        self.refused: set[str] = set()
        #: Formats that it cannot render to.
        self.refused_formats: set[DocumentFormat] = set()
        self.rendered: list[tuple[str, DocumentFormat]] = []
        #: Whether each call asked for that.
        self.alone: list[bool] = []
        self.previewed: list[Invoice] = []

    def render(
        self,
        wanted: Sequence[tuple[Invoice, DocumentFormat]],
        finish: Finish[T],
        *,
        alone: bool = False,
    ) -> list[T]:
        self.alone.append(alone)
        self.before()
        self.rendered += [(invoice.number, format) for invoice, format in wanted]
        rendered = [
            ValueError("no such glyph")
            if invoice.draft.order_id in self.refused or format in self.refused_formats
            else fake_document(invoice, format)
            for invoice, format in wanted
        ]
        return finish(wanted, rendered)

    def preview(self, invoice: Invoice) -> bytes:
        self.before()
        self.previewed.append(invoice)
        return fake_preview(invoice)


def fake_preview(invoice: Invoice) -> bytes:
    """Gives the bytes of a preview that the fake renderer makes."""
    return f"PREVIEW of {invoice!r}".encode()


def fake_document(invoice: Invoice, format: DocumentFormat = DocumentFormat.PDF) -> bytes:
    """Gives the bytes that the fake renderer makes."""
    return f"{format} of {invoice!r}".encode()


class FakeDocuments:
    """Keeps documents in memory."""

    def __init__(self) -> None:
        self.before: Hook = nothing
        self.after: Hook = nothing
        self.files: dict[str, bytes] = {}

    def store(self, documents: Mapping[str, bytes]) -> None:
        self.before()
        self.files |= documents
        self.after()

    def read(self, key: str, offset: int, length: int) -> Iterator[bytes]:
        if key not in self.files:
            raise NotFound("The document's file is missing from the archive.")
        yield self.files[key][offset : offset + length]

    def size(self, key: str) -> int | None:
        return len(self.files[key]) if key in self.files else None

    def remove(self, keys: Sequence[str]) -> None:
        for key in keys:
            self.files.pop(key, None)

    def keys(self, prefix: str = "") -> Iterator[str]:
        yield from sorted(key for key in self.files if key.startswith(prefix))

    def is_aside(self, key: str) -> bool:
        return key.endswith(".part")


class HookedDatabase:
    """A real database whose commits a test can hook into."""

    def __init__(self, database: Database) -> None:
        self.real = database
        self.before_commit: Hook = nothing
        self.after_commit: Hook = nothing

    def read(self) -> AbstractContextManager[UnitOfWork]:
        return self.real.read()

    @contextmanager
    def write(self, *, waits: bool = True) -> Iterator[Any]:
        with self.real.write(waits=waits) as unit:
            yield _HookedUnit(self, unit)

    def read_job(self, *asked: Any) -> Any:
        return self.real.read_job(*asked)

    def ready(self) -> bool:
        return self.real.ready()


class _HookedUnit:
    """Passes all on to a real unit of work."""

    def __init__(self, database: HookedDatabase, unit: UnitOfWork) -> None:
        self._database = database
        self._unit = unit

    def __getattr__(self, name: str) -> Any:
        return getattr(self._unit, name)

    def commit(self) -> None:
        self._database.before_commit()
        self._unit.commit()
        self._database.after_commit()
