"""Queries that are asked so often that most of their time would go into asking.

SQLAlchemy takes ten times as long as SQLite does to run a small query, most of it to begin and end
a transaction and to look up what it has compiled before. A prepared query is written out once for
a database, and then given to its driver as it is. It is one statement, so what it reads is of one
moment without a transaction.
"""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

from sqlalchemy import BindParameter, Dialect, Engine, PoolProxiedConnection, Select
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.types import TypeEngine

#: Connections kept open for a query; as many more as threads ask for are opened for a while.
KEPT_CONNECTIONS = 8

#: Turns a value of ours into the driver's, or back.
Convert = Callable[[Any], Any]


class DriverFailed(Exception):
    """The driver raised an error, which is the cause. Whoever asked asks in the ordinary way."""


def _row_of(names: list[str]) -> Callable[..., Any]:
    """Makes the type of rows whose columns have these names."""
    return namedtuple("PreparedRow", names)  # noqa: PYI024 - only a query knows its columns


class PreparedQuery:
    """A query written out for the database of an engine. Used from many threads."""

    def __init__(self, engine: Engine, query: Select[*tuple[Any, ...]]) -> None:
        """Takes a query whose columns differ in their names."""
        self._engine = engine
        #: Connections that are not in use. Two threads that take one at once get two.
        self._kept: list[PoolProxiedConnection] = []
        dialect = engine.dialect
        compiled: Any = query.compile(dialect=dialect)
        self._text = str(compiled)
        self._by_name = not compiled.positional
        #: Of each parameter its name, what it is when nothing is given, and what converts it.
        self._parameters: list[tuple[str, Any, Convert]] = [
            (name, value.effective_value, _writing(value.type, dialect))
            for name, value in _in_order(compiled)
        ]
        columns = list(query.selected_columns)
        self._row: Callable[..., Any] = _row_of([str(column.key) for column in columns])
        converted = (
            column.type.dialect_impl(dialect).result_processor(dialect, None) for column in columns
        )
        self._converts: list[tuple[int, Convert]] = [
            (place, convert) for place, convert in enumerate(converted) if convert is not None
        ]

    def rows(self, **values: object) -> list[Any]:
        """Gives what it finds, the columns by their names. Raises DriverFailed."""
        given: Any = [
            convert(values.get(name, default)) for name, default, convert in self._parameters
        ]
        if self._by_name:
            names = (name for name, _, _ in self._parameters)
            given = dict(zip(names, given, strict=True))
        connection: PoolProxiedConnection | None = None
        try:
            connection = self._taken()
            cursor = connection.cursor()
            cursor.execute(self._text, given)
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
        return [self._made(row) for row in found]

    def close(self) -> None:
        """Closes the connections that are not in use."""
        with suppress(IndexError):
            while True:
                self._kept.pop().close()

    def _taken(self) -> PoolProxiedConnection:
        """Gives a connection that nobody else has: to get one of the pool takes as long as to ask.

        Raises what the driver does: no event of SQLAlchemy's translates that here.
        """
        with suppress(IndexError):
            return self._kept.pop()
        connection = self._engine.raw_connection()
        connection.detach()
        assert connection.dbapi_connection  # noqa: S101 - it was opened just now
        self._engine.dialect.set_isolation_level(connection.dbapi_connection, "AUTOCOMMIT")
        return connection

    def _give_back(self, connection: PoolProxiedConnection) -> None:
        if len(self._kept) < KEPT_CONNECTIONS:
            self._kept.append(connection)
        else:
            connection.close()

    def _made(self, row: tuple[Any, ...]) -> Any:
        values = list(row)
        for place, convert in self._converts:
            values[place] = convert(values[place])
        return self._row(*values)


def _in_order(compiled: SQLCompiler) -> Iterator[tuple[str, BindParameter[Any]]]:
    """Gives the parameters of a query as the driver counts them."""
    for name in compiled.positiontup or compiled.binds:
        yield name, compiled.binds[name]


def _writing(kind: TypeEngine[Any], dialect: Dialect) -> Convert:
    return kind.dialect_impl(dialect).bind_processor(dialect) or _same


def _same(value: Any) -> Any:
    return value
