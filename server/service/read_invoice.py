"""Shows issued invoices."""

from __future__ import annotations

from dataclasses import dataclass

from server.domain.document import Document
from server.domain.errors import NotFound
from server.domain.invoice import Invoice
from server.domain.tenant import Tenant
from server.ports import Database, Page


@dataclass(frozen=True, slots=True)
class ReadInvoice:
    """Reads an issued invoice."""

    database: Database

    def __call__(self, tenant: Tenant, number: str) -> tuple[Invoice, tuple[Document, ...]]:
        """Reads an invoice and the records of its documents. Raises NotFound."""
        with self.database.read() as unit:
            invoice = unit.invoices.get(tenant, [number]).get(number)
            if invoice is None:
                raise NotFound(f"There is no invoice {number!r}.", reason="INVOICE_NOT_FOUND")
            return invoice, unit.invoices.documents(tenant, number)


@dataclass(frozen=True, slots=True)
class ListInvoices:
    """Lists a tenant's invoices."""

    database: Database

    def __call__(
        self, tenant: Tenant, order_id: str, job_id: str, cursor: str | None, limit: int
    ) -> Page[tuple[Invoice, tuple[Document, ...]]]:
        """Lists invoices, the newest first; empty does not filter."""
        with self.database.read() as unit:
            return unit.invoices.page(tenant, order_id, job_id, cursor, limit)
