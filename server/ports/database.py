"""The database: transactions, and the stores that act in one."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Protocol

from server.domain.job import Job, JobOrder
from server.domain.tenant import Tenant
from server.ports.archive_stores import ArchiveStore, RetentionStore
from server.ports.audit_store import AuditStore
from server.ports.client_store import ClientStore
from server.ports.invoice_stores import InvoiceStore, NumberStore, SettingsStore
from server.ports.job_starts import JobStartStore
from server.ports.job_stores import ChunkStore, JobStore
from server.ports.keys import SigningKeyStore
from server.ports.order_store import OrderStore
from server.ports.request_store import RequestStore
from server.ports.schedule_store import ScheduleStore


class UnitOfWork(Protocol):
    """One transaction and the stores that act in it."""

    @property
    def jobs(self) -> JobStore:
        """Gives the store of jobs and their orders."""
        ...

    @property
    def job_starts(self) -> JobStartStore:
        """Gives the store of new jobs."""
        ...

    @property
    def chunks(self) -> ChunkStore:
        """Gives the store of chunks of work."""
        ...

    @property
    def orders(self) -> OrderStore:
        """Gives the store of imported orders."""
        ...

    @property
    def invoices(self) -> InvoiceStore:
        """Gives the store of issued invoices."""
        ...

    @property
    def numbers(self) -> NumberStore:
        """Gives the store of number counters."""
        ...

    @property
    def requests(self) -> RequestStore:
        """Gives the store of request ids."""
        ...

    @property
    def settings(self) -> SettingsStore:
        """Gives the store of tenants' settings."""
        ...

    @property
    def archive(self) -> ArchiveStore:
        """Gives the store that reads all that is kept."""
        ...

    @property
    def retention(self) -> RetentionStore:
        """Gives the store that deletes what is old enough."""
        ...

    @property
    def schedules(self) -> ScheduleStore:
        """Gives the store of when schedules are due."""
        ...

    @property
    def audit(self) -> AuditStore:
        """Gives the store of who did what."""
        ...

    @property
    def clients(self) -> ClientStore:
        """Gives the store of the clients that get tokens."""
        ...

    @property
    def signing_keys(self) -> SigningKeyStore:
        """Gives the store of the keys that this service signs with."""
        ...

    def commit(self) -> None:
        """Makes everything durable. Leaving without it rolls back."""
        ...


class Database(Protocol):
    """Opens transactions. Used from many threads."""

    def read(self) -> AbstractContextManager[UnitOfWork]:
        """Opens a transaction that sees one state and changes nothing."""
        ...

    def write(self, *, waits: bool = True) -> AbstractContextManager[UnitOfWork]:
        """Opens a transaction that may change things; call commit before leaving.

        Unless it waits, raises Unavailable at once while another writes to the same file. A
        server is waited for in any case.
        """
        ...

    def read_job(
        self, tenant: Tenant, job_id: str, first: int, limit: int
    ) -> tuple[Job, tuple[JobOrder, ...]] | None:
        """Reads a tenant's job and its orders from position first on, at most limit, at least 1.

        Both as they were at one moment; None when there is no such job. No read is asked for as
        often, so it is one that takes no transaction.
        """
        ...

    def ready(self) -> bool:
        """Tells whether the database answers."""
        ...
