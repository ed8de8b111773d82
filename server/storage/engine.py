"""Opens the engines behind a database URL."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import URL, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError

from server.domain.errors import InvalidInput, Unavailable
from server.storage.dialects import prepare_sqlite
from server.storage.failures import translated
from server.storage.postgres import connection_string, postgres_engine

#: Connections to a file kept open; as many more as threads ask for are opened for a while.
KEPT_CONNECTIONS = 8

_FORM = (
    "must be the URL of an SQLite file, such as sqlite:///var/invoicejobs.db, or of a PostgreSQL "
    "database, such as postgresql://user:password@host/invoicejobs"
)
_SQLITE = {"sqlite", "sqlite+pysqlite"}
_POSTGRESQL = {"postgresql", "postgresql+psycopg", "postgres"}


class OpenConnections:
    """Counts what engines have opened and not closed; their pools forget what leaves them."""

    def __init__(self, *engines: Engine) -> None:
        self._lock = threading.Lock()
        self._count = 0
        for engine in engines:
            event.listen(engine, "connect", lambda *_: self._add(1))
            for closed in ("close", "close_detached"):
                event.listen(engine, closed, lambda *_: self._add(-1))

    def __call__(self) -> int:
        """Tells how many there are."""
        return self._count

    def _add(self, change: int) -> None:
        with self._lock:
            self._count += change


@dataclass(frozen=True, slots=True)
class Engines:
    """One engine for transactions that only read and one for those that write."""

    reader: Engine
    writer: Engine
    opened: OpenConnections

    @property
    def one_writes_at_a_time(self) -> bool:
        """Tells whether writers have to wait for each other."""
        return self.writer.dialect.name == "sqlite"

    def close(self) -> None:
        """Closes all connections that are not in use."""
        self.reader.dispose()
        self.writer.dispose()


def open_engines(url: str, *, migrates: bool = False) -> Engines:
    """Opens the engines of a database; for an SQLite file, creates the folder it lies in.

    Raises InvalidInput when url cannot be used, and Unavailable when the folder cannot be made.
    The database itself is opened by the first transaction.
    """
    place = _place(url)
    if place.drivername in _SQLITE:
        return _open_file(place)
    if place.drivername in _POSTGRESQL:
        return _open_server(place, migrates=migrates)
    raise InvalidInput.field("database URL", f"{_FORM}; {place.drivername} is not supported")


def server_address(url: str) -> str | None:
    """Gives what other clients than ours connect with; None for the URL of an SQLite file.

    Raises InvalidInput when url cannot be used.
    """
    place = _place(url)
    return connection_string(place) if place.drivername in _POSTGRESQL else None


def database_file(url: str) -> Path | None:
    """Gives the SQLite file that a URL names; None for that of a server, or one that is wrong."""
    try:
        place = _place(url)
    except InvalidInput:
        return None
    return Path(place.database) if place.drivername in _SQLITE and place.database else None


def _place(url: str) -> URL:
    try:
        return make_url(url)
    except ArgumentError:
        raise InvalidInput.field("database URL", _FORM) from None


def _open_server(place: URL, *, migrates: bool) -> Engines:
    if not place.database:
        raise InvalidInput.field("database URL", f"{_FORM}; it names no database")
    writer = postgres_engine(place, migrates=migrates)
    event.listen(writer, "handle_error", translated)
    # The same connections, told anew at each transaction. A reader sees one state to its end.
    reader = writer.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
    return Engines(reader, writer, OpenConnections(writer))


def _open_file(place: URL) -> Engines:
    if place.host or place.query or place.database in {None, "", ":memory:"}:
        raise InvalidInput.field("database URL", _FORM)
    _make_folder(Path(place.database or ""))
    place = place.set(drivername="sqlite+pysqlite")
    reader, writer = _file_engine(place, writes=False), _file_engine(place, writes=True)
    return Engines(reader, writer, OpenConnections(reader, writer))


def _make_folder(file: Path) -> None:
    try:
        # Orders, invoices and keys lie in it: for nobody else to look into.
        file.parent.mkdir(0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise Unavailable(
            f"The folder of the database cannot be made: {error.strerror}: {file.parent}",
            reason="DATABASE_FOLDER",
        ) from error


def _file_engine(place: URL, *, writes: bool) -> Engine:
    engine = create_engine(
        place,
        pool_size=KEPT_CONNECTIONS,
        # The callers' thread pools bound how many there are.
        max_overflow=-1,
        # What is written may be somebody's name: no error and no log quotes it.
        hide_parameters=True,
    )
    event.listen(engine, "handle_error", translated)
    prepare_sqlite(engine, writes=writes)
    return engine
