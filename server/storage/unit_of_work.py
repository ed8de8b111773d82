"""The database as the inside sees it: transactions, and the stores that act in one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext

from sqlalchemy import Connection, QueuePool, Transaction, select

from server.domain.errors import Unavailable
from server.domain.job import Job, JobOrder
from server.domain.tenant import Tenant
from server.ports import OfferChunks
from server.storage.archive import SqlArchive
from server.storage.audit_log import SqlAuditStore
from server.storage.changes import SharedChanges
from server.storage.chunks import SqlChunkStore
from server.storage.clients import SqlClientStore
from server.storage.dialects import BUSY_TIMEOUT, clear_log, impatient
from server.storage.engine import Engines, open_engines
from server.storage.invoices import SqlInvoiceStore
from server.storage.job_rows import job_and_orders
from server.storage.job_starts import SqlJobStartStore
from server.storage.job_statements import JOB_WITH_ORDERS
from server.storage.jobs import SqlJobStore
from server.storage.numbers import SqlNumberStore
from server.storage.orders import SqlOrderStore
from server.storage.prepared import DriverFailed, PreparedQuery
from server.storage.requests import SqlRequestStore
from server.storage.retention import SqlRetention
from server.storage.schedules import SqlScheduleStore
from server.storage.settings import SqlSettingsStore
from server.storage.signing_keys import SqlSigningKeyStore
from server.storage.tables import number_counters
from server.storage.write_queue import WriteQueue


class SqlUnitOfWork:
    """One transaction and the stores that act in it."""

    def __init__(
        self, connection: Connection, transaction: Transaction, offer: OfferChunks | None = None
    ) -> None:
        self._transaction = transaction
        self.jobs = SqlJobStore(connection)
        self.job_starts = SqlJobStartStore(connection, offer)
        self.chunks = SqlChunkStore(connection, offer)
        self.orders = SqlOrderStore(connection)
        self.invoices = SqlInvoiceStore(connection)
        self.numbers = SqlNumberStore(connection)
        self.requests = SqlRequestStore(connection)
        self.settings = SqlSettingsStore(connection)
        self.archive = SqlArchive(connection)
        self.retention = SqlRetention(connection)
        self.schedules = SqlScheduleStore(connection)
        self.clients = SqlClientStore(connection)
        self.audit = SqlAuditStore(connection)
        self.signing_keys = SqlSigningKeyStore(connection)

    def commit(self) -> None:
        """Makes everything durable. Leaving without it rolls back."""
        self._transaction.commit()


class SqlDatabase:
    """Opens transactions. Used from many threads; open it once in a process."""

    def __init__(self, engines: Engines, offer: OfferChunks | None = None) -> None:
        self._engines = engines
        self._offer = offer
        self._changes = None if engines.one_writes_at_a_time else SharedChanges(engines)
        queue = WriteQueue(patience=BUSY_TIMEOUT)
        self._job_with_orders = PreparedQuery(engines.reader, JOB_WITH_ORDERS)
        self._turn = queue.turn if engines.one_writes_at_a_time else _no_turn
        self._impatient = impatient(engines.writer)

    @contextmanager
    def read(self) -> Iterator[SqlUnitOfWork]:
        """Opens a transaction that sees one state and changes nothing."""
        with self._engines.reader.connect() as connection, _unit(connection) as unit:
            yield unit
            # After a rollback the driver of PostgreSQL forgets all that it has prepared.
            unit.commit()

    @contextmanager
    def write(self, *, waits: bool = True) -> Iterator[SqlUnitOfWork]:
        """Opens a transaction that may change things; call commit before leaving.

        Unless it waits, raises Unavailable at once while another writes to the same file. A
        server is waited for in any case.
        """
        with (
            self._turn(waits=waits),
            (self._engines.writer if waits else self._impatient).connect() as connection,
            _unit(connection, self._offer) as unit,
        ):
            yield unit

    def read_job(
        self, tenant: Tenant, job_id: str, first: int, limit: int
    ) -> tuple[Job, tuple[JobOrder, ...]] | None:
        """Reads a job and its orders from position first on, at most limit; None: no such job."""
        try:
            rows = self._job_with_orders.rows(
                tenant=tenant, job_id=job_id, first=first, limit=limit
            )
        except DriverFailed:
            # Which connects anew if need be, or says what is wrong.
            with self.read() as unit:
                job = unit.jobs.get(tenant, job_id)
                return (job, unit.jobs.orders(job_id, first, limit)) if job else None
        return job_and_orders(rows) if rows else None

    def ready(self) -> bool:
        """Tells whether the database answers."""
        try:
            with self._engines.reader.connect() as connection:
                connection.execute(select(number_counters.c.tenant).limit(1)).all()
        except Unavailable:
            return False
        return True

    def forget_log(self) -> bool:
        """Clears SQLite's write-ahead log, which still holds what was overwritten since.

        Tells whether it is clear; not so while others read what they began to read before. True
        for a PostgreSQL server, whose logs are its own.
        """
        if not self._engines.one_writes_at_a_time:
            return True
        with self._turn(), self._engines.writer.connect() as connection:
            return clear_log(connection)

    def close(self) -> None:
        """Closes all connections that are not in use."""
        if self._changes is not None:
            self._changes.close()
        self._job_with_orders.close()
        self._engines.close()

    def connections(self) -> tuple[int, int]:
        """Tells how many connections are in use and how many wait, or are kept to read jobs."""
        engines = self._engines
        pools = {id(engine.pool): engine.pool for engine in (engines.reader, engines.writer)}
        in_use = sum(pool.checkedout() for pool in pools.values() if isinstance(pool, QueuePool))
        return in_use, max(0, engines.opened() - in_use)

    @property
    def changes(self) -> SharedChanges | None:
        """Gives what tells other processes of news; None where no other can share the database."""
        return self._changes


def open_database(url: str, offer: OfferChunks | None = None) -> SqlDatabase:
    """Opens the database behind a URL, sqlite:///FILE or postgresql://USER:PASSWORD@HOST/NAME.

    Makes the folder of a file. Call `migrate` before using it. offer is told of every chunk that
    can be claimed, in the transaction that frees it. Raises InvalidInput for a URL that
    is not supported, and Unavailable when the folder cannot be made.
    """
    return SqlDatabase(open_engines(url), offer)


def _no_turn(*, waits: bool = True) -> AbstractContextManager[None]:
    """Lets writers run side by side."""
    del waits
    return nullcontext()


@contextmanager
def _unit(connection: Connection, offer: OfferChunks | None = None) -> Iterator[SqlUnitOfWork]:
    # Inside this block SQLAlchemy refuses statements after the commit, which nothing would keep.
    with connection.begin() as transaction:
        try:
            yield SqlUnitOfWork(connection, transaction, offer)
        finally:
            if transaction.is_active:
                transaction.rollback()
