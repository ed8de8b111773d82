"""The records of documents: what was made of each invoice, and where it is kept."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, select

from server.domain.document import Document, DocumentFormat
from server.domain.tenant import Tenant
from server.storage.dialects import insert_missing
from server.storage.paging import AnyRow, in_batches
from server.storage.tables import documents as document_table


def record_documents(connection: Connection, tenant: Tenant, documents: Sequence[Document]) -> None:
    """Records stored documents; one that is recorded already stays as it is."""
    rows = [
        {
            "tenant": tenant,
            "invoice_number": document.invoice_number,
            "format": document.format.value,
            "media_type": document.media_type,
            "file_name": document.file_name,
            "size": document.size,
            "sha256": document.sha256,
            "key": document.key,
        }
        for document in documents
    ]
    insert_missing(connection, document_table, rows)


def documents_of(
    connection: Connection, tenant: Tenant, numbers: Sequence[str]
) -> dict[str, tuple[Document, ...]]:
    """Gives the documents of each of the invoices, none where there are none."""
    found: dict[str, tuple[Document, ...]] = dict.fromkeys(numbers, ())
    for batch in in_batches(numbers):
        rows = connection.execute(
            select(document_table)
            .where(
                document_table.c.tenant == tenant,
                document_table.c.invoice_number.in_(batch),
            )
            .order_by(document_table.c.format)
        )
        for row in rows:
            documents = found.get(row.invoice_number, ())
            found[row.invoice_number] = (*documents, _document(row))
    return found


def _document(row: AnyRow) -> Document:
    return Document(
        invoice_number=row.invoice_number,
        format=DocumentFormat(row.format),
        media_type=row.media_type,
        file_name=row.file_name,
        size=row.size,
        sha256=row.sha256,
        key=row.key,
    )
