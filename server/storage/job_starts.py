"""New jobs with all that they begin with: a statement for each table, however many jobs there are.

They are created many at a time, and while that lasts nobody else can write to an SQLite file.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any

from sqlalchemy import Connection

from server.domain.job import ChunkKind, orders_of_chunk
from server.ports import JobStart, OfferChunks
from server.storage.chunk_statements import NEW_CHUNK
from server.storage.chunks import chunk_rows
from server.storage.job_statements import NEW_JOB_KEY, PENDING_ORDER
from server.storage.jobs import job_row
from server.storage.paging import INSERTED_AT_ONCE


class SqlJobStartStore:
    """Keeps new jobs."""

    def __init__(self, connection: Connection, offer: OfferChunks | None = None) -> None:
        """Takes what is told of chunks that can be claimed."""
        self._connection = connection
        self._offer = offer

    def add(self, starts: Sequence[JobStart], chunk_size: int) -> None:
        """Records jobs with their orders and their first chunks, see `orders_of_chunk`."""
        if not starts:
            return
        keyed = [(self._key_of_new(start), start) for start in starts]
        orders = _orders(keyed)
        # A million made ready at once would keep the server waiting until it ends the transaction.
        while rows := list(islice(orders, INSERTED_AT_ONCE)):
            PENDING_ORDER.run_each(self._connection, rows)
        cut = [_chunks(key, start, chunk_size) for key, start in keyed]
        NEW_CHUNK.run_each(self._connection, [row for rows in cut for row in rows])
        if self._offer:
            for rows in cut:
                self._offer(self._connection.connection.driver_connection, len(rows))

    def _key_of_new(self, start: JobStart) -> int:
        (new,) = NEW_JOB_KEY.rows(self._connection, job_row(start.job))
        key: int = new.key
        return key


def _orders(keyed: Sequence[tuple[int, JobStart]]) -> Iterator[dict[str, Any]]:
    for key, start in keyed:
        for position, order_id in enumerate(start.order_ids):
            yield {"job_key": key, "position": position, "order_id": order_id}


def _chunks(key: int, start: JobStart, size: int) -> list[dict[str, Any]]:
    kind = ChunkKind.ORDERS if start.order_ids else ChunkKind.PLAN
    count = len(start.order_ids)
    return chunk_rows(key, kind, 0, count, orders_of_chunk(count, size))
