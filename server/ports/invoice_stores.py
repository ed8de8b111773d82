"""What is kept of invoices, their numbers and the settings behind them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from server.domain.document import Document
from server.domain.invoice import Invoice
from server.domain.invoice_record import InvoiceRecord
from server.domain.numbering import NumberSeries
from server.domain.settings import TenantSettings
from server.domain.tenant import Tenant
from server.ports.paging import Page


@dataclass(frozen=True, slots=True)
class IssuedInvoice:
    """An invoice that an order has, and its documents so far."""

    number: str
    #: The job that issued it.
    job_id: str
    documents: tuple[Document, ...]


class InvoiceStore(Protocol):
    """Keeps issued invoices, credit notes among them, and the records of their documents.

    Nothing here changes or deletes one. An invoice is live until it is cancelled; a credit note
    never is.
    """

    def of_orders(self, tenant: Tenant, order_ids: Sequence[str]) -> dict[str, IssuedInvoice]:
        """Finds the live invoices that the orders have, by order id.

        A transaction that writes keeps others from invoicing the orders until it ends; it asks
        before it adds any.
        """
        ...

    def taken(self, tenant: Tenant, numbers: Sequence[str]) -> frozenset[str]:
        """Tells which of the numbers the tenant's invoices already bear."""
        ...

    def add(self, tenant: Tenant, job_id: str, invoices: Sequence[Invoice]) -> None:
        """Records issued invoices and marks their orders as invoiced; credit notes do not.

        Raises Conflict when an order has a live invoice or a number is taken.
        """
        ...

    def to_credit(self, tenant: Tenant, number: str) -> tuple[Invoice, tuple[Invoice, ...]] | None:
        """Finds an invoice and its credit notes, the oldest first, all without logos.

        Keeps others from crediting it until the transaction ends.
        """
        ...

    def cancel(self, tenant: Tenant, number: str) -> None:
        """Marks an invoice as not live: its order waits for an invoice again."""
        ...

    def get(self, tenant: Tenant, numbers: Sequence[str]) -> dict[str, Invoice]:
        """Finds whole invoices, logo included, by number."""
        ...

    def add_documents(self, tenant: Tenant, documents: Sequence[Document]) -> None:
        """Records stored documents; one that is recorded already stays as it is."""
        ...

    def record(self, tenant: Tenant, number: str) -> InvoiceRecord | None:
        """Finds an invoice, logo included, with its documents and credit notes."""
        ...

    def page(
        self, tenant: Tenant, order_id: str, job_id: str, cursor: str | None, limit: int
    ) -> Page[InvoiceRecord]:
        """Lists a tenant's invoices, the newest first, without logos; empty does not filter."""
        ...

    def documents(self, tenant: Tenant, number: str) -> tuple[Document, ...]:
        """Lists the documents of an invoice."""
        ...


class NumberStore(Protocol):
    """Keeps the counters of number sequences."""

    def draw(self, tenant: Tenant, series: NumberSeries, count: int) -> range:
        """Draws the next count counter values; fewer when the series ends before.

        They are drawn for good only when the transaction commits: record the invoices in it.
        """
        ...


class SettingsStore(Protocol):
    """Keeps tenants' settings."""

    def get(self, tenant: Tenant) -> TenantSettings | None:
        """Finds a tenant's settings, logos included."""
        ...

    def undressed(self, tenant: Tenant) -> TenantSettings | None:
        """Finds a tenant's settings, their logos without data: for those who draw nothing.

        As long as they stay the same it is mostly the very same value.
        """
        ...

    def to_replace(self, tenant: Tenant) -> TenantSettings | None:
        """Finds a tenant's settings; nobody else replaces them until the transaction ends."""
        ...

    def put(self, tenant: Tenant, settings: TenantSettings) -> None:
        """Writes a tenant's settings, in place of the old ones."""
        ...
