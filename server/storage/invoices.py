"""Issued invoices, their credit notes and documents. What was issued never changes."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, bindparam, insert, select, update

from server.domain.document import Document
from server.domain.errors import Conflict
from server.domain.invoice import INVOICE, Invoice
from server.domain.invoice_record import InvoiceRecord
from server.domain.tenant import Tenant
from server.ports import IssuedInvoice, Page
from server.storage.archive_tables import deleted_invoices
from server.storage.by_ids import ByIds
from server.storage.copying import copied
from server.storage.documents import documents_of, record_documents
from server.storage.images import read_logos, store_logos
from server.storage.order_marks import lock_orders, mark_orders
from server.storage.paging import AnyRow, in_batches, key_of, page_of
from server.storage.snapshots import dress_invoice, read_invoice, write_invoice
from server.storage.tables import CORRECTING, LIVE
from server.storage.tables import invoices as invoice_table

# Made once, for to make a statement takes longer than to run it.
_NEW_INVOICE = copied(insert(invoice_table))
_OF_ORDERS = ByIds(
    select(invoice_table.c.order_id, invoice_table.c.number, invoice_table.c.job_id).where(
        invoice_table.c.tenant == bindparam("tenant"), LIVE
    ),
    invoice_table.c.order_id,
)
#: Find the numbers that invoices bear, and those that deleted ones bore.
_BEARING = tuple(
    ByIds(select(table.c.number).where(table.c.tenant == bindparam("tenant")), table.c.number)
    for table in (invoice_table, deleted_invoices)
)


class SqlInvoiceStore:
    """Keeps issued invoices, credit notes among them, and the records of their documents."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def of_orders(self, tenant: Tenant, order_ids: Sequence[str]) -> dict[str, IssuedInvoice]:
        """Finds the live invoices that the orders have, by order id.

        A transaction that writes keeps others from invoicing the orders until it ends.
        """
        lock_orders(self._connection, tenant, order_ids)
        issued = list(_OF_ORDERS.rows(self._connection, order_ids, tenant=tenant))
        stored = documents_of(self._connection, tenant, [row.number for row in issued])
        return {
            row.order_id: IssuedInvoice(row.number, row.job_id, stored[row.number])
            for row in issued
        }

    def taken(self, tenant: Tenant, numbers: Sequence[str]) -> frozenset[str]:
        """Tells which of the numbers the tenant's invoices bear, or bore until deleted."""
        return frozenset(
            row.number
            for bearing in _BEARING
            for row in bearing.rows(self._connection, numbers, tenant=tenant)
        )

    def add(self, tenant: Tenant, job_id: str, invoices: Sequence[Invoice]) -> None:
        """Records issued invoices and marks their orders as invoiced; credit notes do not.

        Raises Conflict when an order has a live invoice or a number is taken.
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
                "type_code": invoice.type_code,
                "preceding_number": (
                    invoice.draft.preceding.number if invoice.draft.preceding else None
                ),
                "live": invoice.type_code == INVOICE,
                "snapshot": write_invoice(invoice),
            }
            for invoice in invoices
        ]
        try:
            self._connection.execute(_NEW_INVOICE, rows)
        except Conflict as conflict:
            raise Conflict(
                "An order has got its invoice in the meantime, or an invoice number is taken.",
                reason="INVOICE_EXISTS",
            ) from conflict.__cause__
        live = [i.draft.order_id for i in invoices if i.type_code == INVOICE]
        mark_orders(self._connection, tenant, live, invoiced=True)

    def to_credit(self, tenant: Tenant, number: str) -> tuple[Invoice, tuple[Invoice, ...]] | None:
        """Finds an invoice and its credit notes, the oldest first, all without logos.

        Keeps others from crediting it until the transaction ends.
        """
        found = self._connection.execute(
            select(invoice_table.c.order_id, invoice_table.c.snapshot)
            .where(invoice_table.c.tenant == tenant, invoice_table.c.number == number)
            .with_for_update(key_share=True)
        ).one_or_none()
        if found is None:
            return None
        # Now, before the credit note's number is drawn: those who invoice lock in this order.
        lock_orders(self._connection, tenant, [found.order_id])
        notes = self._connection.scalars(
            select(invoice_table.c.snapshot)
            .where(
                invoice_table.c.tenant == tenant,
                invoice_table.c.preceding_number == number,
                CORRECTING,
            )
            .order_by(invoice_table.c.key)
        )
        return read_invoice(found.snapshot), tuple(read_invoice(note) for note in notes)

    def cancel(self, tenant: Tenant, number: str) -> None:
        """Marks an invoice as not live: its order waits for an invoice again."""
        freed = self._connection.scalars(
            update(invoice_table)
            .where(invoice_table.c.tenant == tenant, invoice_table.c.number == number, LIVE)
            .values(live=False)
            .returning(invoice_table.c.order_id)
        ).all()
        mark_orders(self._connection, tenant, freed, invoiced=False)

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
        record_documents(self._connection, tenant, documents)

    def record(self, tenant: Tenant, number: str) -> InvoiceRecord | None:
        """Finds an invoice, logo included, with its documents and credit notes."""
        invoice = self.get(tenant, [number]).get(number)
        if invoice is None:
            return None
        live = self._connection.scalar(
            select(invoice_table.c.live).where(
                invoice_table.c.tenant == tenant, invoice_table.c.number == number
            )
        )
        return InvoiceRecord(
            invoice,
            self.documents(tenant, number),
            self._credit_notes(tenant, [number])[number],
            cancelled=invoice.type_code == INVOICE and not live,
        )

    def page(
        self, tenant: Tenant, order_id: str, job_id: str, cursor: str | None, limit: int
    ) -> Page[InvoiceRecord]:
        """Lists a tenant's invoices, the newest first, without logos; empty does not filter."""
        query = select(
            invoice_table.c.key,
            invoice_table.c.number,
            invoice_table.c.live,
            invoice_table.c.snapshot,
        ).where(invoice_table.c.tenant == tenant)
        if order_id:
            query = query.where(invoice_table.c.order_id == order_id)
        if job_id:
            query = query.where(invoice_table.c.job_id == job_id)
        if cursor is not None:
            query = query.where(invoice_table.c.key < key_of(cursor))
        query = query.order_by(invoice_table.c.key.desc()).limit(limit + 1)
        rows = self._connection.execute(query).all()
        numbers = [row.number for row in rows]
        stored = documents_of(self._connection, tenant, numbers)
        notes = self._credit_notes(tenant, numbers)

        def item(row: AnyRow) -> InvoiceRecord:
            invoice = dress_invoice(read_invoice(row.snapshot), images={})
            cancelled = invoice.type_code == INVOICE and not row.live
            return InvoiceRecord(
                invoice, stored[row.number], notes[row.number], cancelled=cancelled
            )

        return page_of(rows, limit, item, lambda row: row.key)

    def documents(self, tenant: Tenant, number: str) -> tuple[Document, ...]:
        """Lists the documents of an invoice."""
        return documents_of(self._connection, tenant, [number])[number]

    def _credit_notes(self, tenant: Tenant, numbers: Sequence[str]) -> dict[str, tuple[str, ...]]:
        """Gives the numbers of each invoice's credit notes, the oldest first."""
        found: dict[str, tuple[str, ...]] = dict.fromkeys(numbers, ())
        for batch in in_batches(numbers):
            rows = self._connection.execute(
                select(invoice_table.c.preceding_number, invoice_table.c.number)
                .where(
                    invoice_table.c.tenant == tenant,
                    invoice_table.c.preceding_number.in_(batch),
                    CORRECTING,
                )
                .order_by(invoice_table.c.key)
            )
            for row in rows:
                notes = found.get(row.preceding_number, ())
                found[row.preceding_number] = (*notes, row.number)
        return found
