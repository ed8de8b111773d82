"""What differs between databases; nearly all else in this room is the same for all of them.

Many rows have ways of their own to PostgreSQL: see `copying` and `given_rows`.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Engine, Table, event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.pool import ConnectionPoolEntry

from server.domain.errors import Unavailable
from server.storage.prepared import run_text

#: Seconds that SQLite waits for another process to finish writing.
BUSY_TIMEOUT = 30
#: Marks transactions that do not wait for that at all.
_IMPATIENT = "impatient"


def prepare_sqlite(engine: Engine, *, writes: bool) -> None:
    """Sets up every connection that the engine opens, and how its transactions begin."""
    begin = "BEGIN IMMEDIATE" if writes else "BEGIN"

    @event.listens_for(engine, "connect")
    def set_up(connection: sqlite3.Connection, _: ConnectionPoolEntry) -> None:
        # The driver's own transactions begin too late for a consistent read and not before
        # DDL; without an isolation level it begins none, and `begin` below does.
        connection.isolation_level = None
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT * 1000}")
        cursor.execute("PRAGMA foreign_keys=ON")
        if writes:
            cursor.execute("PRAGMA journal_mode=WAL")
            # NORMAL could lose the last commits in a power cut.
            cursor.execute("PRAGMA synchronous=FULL")
            # What is deleted or replaced is overwritten with zeros, not only forgotten: an order
            # may have to be erased when what it said before is long gone.
            cursor.execute("PRAGMA secure_delete=ON")
        else:
            cursor.execute("PRAGMA query_only=ON")
        cursor.close()

    @event.listens_for(engine, "begin")
    def begin_transaction(connection: Connection) -> None:
        # A writer that began as a reader could find, at its first write, that it read an old
        # state, and would have to start anew.
        if _IMPATIENT in connection.get_execution_options():
            _begin_at_once(connection, begin)
        else:
            run_text(connection, begin)


def impatient(engine: Engine) -> Engine:
    """Gives an engine of the same connections whose transactions begin at once or not at all."""
    return engine.execution_options(**{_IMPATIENT: True})


def _begin_at_once(connection: Connection, begin: str) -> None:
    """Begins unless another process writes. Raises Unavailable then."""
    raw: Any = connection.connection.driver_connection
    raw.execute("PRAGMA busy_timeout=0")
    try:
        raw.execute(begin)
    except sqlite3.OperationalError as error:
        # Not looked into: whoever tries again and waits is told what is wrong.
        raise Unavailable("Others write to the database.", reason="DATABASE_BUSY") from error
    finally:
        raw.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT * 1000}")


def clear_log(connection: Connection) -> bool:
    """Brings all of SQLite's write-ahead log into its file and empties it.

    Tells whether that went: it waits for those who read an older state, but not for ever.
    """
    # Not through SQLAlchemy, which would begin a transaction, in which nobody may do so.
    raw: Any = connection.connection.driver_connection
    try:
        (busy, *_) = raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    except sqlite3.OperationalError:
        return False
    return not busy


def insert_missing(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Inserts those rows whose keys are not there yet; the others stay as they are."""
    if not rows:
        return
    # In one order for all, so that two who insert the same rows do not wait for each other.
    rows = sorted(rows, key=lambda row: [row[column.name] for column in table.primary_key])
    # One alone is sent without a pipeline for many.
    given = rows if len(rows) > 1 else rows[0]
    if connection.dialect.name == "postgresql":
        connection.execute(postgresql.insert(table).on_conflict_do_nothing(), given)
    else:
        connection.execute(sqlite.insert(table).on_conflict_do_nothing(), given)
