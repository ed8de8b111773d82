"""Statements that are run so often that most of their time would go into asking.

SQLAlchemy takes ten times as long as SQLite does to run a small statement, most of it to look up
what it has compiled before, and to begin and end a transaction. A prepared one is written out once
for a database, and then given to its driver as it is.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from typing import Any

from sqlalchemy import Connection, Engine, Select
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import InvalidRequestError

from server.storage.failures import raise_translated
from server.storage.written import Statement, Written

#: Connections kept open for a query; as many more as threads ask for are opened for a while.
KEPT_CONNECTIONS = 8


class DriverFailed(Exception):
    """The driver raised an error, which is the cause. Whoever asked asks in the ordinary way."""


class PreparedQuery:
    """A query asked without a transaction: it is one statement, so what it reads is of one moment.

    Used from many threads.
    """

    def __init__(self, engine: Engine, query: Select[*tuple[Any, ...]]) -> None:
        """Takes a query whose columns differ in their names."""
        self._engine = engine
        #: Connections that are not in use. Two threads that take one at once get two.
        self._kept: list[DBAPIConnection] = []
        self._written = Written(query, engine.dialect)

    def rows(self, **values: object) -> list[Any]:
        """Gives what it finds, the columns by their names. Raises DriverFailed."""
        written = self._written
        given = written.given(values)
        connection: DBAPIConnection | None = None
        try:
            connection = self._taken()
            cursor = connection.cursor()
            cursor.execute(written.text, given)
            found = cursor.fetchall()
            cursor.close()
        except BaseException as error:
            if connection is not None:
                # Nobody knows what became of it.
                connection.close()
            if isinstance(error, self._engine.dialect.loaded_dbapi.Error):
                raise DriverFailed from error
            raise
        self._give_back(connection)
        return [written.row(row) for row in found]

    def close(self) -> None:
        """Closes the connections that are not in use."""
        with suppress(IndexError):
            while True:
                self._kept.pop().close()

    def _taken(self) -> DBAPIConnection:
        """Gives a connection that nobody else has: to get one of the pool takes as long as to ask.

        Raises what the driver does: no event of SQLAlchemy's translates that here.
        """
        with suppress(IndexError):
            return self._kept.pop()
        lent = self._engine.raw_connection()
        connection = lent.dbapi_connection
        assert connection  # noqa: S101 - it was opened just now
        # From now on it is ours, and no longer the pool's.
        lent.detach()
        self._engine.dialect.set_isolation_level(connection, "AUTOCOMMIT")
        return connection

    def _give_back(self, connection: DBAPIConnection) -> None:
        if len(self._kept) < KEPT_CONNECTIONS:
            self._kept.append(connection)
        else:
            connection.close()


class Prepared:
    """A statement run in a transaction. Its errors are those of all other statements."""

    def __init__(self, statement: Statement, left_out: Collection[str] = ()) -> None:
        """Takes a statement as `Written` does."""
        self._statement = statement
        self._left_out = left_out
        #: Written out for each kind of database that asked.
        self._written: dict[str, Written] = {}

    def rows(self, connection: Connection, values: Mapping[str, object]) -> list[Any]:
        """Gives what it finds or returns, the columns by their names."""
        written = self._written_for(connection)
        cursor = self._run(connection, written, values)
        try:
            found = cursor.fetchall()
        finally:
            cursor.close()
        return [written.row(row) for row in found]

    def run(self, connection: Connection, values: Mapping[str, object]) -> int:
        """Tells how many rows it changed."""
        cursor = self._run(connection, self._written_for(connection), values)
        count: int = cursor.rowcount
        cursor.close()
        return count

    def run_each(self, connection: Connection, rows: Sequence[Mapping[str, object]]) -> None:
        """Runs it for each of some values."""
        if len(rows) == 1:
            self.run(connection, rows[0])
        elif connection.dialect.name == "sqlite" and connection.in_transaction():
            written = self._written_for(connection)
            given = [written.given(row) for row in rows]
            execute(connection, written.text, given, many=True).close()
        else:
            # The driver of PostgreSQL sends them as a pipeline, which has to be ended.
            connection.execute(self._statement, rows)

    def _written_for(self, connection: Connection) -> Written:
        dialect = connection.dialect
        written = self._written.get(dialect.name)
        if written is None:
            written = Written(self._statement, dialect, self._left_out)
            self._written[dialect.name] = written
        return written

    def _run(self, connection: Connection, written: Written, values: Mapping[str, object]) -> Any:
        if not connection.in_transaction():
            # The driver would let it stand alone, and nobody could roll it back.
            raise InvalidRequestError("A prepared statement cannot run in a closed transaction.")
        return execute(connection, written.text, written.given(values))


def run_text(connection: Connection, text: str) -> None:
    """Runs a statement that the driver knows as it is, such as the begin of a transaction."""
    execute(connection, text, ()).close()


def execute(connection: Connection, text: str, given: Any, *, many: bool = False) -> Any:
    """Hands a statement to the driver, with one set of values or many, and gives its cursor."""
    # PostgreSQL would write bytes as text of twice their length, and the driver read it.
    how = {"binary": True} if connection.dialect.name == "postgresql" else {}
    cursor = connection.connection.cursor(**how)
    try:
        if many:
            cursor.executemany(text, given)
        else:
            cursor.execute(text, given)
    except connection.dialect.loaded_dbapi.Error as error:
        cursor.close()
        raise_translated(connection, error)
    return cursor
