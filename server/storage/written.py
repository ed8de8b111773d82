"""A statement in the words of one kind of database, with what its values need on both ways."""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any, TypeAlias

from sqlalchemy import BindParameter, Delete, Dialect, Insert, Select, Update
from sqlalchemy.sql.compiler import SQLCompiler

#: What can be written out.
Statement: TypeAlias = Select[*tuple[Any, ...]] | Insert | Update | Delete
#: Turns a value of ours into the driver's, or back.
Convert = Callable[[Any], Any]


class Written:
    """A statement written out: its text, and how values get into it and out of its rows."""

    def __init__(
        self, statement: Statement, dialect: Dialect, left_out: Collection[str] = ()
    ) -> None:
        """Takes a statement that gives columns of different names, or none.

        left_out are the columns that an insert leaves to the database.
        """
        keys = None
        if isinstance(statement, Insert):
            columns = statement.table.columns
            keys = [column.key for column in columns if column.key not in left_out]
        compiled: Any = statement.compile(dialect=dialect, column_keys=keys)
        self.text = str(compiled)
        self._by_name = not compiled.positional
        #: Of each parameter its name, what it is when nothing is given, and what converts it.
        self._parameters: list[tuple[str, Any, Convert | None]] = [
            (name, value.effective_value, value.type.dialect_impl(dialect).bind_processor(dialect))
            for name, value in _in_order(compiled)
        ]
        given = list(statement.exported_columns)
        self._row: Callable[..., Any] = _row_of([str(column.key) for column in given])
        converted = (
            column.type.dialect_impl(dialect).result_processor(dialect, None) for column in given
        )
        self._converts: list[tuple[int, Convert]] = [
            (place, convert) for place, convert in enumerate(converted) if convert is not None
        ]

    def given(self, values: Mapping[str, object]) -> Any:
        """Gives the parameters as the driver takes them."""
        given = [
            convert(values.get(name, default)) if convert else values.get(name, default)
            for name, default, convert in self._parameters
        ]
        if self._by_name:
            names = (name for name, _, _ in self._parameters)
            return dict(zip(names, given, strict=True))
        return tuple(given)

    def row(self, found: tuple[Any, ...]) -> Any:
        """Gives a row of the driver's with its columns by their names."""
        values = list(found)
        for place, convert in self._converts:
            values[place] = convert(values[place])
        return self._row(*values)


def _row_of(names: list[str]) -> Callable[..., Any]:
    """Makes the type of rows whose columns have these names."""
    return namedtuple("WrittenRow", names)  # noqa: PYI024 - only a statement knows its columns


def _in_order(compiled: SQLCompiler) -> Iterator[tuple[str, BindParameter[Any]]]:
    """Gives the parameters of a statement as the driver counts them."""
    for name in compiled.positiontup or compiled.binds:
        yield name, compiled.binds[name]
