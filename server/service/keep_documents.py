"""Names rendered bytes and stores them: what follows rendering, in whatever process that was."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from server.domain.document import Document, DocumentFormat
from server.domain.invoice import Invoice
from server.domain.tenant import Tenant
from server.ports import DocumentStore
from server.service.hashing import hash_all

_UNSAFE = re.compile(r"[^\w.+-]+")


@dataclass(frozen=True, slots=True)
class KeepDocuments:
    """Stores the documents of a tenant's invoices. It is sent to other processes as it is."""

    store: DocumentStore
    tenant: Tenant

    def __call__(
        self,
        wanted: Sequence[tuple[Invoice, DocumentFormat]],
        rendered: Sequence[bytes | Exception],
    ) -> list[Document | Exception]:
        """Stores what could be rendered and describes it; passes on why the rest could not.

        Raises Unavailable when nothing can be stored for now.
        """
        files: dict[str, bytes] = {}
        kept: list[Document | Exception] = []
        hashes = iter(hash_all([data for data in rendered if isinstance(data, bytes)]))
        for (invoice, format), data in zip(wanted, rendered, strict=True):
            if isinstance(data, Exception):
                kept.append(data)
                continue
            document = describe(self.tenant, invoice, format, data, next(hashes))
            files[document.key] = data
            kept.append(document)
        self.store.store(files)
        return kept


def describe(
    tenant: Tenant, invoice: Invoice, format: DocumentFormat, data: bytes, sha256: str
) -> Document:
    """Makes the record of a document from its bytes and their hash."""
    name = _UNSAFE.sub("-", invoice.number).strip("-.") or "invoice"
    if format is not DocumentFormat.PDF:
        name += "-" + format.lower().replace("_", "-")
    return Document(
        invoice_number=invoice.number,
        format=format,
        media_type=format.media_type,
        file_name=f"{name}.{format.ending}",
        size=len(data),
        sha256=sha256,
        # A folder a day: it must be synced, and a job's documents share it.
        key=f"{tenant}/{invoice.issue_date}/{sha256}.{format.ending}",
    )
