"""Statements about the rows of many ids at a time, made ready.

PostgreSQL takes the ids as one array. To SQLite they are given one by one, in a few sizes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import ARRAY, ColumnElement, Connection, Select, Update, any_, bindparam

from server.storage.paging import BATCH_SIZE, in_batches
from server.storage.prepared import Prepared

#: How many ids a statement for SQLite names: most often the one of a small job, or those of a
#: chunk.
_SIZES = (1, 10, 100, BATCH_SIZE)


class ByIds:
    """A statement about the rows whose column is one of some ids."""

    def __init__(
        self, statement: Select[*tuple[Any, ...]] | Update, column: ColumnElement[str]
    ) -> None:
        """Takes a statement with its other conditions; their parameters are not named id_N."""
        self._sized = {
            size: Prepared(
                statement.where(column.in_([bindparam(f"id_{place}") for place in range(size)]))
            )
            for size in _SIZES
        }
        ids = bindparam("ids", type_=ARRAY(column.type))
        self._whole = Prepared(statement.where(column == any_(ids)))

    def rows(self, connection: Connection, ids: Sequence[str], **values: object) -> Iterator[Any]:
        """Gives what it finds, each row once, the columns by their names."""
        for prepared, named in self._given(connection, ids):
            yield from prepared.rows(connection, {**values, **named})

    def run(self, connection: Connection, ids: Sequence[str], **values: object) -> None:
        """Runs it for its effect."""
        for prepared, named in self._given(connection, ids):
            prepared.run(connection, {**values, **named})

    def _given(
        self, connection: Connection, ids: Sequence[str]
    ) -> Iterator[tuple[Prepared, dict[str, object]]]:
        """Gives what to run for all ids, and how it names them."""
        if connection.dialect.name == "postgresql":
            if ids:
                yield self._whole, {"ids": list(ids)}
            return
        for batch in in_batches(ids):
            size = next(size for size in _SIZES if size >= len(batch))
            # The places that are left name the last id once more.
            yield (
                self._sized[size],
                {f"id_{place}": batch[min(place, len(batch) - 1)] for place in range(size)},
            )
