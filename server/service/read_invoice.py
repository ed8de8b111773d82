"""Shows issued invoices."""

from __future__ import annotations

from dataclasses import dataclass

from server.domain.errors import NotFound
from server.domain.invoice_record import InvoiceRecord
from server.domain.tenant import Tenant
from server.ports import Database, Page


@dataclass(frozen=True, slots=True)
class ReadInvoice:
    """Reads an issued invoice."""

    database: Database

    def __call__(self, tenant: Tenant, number: str) -> InvoiceRecord:
        """Reads an invoice and what came of it since. Raises NotFound."""
        with self.database.read() as unit:
            record = unit.invoices.record(tenant, number)
        if record is None:
            raise invoice_not_found(number)
        return record


@dataclass(frozen=True, slots=True)
class ListInvoices:
    """Lists a tenant's invoices."""

    database: Database

    def __call__(
        self, tenant: Tenant, order_id: str, job_id: str, cursor: str | None, limit: int
    ) -> Page[InvoiceRecord]:
        """Lists invoices, the newest first; empty does not filter."""
        with self.database.read() as unit:
            return unit.invoices.page(tenant, order_id, job_id, cursor, limit)


def invoice_not_found(number: str) -> NotFound:
    """Makes the refusal of a number that no invoice of the tenant bears."""
    return NotFound(f"There is no invoice {number!r}.", reason="INVOICE_NOT_FOUND")
