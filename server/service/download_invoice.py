"""Gives the bytes of an invoice's document."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from server.domain.document import Document, DocumentFormat
from server.domain.errors import InvalidInput, NotFound, OutOfRange
from server.domain.tenant import Tenant
from server.ports import Database, DocumentStore


@dataclass(frozen=True, slots=True)
class DownloadInvoice:
    """Finds a document and opens it."""

    database: Database
    store: DocumentStore

    def __call__(
        self,
        tenant: Tenant,
        number: str,
        format: DocumentFormat,
        sha256: str = "",
        offset: int = 0,
        length: int = 0,
    ) -> tuple[Document, Iterator[bytes]]:
        """Gives a document's record and its bytes from offset on; length 0 means to the end.

        With sha256 only that very document is given. Raises NotFound, and OutOfRange when offset
        is beyond the end.
        """
        for name, value in (("offset", offset), ("length", length)):
            if value < 0:
                raise InvalidInput.field(name, "must not be negative")
        with self.database.read() as unit:
            documents = unit.invoices.documents(tenant, number)
        document = {d.format: d for d in documents}.get(format)
        if document is None or sha256 not in ("", document.sha256):
            raise NotFound(
                f"There is no such document of an invoice {number!r}.", reason="DOCUMENT_NOT_FOUND"
            )
        if offset > document.size:
            raise OutOfRange(f"offset: the document has only {document.size} bytes.")
        rest = document.size - offset
        return document, self.store.read(document.key, offset, min(length or rest, rest))
