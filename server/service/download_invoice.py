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
        format: DocumentFormat | None,
        sha256: str = "",
        offset: int = 0,
        length: int = 0,
    ) -> tuple[Document, Iterator[bytes]]:
        """Gives a document's record and its bytes from offset on; length 0 means to the end.

        With sha256 only that very document is given, whatever its format where none is asked for;
        with neither it is the PDF. Raises NotFound, and OutOfRange when offset is beyond the end.
        """
        for name, value in (("offset", offset), ("length", length)):
            if value < 0:
                raise InvalidInput.field(name, "must not be negative")
        with self.database.read() as unit:
            documents = unit.invoices.documents(tenant, number)
        if format is None and not sha256:
            format = DocumentFormat.PDF
        document = next(
            (
                document
                for document in documents
                if format in (None, document.format) and sha256 in ("", document.sha256)
            ),
            None,
        )
        if document is None:
            raise NotFound(
                f"There is no such document of an invoice {number!r}.", reason="DOCUMENT_NOT_FOUND"
            )
        if offset > document.size:
            raise OutOfRange(f"offset: the document has only {document.size} bytes.")
        rest = document.size - offset
        return document, self.store.read(document.key, offset, min(length or rest, rest))
