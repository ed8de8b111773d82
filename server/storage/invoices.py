"""Issued invoices and the records of their documents. Nothing here changes or deletes."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, insert, select, update

from server.domain.document import Document, DocumentFormat
from server.domain.errors import Conflict
from server.domain.invoice import Invoice
from server.domain.tenant import Tenant
from server.ports import IssuedInvoice, Page
from server.storage.dialects import insert_missing
from server.storage.images import read_logos, store_logos
from server.storage.paging import AnyRow, in_batches, key_of, page_of
from server.storage.snapshots import dress_invoice, read_invoice, write_invoice
from server.storage.tables import documents as document_table
from server.storage.tables import invoices as invoice_table
from server.storage.tables import orders


class SqlInvoiceStore:
    """Keeps issued invoices and the records of their documents."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def of_orders(self, tenant: Tenant, order_ids: Sequence[str]) -> dict[str, IssuedInvoice]:
        """Finds the invoices that the orders have, by order id."""
        issued: list[AnyRow] = []
        for batch in in_batches(order_ids):
            issued += self._connection.execute(
                select(
                    invoice_table.c.order_id, invoice_table.c.number, invoice_table.c.job_id
                ).where(invoice_table.c.tenant == tenant, invoice_table.c.order_id.in_(batch))
            )
        stored = self._documents(tenant, [row.number for row in issued])
        return {
            row.order_id: IssuedInvoice(row.number, row.job_id, stored[row.number])
            for row in issued
        }

    def taken(self, tenant: Tenant, numbers: Sequence[str]) -> frozenset[str]:
        """Tells which of the numbers the tenant's invoices already bear."""
        found: set[str] = set()
        for batch in in_batches(numbers):
            found |= set(
                self._connection.scalars(
                    select(invoice_table.c.number).where(
                        invoice_table.c.tenant == tenant, invoice_table.c.number.in_(batch)
                    )
                )
            )
        return frozenset(found)

    def add(self, tenant: Tenant, job_id: str, invoices: Sequence[Invoice]) -> None:
        """Records issued invoices and marks their orders as invoiced.

        Raises Conflict when an order has an invoice or a number is taken.
        """
        if not invoices:
            return
        store_logos(self._connection, tenant, (i.draft.branding for i in invoices))
        rows = [
            {
                "tenant": tenant,
                "number": invoice.number,
                "order_id": invoice.draft.order_id,
                "job_id": job_id,
                "snapshot": write_invoice(invoice),
            }
            for invoice in invoices
        ]
        try:
            self._connection.execute(insert(invoice_table), rows)
        except Conflict as conflict:
            raise Conflict(
                "An order has got its invoice in the meantime, or an invoice number is taken.",
                reason="INVOICE_EXISTS",
            ) from conflict.__cause__
        for batch in in_batches([invoice.draft.order_id for invoice in invoices]):
            self._connection.execute(
                update(orders)
                .where(orders.c.tenant == tenant, orders.c.order_id.in_(batch))
                .values(invoiced=True)
            )

    def get(self, tenant: Tenant, numbers: Sequence[str]) -> dict[str, Invoice]:
        """Finds whole invoices, logo included, by number."""
        found: list[Invoice] = []
        for batch in in_batches(numbers):
            snapshots = self._connection.scalars(
                select(invoice_table.c.snapshot).where(
                    invoice_table.c.tenant == tenant, invoice_table.c.number.in_(batch)
                )
            )
            found += [read_invoice(snapshot) for snapshot in snapshots]
        hashes = {i.draft.branding.logo.sha256 for i in found if i.draft.branding.logo}
        logos = read_logos(self._connection, tenant, hashes)
        return {invoice.number: dress_invoice(invoice, logos) for invoice in found}

    def add_documents(self, tenant: Tenant, documents: Sequence[Document]) -> None:
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
        insert_missing(self._connection, document_table, rows)

    def page(
        self, tenant: Tenant, order_id: str, job_id: str, cursor: str | None, limit: int
    ) -> Page[tuple[Invoice, tuple[Document, ...]]]:
        """Lists a tenant's invoices, the newest first, without logos; empty does not filter."""
        query = select(invoice_table.c.key, invoice_table.c.number, invoice_table.c.snapshot).where(
            invoice_table.c.tenant == tenant
        )
        if order_id:
            query = query.where(invoice_table.c.order_id == order_id)
        if job_id:
            query = query.where(invoice_table.c.job_id == job_id)
        if cursor is not None:
            query = query.where(invoice_table.c.key < key_of(cursor))
        query = query.order_by(invoice_table.c.key.desc()).limit(limit + 1)
        rows = self._connection.execute(query).all()
        stored = self._documents(tenant, [row.number for row in rows])

        def item(row: AnyRow) -> tuple[Invoice, tuple[Document, ...]]:
            invoice = dress_invoice(read_invoice(row.snapshot), images={})
            return invoice, stored[row.number]

        return page_of(rows, limit, item, lambda row: row.key)

    def documents(self, tenant: Tenant, number: str) -> tuple[Document, ...]:
        """Lists the documents of an invoice."""
        return self._documents(tenant, [number])[number]

    def _documents(self, tenant: Tenant, numbers: Sequence[str]) -> dict[str, tuple[Document, ...]]:
        """Gives the documents of each of the numbers, none where there are none."""
        found: dict[str, tuple[Document, ...]] = dict.fromkeys(numbers, ())
        for batch in in_batches(numbers):
            rows = self._connection.execute(
                select(document_table)
                .where(
                    document_table.c.tenant == tenant,
                    document_table.c.invoice_number.in_(batch),
                )
                .order_by(document_table.c.format)
            )
            for row in rows:
                found[row.invoice_number] += (_document(row),)
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
