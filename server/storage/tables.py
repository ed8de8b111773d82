"""All tables, their keys and their indexes.

A change here needs a migration: a test compares what the migrations build with this file.
Partial indexes are used only for conditions written exactly as here, so statements take theirs
from WAITING, FREE, HELD, UNFINISHED, RECORDED, TOLD, LIVE and CORRECTING.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ColumnElement,
    Date,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    UniqueConstraint,
    and_,
    literal_column,
)

from server.storage.columns import Key, Text, Timestamp

METADATA = MetaData(
    naming_convention={
        "pk": "%(table_name)s_pk",
        "uq": "%(table_name)s_%(column_0_N_name)s_unique",
        "fk": "%(table_name)s_%(referred_table_name)s_fk",
    }
)

jobs = Table(
    "jobs",
    METADATA,
    Column("key", Key, primary_key=True),
    Column("job_id", Text, nullable=False, unique=True),
    Column("tenant", Text, nullable=False),
    Column("job_type", Text, nullable=False),
    Column("created_at", Timestamp, nullable=False),
    Column("done_at", Timestamp),
    # Counted in the transactions that write job_orders.
    Column("order_count", Integer, nullable=False),
    Column("success_count", Integer, nullable=False),
    Column("failure_count", Integer, nullable=False),
    # No foreign key: the job that is tried again need not be kept as long.
    Column("retry_of", Text),
    Column("cancelled_at", Timestamp),
    # Who asked for it, from where, by which request of which trace; NULL for what is not known.
    Column("subject", Text),
    Column("address", Text),
    Column("request_id", Text),
    Column("trace", Text),
    sqlite_autoincrement=True,
)

job_orders = Table(
    "job_orders",
    METADATA,
    Column("job_key", Key, ForeignKey(jobs.c.key), primary_key=True),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("order_id", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("message", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("field", Text, nullable=False),
    Column("invoice_number", Text, nullable=False),
    Column("pdf_sha256", Text, nullable=False),
    # Counts a job's outcomes from 1 on in the order they were recorded; NULL while PENDING.
    Column("recorded", Integer),
    # Kept in the order they are read, without a second tree of row numbers.
    sqlite_with_rowid=False,
)

requests = Table(
    "requests",
    METADATA,
    Column("tenant", Text, primary_key=True),
    Column("request_id", Text, primary_key=True),
    # What the request made: a job's id, or a credit note's number.
    Column("result", Text, nullable=False),
    Column("fingerprint", Text, nullable=False),
    Column("created_at", Timestamp, nullable=False),
)

chunks = Table(
    "chunks",
    METADATA,
    Column("job_key", Key, ForeignKey(jobs.c.key), primary_key=True),
    Column("index", Integer, primary_key=True, autoincrement=False),
    Column("kind", Text, nullable=False),
    Column("first", Integer, nullable=False),
    Column("end", Integer, nullable=False),
    Column("not_before", Timestamp, nullable=False),
    Column("attempts", Integer, nullable=False),
    # NULL while the chunk is free.
    Column("holder", Text),
    Column("done", Boolean, nullable=False),
)

orders = Table(
    "orders",
    METADATA,
    Column("tenant", Text, primary_key=True),
    Column("order_id", Text, primary_key=True),
    Column("order_number", Text, nullable=False),
    Column("site_code", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("extended_status", Text, nullable=False),
    Column("created", Timestamp),
    Column("delivery_day", Date),
    Column("delivery_instant", Timestamp),
    Column("invoiced", Boolean, nullable=False),
    Column("currency", Text, nullable=False),
    Column("total", Text, nullable=False),
    Column("body_sha256", LargeBinary(32), nullable=False),
    # Last, so that reading the other columns skips it.
    Column("body", LargeBinary, nullable=False),
)

invoices = Table(
    "invoices",
    METADATA,
    Column("key", Key, primary_key=True),
    Column("tenant", Text, nullable=False),
    Column("number", Text, nullable=False),
    Column("order_id", Text, nullable=False),
    # No foreign key: invoices are kept for ten years, jobs need not be. Empty for credit notes.
    Column("job_id", Text, nullable=False),
    Column("type_code", Text, nullable=False),
    # The invoice that a credit note corrects; NULL for invoices.
    Column("preceding_number", Text),
    # False for credit notes, and for invoices of which they left nothing.
    Column("live", Boolean, nullable=False),
    # The whole Invoice as JSON, which names its logo by hash only.
    Column("snapshot", Text, nullable=False),
    UniqueConstraint("tenant", "number"),
    sqlite_autoincrement=True,
)

documents = Table(
    "documents",
    METADATA,
    Column("tenant", Text, primary_key=True),
    Column("invoice_number", Text, primary_key=True),
    Column("format", Text, primary_key=True),
    Column("media_type", Text, nullable=False),
    Column("file_name", Text, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("key", Text, nullable=False),
    ForeignKeyConstraint(["tenant", "invoice_number"], ["invoices.tenant", "invoices.number"]),
)

number_counters = Table(
    "number_counters",
    METADATA,
    Column("tenant", Text, primary_key=True),
    Column("sequence", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    # The counter value that the next invoice gets.
    Column("next_value", BigInteger, nullable=False),
)

settings = Table(
    "settings",
    METADATA,
    Column("tenant", Text, primary_key=True),
    # The whole TenantSettings as JSON, which name their logos by hash only.
    Column("snapshot", Text, nullable=False),
)

images = Table(
    "images",
    METADATA,
    Column("tenant", Text, primary_key=True),
    Column("sha256", Text, primary_key=True),
    Column("data", LargeBinary, nullable=False),
)

#: Orders without an invoice.
WAITING = ~orders.c.invoiced
#: Chunks that wait for a holder.
FREE = and_(~chunks.c.done, chunks.c.holder.is_(None))
#: Chunks that somebody works on.
HELD = and_(~chunks.c.done, chunks.c.holder.is_not(None))
#: Jobs that are not done.
UNFINISHED = jobs.c.done_at.is_(None)
#: Orders whose outcome is known.
RECORDED = job_orders.c.recorded.is_not(None)
#: Orders of whose outcome there is something to tell: most often why it failed.
TOLD = job_orders.c.message != literal_column("''")
#: Invoices that were not cancelled: an order has one at most.
LIVE = invoices.c.live.is_(True)
#: Credit notes.
CORRECTING = invoices.c.preceding_number.is_not(None)


def _partial(
    name: str, condition: ColumnElement[bool], *columns: Column[Any], unique: bool = False
) -> None:
    """Makes an index that holds only rows for which a condition is true."""
    Index(name, *columns, unique=unique, sqlite_where=condition, postgresql_where=condition)


Index("jobs_page", jobs.c.tenant, jobs.c.created_at, jobs.c.key)
Index("jobs_of_type", jobs.c.tenant, jobs.c.job_type, jobs.c.created_at, jobs.c.key)
_partial("jobs_unfinished", UNFINISHED, jobs.c.tenant, jobs.c.created_at, jobs.c.key)
_partial("job_orders_recorded", RECORDED, job_orders.c.job_key, job_orders.c.recorded, unique=True)
_partial("job_orders_told", TOLD, job_orders.c.order_id, job_orders.c.job_key)
_partial("chunks_free", FREE, chunks.c.job_key, chunks.c.not_before, chunks.c.index)
_partial("chunks_held", HELD, chunks.c.job_key)
Index("orders_by_status", orders.c.tenant, orders.c.status, orders.c.order_id)
# Holds all that the selection rule asks for, so that it reads no order itself; SQLite wants even
# the column of the condition for that.
_partial(
    "orders_due",
    WAITING,
    orders.c.tenant,
    orders.c.created,
    orders.c.order_id,
    orders.c.status,
    orders.c.extended_status,
    orders.c.site_code,
    orders.c.delivery_day,
    orders.c.delivery_instant,
    orders.c.invoiced,
)
_partial("orders_waiting", WAITING, orders.c.tenant, orders.c.order_id)
Index("invoices_page", invoices.c.tenant, invoices.c.key)
Index("invoices_of_job", invoices.c.tenant, invoices.c.job_id, invoices.c.key)
Index("invoices_of_order", invoices.c.tenant, invoices.c.order_id, invoices.c.key)
_partial("invoices_live_unique", LIVE, invoices.c.tenant, invoices.c.order_id, unique=True)
_partial(
    "invoices_correcting",
    CORRECTING,
    invoices.c.tenant,
    invoices.c.preceding_number,
    invoices.c.key,
)
