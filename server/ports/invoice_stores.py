"""What is kept of invoices, their numbers and the settings behind them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from server.domain.document import Document
from server.domain.invoice import Invoice
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
    """Keeps issued invoices and the records of their documents. Nothing here changes or deletes."""

    def of_orders(self, tenant: Tenant, order_ids: Sequence[str]) -> dict[str, IssuedInvoice]:
        """Finds the invoices that the orders have, by order id."""
        ...

    def taken(self, tenant: Tenant, numbers: Sequence[str]) -> frozenset[str]:
        """Tells which of the numbers the tenant's invoices already bear."""
        ...

    def add(self, tenant: Tenant, job_id: str, invoices: Sequence[Invoice]) -> None:
        """Records issued invoices and marks their orders as invoiced.

        Raises Conflict when an order has an invoice or a number is taken.
        """
        ...

    def get(self, tenant: Tenant, numbers: Sequence[str]) -> dict[str, Invoice]:
        """Finds whole invoices, logo included, by number."""
        ...

    def add_documents(self, tenant: Tenant, documents: Sequence[Document]) -> None:
        """Records stored documents; one that is recorded already stays as it is."""
        ...

    def page(
        self, tenant: Tenant, order_id: str, job_id: str, cursor: str | None, limit: int
    ) -> Page[tuple[Invoice, tuple[Document, ...]]]:
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

    def put(self, tenant: Tenant, settings: TenantSettings) -> None:
        """Writes a tenant's settings, in place of the old ones."""
        ...
