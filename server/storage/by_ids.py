"""Queries for the rows of many ids at a time, made ready in a few sizes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, bindparam

from server.storage.paging import BATCH_SIZE, in_batches
from server.storage.prepared import Prepared

#: How many ids a query asks for: most often for the one of a small job, or for those of a chunk.
_SIZES = (1, 10, 100, BATCH_SIZE)


class ByIds:
    """A query that is asked for the rows whose column is one of some ids."""

    def __init__(self, query: Select[*tuple[Any, ...]], column: ColumnElement[str]) -> None:
        """Takes a query with its other conditions; their parameters are not named id_N."""
        self._queries = {
            size: Prepared(
                query.where(column.in_([bindparam(f"id_{place}") for place in range(size)]))
            )
            for size in _SIZES
        }

    def rows(self, connection: Connection, ids: Sequence[str], **values: object) -> Iterator[Any]:
        """Gives what it finds, each row once, the columns by their names."""
        for batch in in_batches(ids):
            size = next(size for size in _SIZES if size >= len(batch))
            # The places that are left name the last id once more.
            named = {f"id_{place}": batch[min(place, len(batch) - 1)] for place in range(size)}
            yield from self._queries[size].rows(connection, {**values, **named})
