"""Reads the whole archive page by page, for those who check it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec
from sqlalchemy import Connection, Table, and_, exists, func, or_, select, tuple_

from server.domain.invoice import Invoice
from server.domain.tenant import Tenant
from server.ports.archive_stores import ArchivedInvoice, Counter, DrawnNumber, InvoiceRow, JobTally
from server.storage.archive_jobs import job_tallies
from server.storage.archive_numbers import counters_of, numbers_drawn, numbers_never_drawn
from server.storage.archive_tables import drawn_numbers, drawn_series
from server.storage.documents import documents_of
from server.storage.images import read_logos
from server.storage.paging import in_batches
from server.storage.snapshots import read_settings, readable_invoice
from server.storage.tables import (
    CORRECTING,
    LIVE,
    UNFINISHED,
    WAITING,
    documents,
    invoices,
    jobs,
    number_counters,
    orders,
    settings,
)


class SqlArchive:
    """Reads everything that is kept, page by page."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def tenants(self) -> tuple[Tenant, ...]:
        """Lists the tenants that have anything, or had."""
        tables = (jobs, orders, invoices, documents, number_counters, drawn_series, settings)
        found = {name for table in tables for name in self._tenants_in(table)}
        return tuple(Tenant(tenant) for tenant in sorted(found))

    def _tenants_in(self, table: Table) -> Iterator[str]:
        """Gives the tenants of a table by jumping from one to the next, however long it is."""
        first = select(func.min(table.c.tenant))
        name = self._connection.scalar(first)
        while name is not None:
            yield name
            name = self._connection.scalar(first.where(table.c.tenant > name))

    def size(self, tenant: Tenant) -> int:
        """Counts a tenant's invoices, drawn numbers and jobs."""
        return sum(
            self._connection.scalar(
                select(func.count()).select_from(table).where(table.c.tenant == tenant)
            )
            or 0
            for table in (invoices, drawn_numbers, jobs)
        )

    def invoices(self, tenant: Tenant, after: int, limit: int) -> Sequence[ArchivedInvoice]:
        """Lists invoices by key, beginning behind the key after."""
        in_work = exists().where(jobs.c.job_id == invoices.c.job_id, UNFINISHED)
        rows = self._connection.execute(
            select(invoices, in_work.label("in_work"))
            .where(invoices.c.tenant == tenant, invoices.c.key > after)
            .order_by(invoices.c.key)
            .limit(limit)
        ).all()
        numbers = [row.number for row in rows]
        stored = documents_of(self._connection, tenant, numbers)
        notes = self._notes(tenant, numbers)
        return [
            ArchivedInvoice(
                row.key,
                row.number,
                InvoiceRow(row.order_id, row.type_code, row.preceding_number, row.live),
                readable_invoice(row.snapshot),
                stored[row.number],
                notes.get(row.number, ()),
                row.in_work,
            )
            for row in rows
        ]

    def _notes(
        self, tenant: Tenant, numbers: Sequence[str]
    ) -> dict[str, tuple[Invoice | None, ...]]:
        """Finds the credit notes of invoices, the oldest first."""
        found: dict[str, tuple[Invoice | None, ...]] = {}
        for batch in in_batches(numbers):
            rows = self._connection.execute(
                select(invoices.c.preceding_number, invoices.c.snapshot)
                .where(
                    invoices.c.tenant == tenant,
                    invoices.c.preceding_number.in_(batch),
                    CORRECTING,
                )
                .order_by(invoices.c.key)
            )
            for number, snapshot in rows:
                found[number] = (*found.get(number, ()), readable_invoice(snapshot))
        return found

    def missing_logo(self, tenant: Tenant, invoices: Sequence[Invoice]) -> frozenset[str]:
        """Tells the numbers of those invoices whose logo is not kept."""
        wanted = {i.number: i.draft.branding.logo.sha256 for i in invoices if i.draft.branding.logo}
        kept = read_logos(self._connection, tenant, set(wanted.values()))
        return frozenset(number for number, sha256 in wanted.items() if sha256 not in kept)

    def settings_readable(self, tenant: Tenant) -> bool:
        """Tells whether the tenant's settings can be read; true when there are none."""
        snapshot = self._connection.scalar(
            select(settings.c.snapshot).where(settings.c.tenant == tenant)
        )
        try:
            if snapshot is not None:
                read_settings(snapshot)
        except msgspec.MsgspecError:
            return False
        return True

    def counters(self, tenant: Tenant) -> Sequence[Counter]:
        """Lists a tenant's counters, also those of which only the series or numbers are left."""
        return counters_of(self._connection, tenant)

    def drawn(
        self, tenant: Tenant, counter: Counter, after: int | None, limit: int
    ) -> Sequence[DrawnNumber]:
        """Lists the counter's numbers by value, beginning behind the value after."""
        return numbers_drawn(self._connection, tenant, counter, after, limit)

    def never_drawn(self, tenant: Tenant, limit: int) -> Sequence[str]:
        """Lists numbers of invoices that no counter gave, as far as is known."""
        return numbers_never_drawn(self._connection, tenant, limit)

    def invoiced_twice(self, tenant: Tenant, limit: int) -> Sequence[str]:
        """Lists orders that have more than one live invoice."""
        return self._connection.scalars(
            select(invoices.c.order_id)
            .where(invoices.c.tenant == tenant, LIVE)
            .group_by(invoices.c.order_id)
            .having(func.count() > 1)
            .limit(limit)
        ).all()

    def marked_wrongly(self, tenant: Tenant, limit: int) -> Sequence[tuple[str, bool]]:
        """Lists orders whose mark disagrees with their invoices, and what the mark says."""
        invoiced = exists().where(
            invoices.c.tenant == orders.c.tenant, invoices.c.order_id == orders.c.order_id, LIVE
        )
        rows = self._connection.execute(
            select(orders.c.order_id, orders.c.invoiced)
            .where(
                orders.c.tenant == tenant, or_(and_(~WAITING, ~invoiced), and_(WAITING, invoiced))
            )
            .limit(limit)
        )
        return [(row.order_id, row.invoiced) for row in rows]

    def jobs(self, tenant: Tenant, after: int, limit: int) -> Sequence[JobTally]:
        """Lists jobs by key, beginning behind the key after."""
        return job_tallies(self._connection, tenant, after, limit)

    def document_keys(
        self, tenant: Tenant, after: tuple[str, str], limit: int
    ) -> Sequence[tuple[tuple[str, str], str]]:
        """Lists keys of recorded documents by invoice and format, each with where to go on.

        Begins behind after, and with two empty texts at the first.
        """
        place = documents.c.invoice_number, documents.c.format
        rows = self._connection.execute(
            select(*place, documents.c.key)
            .where(documents.c.tenant == tenant, tuple_(*place) > tuple_(*after))
            .order_by(*place)
            .limit(limit)
        )
        return [((row.invoice_number, row.format), row.key) for row in rows]

    def recorded(self, keys: Sequence[str]) -> frozenset[str]:
        """Tells which of the keys are recorded. Reads all records: ask once, for many."""
        found: set[str] = set()
        for batch in in_batches(keys):
            query = select(documents.c.key).where(documents.c.key.in_(batch))
            found |= set(self._connection.scalars(query))
        return frozenset(found)
