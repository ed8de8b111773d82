"""Gives the bytes of an invoice's document."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta

from server.domain.audit import AuditAction, AuditEntry
from server.domain.document import Document, DocumentFormat
from server.domain.errors import InvalidInput, NotFound, OutOfRange
from server.domain.tenant import Tenant
from server.ports import Clock, Database, DocumentStore
from server.service.origin import current_origin
from server.service.recent import Recent

#: In this time the same caller takes the same document from the same address once for the log.
NOTED_ONCE_IN = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class DownloadInvoice:
    """Finds a document and opens it."""

    database: Database
    store: DocumentStore
    clock: Clock
    #: Who took what a moment ago: to read a document in parts is to take it once.
    noted: Recent = field(default_factory=lambda: Recent(NOTED_ONCE_IN))

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
        asked = min(length or rest, rest)
        # Its first byte is how one asks what a document is.
        if offset + asked > 1:
            self._note(tenant, document)
        return document, self.store.read(document.key, offset, asked)

    def _note(self, tenant: Tenant, document: Document) -> None:
        """Writes down who takes it, before anybody has a byte of it; once a minute for each."""
        origin, now = current_origin(), self.clock.now()
        what = (tenant, document.key, origin.subject, origin.address)
        if self.noted.has(what, now):
            return
        action, detail = AuditAction.DOWNLOAD_DOCUMENT, document.format.label
        entry = AuditEntry(now, tenant, action, document.invoice_number, origin, detail)
        with self.database.write() as unit:
            unit.audit.add(entry)
            unit.commit()
        self.noted.add(what, now)
