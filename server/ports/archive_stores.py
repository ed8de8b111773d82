"""What looks at the whole archive, and what takes from it what is old enough."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Protocol

from server.domain.document import Document
from server.domain.invoice import Invoice
from server.domain.tenant import Tenant


@dataclass(frozen=True, slots=True)
class InvoiceRow:
    """What stands beside a kept invoice, so that it is found and counted."""

    order_id: str
    type_code: str
    #: The invoice that a credit note corrects.
    preceding_number: str | None
    #: Whether its order has it as its invoice.
    live: bool


@dataclass(frozen=True, slots=True)
class ArchivedInvoice:
    """An invoice or credit note as it is kept."""

    #: Where the next page goes on.
    key: int
    number: str
    row: InvoiceRow
    #: The whole invoice without its logo; None when what is stored cannot be read.
    invoice: Invoice | None
    documents: tuple[Document, ...]
    #: Its credit notes, the oldest first; None for one that cannot be read.
    credit_notes: tuple[Invoice | None, ...]
    #: Whether the job that issued it is not DONE.
    in_work: bool


@dataclass(frozen=True, slots=True)
class Counter:
    """A counter of numbers, and how far it is."""

    sequence: str
    #: Names the counter within its sequence.
    key: str
    #: None for one that is older than the records of drawn numbers.
    first_value: int | None
    #: None where numbers tell of a counter that is not there.
    next_value: int | None


@dataclass(frozen=True, slots=True)
class DrawnNumber:
    """A number that a counter gave."""

    value: int
    number: str
    #: Whether an invoice bears it, or did until it was deleted.
    borne: bool


@dataclass(frozen=True, slots=True)
class JobTally:
    """What a job says of its orders, and what they are."""

    #: Where the next page goes on.
    key: int
    job_id: str
    done: bool
    #: Orders, successes and failures as the job counts them.
    told: tuple[int, int, int]
    #: The same, counted.
    counted: tuple[int, int, int]
    #: How many outcomes are counted in the order they were recorded, and the last one's place.
    recorded: tuple[int, int]
    open_chunks: int
    #: Orders in open chunks.
    covered: int
    #: Successes that name a PDF which is not recorded, and the number of one of their invoices.
    unfound: int
    example: str


class ArchiveStore(Protocol):
    """Reads everything that is kept, page by page, for those who check it."""

    def tenants(self) -> tuple[Tenant, ...]:
        """Lists the tenants that have anything, or had."""
        ...

    def size(self, tenant: Tenant) -> int:
        """Counts a tenant's invoices, drawn numbers and jobs."""
        ...

    def invoices(self, tenant: Tenant, after: int, limit: int) -> Sequence[ArchivedInvoice]:
        """Lists invoices by key, beginning behind the key after."""
        ...

    def missing_logo(self, tenant: Tenant, invoices: Sequence[Invoice]) -> frozenset[str]:
        """Tells the numbers of those invoices whose logo is not kept."""
        ...

    def settings_readable(self, tenant: Tenant) -> bool:
        """Tells whether the tenant's settings can be read; true when there are none."""
        ...

    def counters(self, tenant: Tenant) -> Sequence[Counter]:
        """Lists a tenant's counters, also those of which only the series or numbers are left."""
        ...

    def drawn(
        self, tenant: Tenant, counter: Counter, after: int | None, limit: int
    ) -> Sequence[DrawnNumber]:
        """Lists the counter's numbers by value, beginning behind the value after."""
        ...

    def never_drawn(self, tenant: Tenant, limit: int) -> Sequence[str]:
        """Lists numbers of invoices that no counter gave, as far as is known."""
        ...

    def invoiced_twice(self, tenant: Tenant, limit: int) -> Sequence[str]:
        """Lists orders that have more than one live invoice."""
        ...

    def marked_wrongly(self, tenant: Tenant, limit: int) -> Sequence[tuple[str, bool]]:
        """Lists orders whose mark disagrees with their invoices, and what the mark says."""
        ...

    def jobs(self, tenant: Tenant, after: int, limit: int) -> Sequence[JobTally]:
        """Lists jobs by key, beginning behind the key after."""
        ...

    def document_keys(
        self, tenant: Tenant, after: tuple[str, str], limit: int
    ) -> Sequence[tuple[tuple[str, str], str]]:
        """Lists keys of recorded documents by invoice and format, each with where to go on.

        Begins behind after, and with two empty texts at the first.
        """
        ...

    def recorded(self, keys: Sequence[str]) -> frozenset[str]:
        """Tells which of the keys are recorded. Reads all records: ask once, for many."""
        ...


@dataclass(frozen=True, slots=True)
class Deleted:
    """What one step deleted, and whether another may follow."""

    count: int = 0
    #: Keys of documents whose files are to be removed after the commit.
    keys: tuple[str, ...] = ()
    #: Where the next step goes on; None when there is none.
    cursor: int | None = None


@dataclass(frozen=True, slots=True)
class ErasedRows:
    """What was found of an order that was to be erased."""

    #: Whether the order itself was there.
    order: bool
    #: Outcomes of jobs that say something of it, or did until it was erased.
    told: int
    #: Those of them that were changed now.
    changed: int


class RetentionStore(Protocol):
    """Deletes what is old enough, in steps that are short transactions each."""

    def begin(self, task: str, now: datetime, every: timedelta) -> bool:
        """Tells whether a task is due, and notes that it begins now: once for all processes.

        Where the clock went back since it began the last time, or more than 100 days forward, it is
        noted only, and due the next time: one of the two times may have been wrong.
        """
        ...

    def count_old(self, requests_before: datetime, jobs_before: datetime) -> tuple[int, int]:
        """Counts request ids used and jobs DONE before a time each."""
        ...

    def delete_requests(self, before: datetime, limit: int) -> int:
        """Deletes request ids that were used before a time; fewer than limit: none is left."""
        ...

    def delete_jobs(self, before: datetime, after: int, limit: int) -> Deleted:
        """Deletes the oldest job, behind the key after, that was DONE before a time.

        At most limit of its orders go in a step, and the job with the last of them. Counts jobs.
        """
        ...

    def delete_orders(
        self, before: datetime, beside: date | None, after: int, limit: int
    ) -> Deleted:
        """Deletes orders whose live invoice was issued before a time and that wait in no job.

        Leaves those out that go with an invoice of which all is older than the date beside. Goes
        through invoices by key, beginning behind the key after.
        """
        ...

    def delete_invoices(self, before: date, now: datetime, after: int, limit: int) -> Deleted:
        """Deletes invoices of which all is older than a date, and what belongs to them.

        That is their credit notes, their documents' records and their orders, which could be
        invoiced again otherwise. An order that waits in a job keeps its invoice, and an invoice
        its younger credit note. Number and date of what was deleted are kept. Goes through
        invoices by key, beginning behind the key after.
        """
        ...

    def waits(self, tenant: Tenant, order_ids: Sequence[str]) -> frozenset[str]:
        """Tells which of the orders are PENDING in a job."""
        ...

    def invoices_of(self, tenant: Tenant, order_id: str) -> tuple[str, ...]:
        """Lists the numbers of an order's invoices and credit notes, the oldest first."""
        ...

    def erase_order(self, tenant: Tenant, order_id: str, message: str) -> ErasedRows:
        """Deletes an order and puts a message in place of what jobs' outcomes say of it."""
        ...
