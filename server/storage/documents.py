"""The records of documents: what was made of each invoice, and where it is kept."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, bindparam, select
from sqlalchemy.dialects.postgresql import insert

from server.domain.document import Document, DocumentFormat
from server.domain.tenant import Tenant
from server.storage.by_ids import ByIds
from server.storage.dialects import insert_missing
from server.storage.given_rows import ROWS, as_value, given_rows
from server.storage.tables import documents as document_table

_GIVEN = given_rows({column.name: column.type for column in document_table.c})
_RECORD_GIVEN = (
    insert(document_table)
    .from_select([column.name for column in document_table.c], select(_GIVEN))
    .on_conflict_do_nothing()
)
_OF_INVOICES = ByIds(
    select(document_table)
    .where(document_table.c.tenant == bindparam("tenant"))
    .order_by(document_table.c.format),
    document_table.c.invoice_number,
)


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
    if rows and connection.dialect.name == "postgresql":
        # In one order for all, so that two who record the same do not wait for each other.
        rows.sort(key=lambda row: (row["invoice_number"], row["format"]))
        connection.execute(_RECORD_GIVEN, {ROWS: as_value(rows)})
    else:
        insert_missing(connection, document_table, rows)


def documents_of(
    connection: Connection, tenant: Tenant, numbers: Sequence[str]
) -> dict[str, tuple[Document, ...]]:
    """Gives the documents of each of the invoices, none where there are none."""
    found: dict[str, tuple[Document, ...]] = dict.fromkeys(numbers, ())
    for row in _OF_INVOICES.rows(connection, numbers, tenant=tenant):
        documents = found.get(row.invoice_number, ())
        found[row.invoice_number] = (*documents, _document(row))
    return found


def _document(row: Any) -> Document:
    return Document(
        invoice_number=row.invoice_number,
        format=DocumentFormat(row.format),
        media_type=row.media_type,
        file_name=row.file_name,
        size=row.size,
        sha256=row.sha256,
        key=row.key,
    )
