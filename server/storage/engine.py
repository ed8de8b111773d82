"""Opens the engines behind a database URL and turns the driver's errors into ours."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import URL, Engine, create_engine, event, make_url
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.exc import (
    ArgumentError,
    DatabaseError,
    DataError,
    IntegrityError,
    NotSupportedError,
    ProgrammingError,
)

from server.domain.errors import Conflict, InvalidInput, InvoiceJobsError, Unavailable
from server.storage.dialects import prepare_sqlite

#: Connections kept open; as many more as threads ask for are opened for a while.
KEPT_CONNECTIONS = 8


@dataclass(frozen=True, slots=True)
class Engines:
    """One engine for transactions that only read and one for those that write."""

    reader: Engine
    writer: Engine

    def close(self) -> None:
        """Closes all connections that are not in use."""
        self.reader.dispose()
        self.writer.dispose()


def open_engines(url: str) -> Engines:
    """Opens the engines of a database and creates the folder it lies in.

    Raises InvalidInput when url is not that of an SQLite file, and Unavailable when the folder
    cannot be made. The database itself is opened by the first transaction.
    """
    place = _checked(url)
    _make_folder(Path(place.database or ""))
    return Engines(reader=_engine(place, writes=False), writer=_engine(place, writes=True))


def _checked(url: str) -> URL:
    form = "must be the URL of an SQLite file, such as sqlite:///var/invoicejobs.db"
    try:
        place = make_url(url)
    except ArgumentError:
        raise InvalidInput.field("database URL", form) from None
    if place.drivername not in {"sqlite", "sqlite+pysqlite"}:
        raise InvalidInput.field("database URL", f"{form}; {place.drivername} is not supported")
    if place.host or place.query or place.database in {None, "", ":memory:"}:
        raise InvalidInput.field("database URL", form)
    return place.set(drivername="sqlite+pysqlite")


def _make_folder(file: Path) -> None:
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Unavailable(
            f"The folder of the database cannot be made: {error.strerror}: {file.parent}",
            reason="DATABASE_FOLDER",
        ) from error


def _engine(place: URL, *, writes: bool) -> Engine:
    engine = create_engine(
        place,
        pool_size=KEPT_CONNECTIONS,
        # The callers' thread pools bound how many there are.
        max_overflow=-1,
    )
    event.listen(engine, "handle_error", _translated)
    prepare_sqlite(engine, writes=writes)
    return engine


def _translated(context: ExceptionContext) -> InvoiceJobsError | None:
    """Gives the error to raise in place of the driver's, which stays its cause."""
    match context.sqlalchemy_exception:
        case IntegrityError():
            return Conflict("This contradicts what is stored already.", reason="STORED_ALREADY")
        case ProgrammingError() | DataError() | NotSupportedError():
            return None  # a wrong statement is our bug, not the environment's
        case DatabaseError():
            # SQLite may have rolled back by itself, and would keep each later statement alone:
            # a connection given up lets none follow in this transaction.
            context.is_disconnect = True
            context.invalidate_pool_on_disconnect = False
            return Unavailable(
                f"The database failed: {context.original_exception}. Try again later.",
                reason="DATABASE_UNAVAILABLE",
            )
        case _:
            return None
