"""Chunks: the pieces of work of a job, and who holds them.

A chunk is free, held (it has a holder) or done. Free and held ones are few; they alone are in the
indexes that `claim` uses.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, select, update

from server.domain.errors import Conflict
from server.domain.job import Chunk, ChunkKind
from server.domain.tenant import Tenant
from server.ports import OfferChunks
from server.storage.chunk_statements import (
    ANY_FREE,
    CLAIM,
    FINISH,
    HELD_CHUNK,
    IS_HELD,
    LAST,
    NEW_CHUNK,
    held_by,
)
from server.storage.claiming import count_claimable, next_job
from server.storage.job_keys import job_key, lock_job
from server.storage.job_origin import origin_of
from server.storage.locks import lock_claims
from server.storage.tables import FREE, HELD, chunks

#: When a chunk that nobody ever held may be claimed: always.
_ALWAYS = datetime(1970, 1, 1, tzinfo=UTC)
#: The same for one whose attempts do not tell that its orders may have numbers: somebody held them.
_ALWAYS_AGAIN = _ALWAYS + timedelta(seconds=1)


class SqlChunkStore:
    """Keeps the pieces of work and who holds them."""

    def __init__(self, connection: Connection, offer: OfferChunks | None = None) -> None:
        """Takes what is told of chunks that can be claimed, in the transaction that frees them."""
        self._connection = connection
        self._offer = offer

    def add(
        self, job_id: str, tenant: Tenant, kind: ChunkKind, first: int, end: int, size: int
    ) -> None:
        """Adds chunks of at most size orders for positions first to end (exclusive).

        A PLAN chunk has first == end == 0 and is one chunk. Indexes go on after the job's last.
        """
        del tenant  # the job's row has it
        self._add(job_id, kind, first, end, size, _ALWAYS)

    def split(self, chunk: Chunk) -> None:
        """Closes a held chunk and adds one for each of its orders, which may have numbers."""
        self.finish(chunk)
        self._add(chunk.job_id, chunk.kind, chunk.first, chunk.end, 1, _ALWAYS_AGAIN)

    def claim(
        self, holder: str, now: datetime, window: int, *, starts: bool = False
    ) -> Chunk | None:
        """Gives one free chunk, whose not_before has come, to a holder; counts the attempt.

        The tenant with the fewest held chunks comes first, of its jobs the one with the fewest. Of
        those as good, jobs without any outcome come first, the oldest before the others; the rest
        draw lots, so that each gets on however many there are. No job has more than window chunks
        held. With starts, only jobs count that have no outcome and no held chunk. A not_before that
        is further away than any pause (a clock was set back) has come. Safe against others claiming
        at the same time.
        """
        if starts and next_job(self._connection, now, window, starts=True) is None:
            return None  # most often so: nobody needs to wait for the lock
        # One claims at a time: two who counted together would take a chunk too many.
        lock_claims(self._connection)
        job = next_job(self._connection, now, window, starts=starts)
        if job is None:
            return None
        claimed = CLAIM.rows(
            self._connection, {"of_key": job.key, "of_index": job.free, "to_holder": holder}
        )
        if not claimed:
            return None
        index, kind, first, end, attempts = claimed[0]
        return Chunk(
            job_id=job.job_id,
            tenant=Tenant(job.tenant),
            index=index,
            kind=ChunkKind(kind),
            first=first,
            end=end,
            holder=holder,
            attempts=attempts,
            origin=origin_of(job),
        )

    def holds(self, chunk: Chunk) -> bool:
        """Tells, inside the transaction that relies on it, whether the holder still has it."""
        return bool(HELD_CHUNK.rows(self._connection, held_by(chunk)))

    def finish(self, chunk: Chunk) -> None:
        """Closes a held chunk for ever."""
        _expect_one(FINISH.run(self._connection, held_by(chunk)), chunk)

    def drop_untouched(self, job_id: str) -> list[tuple[int, int]]:
        """Closes a job's chunks that nobody ever held and gives the positions first to end.

        One that somebody is about to claim at this moment stays open.
        """
        key = job_key(self._connection, job_id)
        untouched = (
            select(chunks.c.index)
            .where(
                chunks.c.job_key == key,
                FREE,
                # An attempt that was taken back has left another time behind.
                chunks.c.attempts == 0,
                chunks.c.not_before == _ALWAYS,
            )
            # To wait for a chunk with the job locked is to wait for one who may wait for the job.
            .with_for_update(skip_locked=True, key_share=True)
        )
        dropped = self._connection.execute(
            update(chunks)
            .where(chunks.c.job_key == key, chunks.c.index.in_(untouched))
            .values(done=True)
            .returning(chunks.c.first, chunks.c.end)
        )
        return _joined(sorted((row.first, row.end) for row in dropped))

    def release(self, chunk: Chunk, not_before: datetime, *, counted: bool) -> None:
        """Frees a held chunk for anyone to claim from not_before on.

        Unless counted, the attempt is taken back: it was not the chunk's fault.
        """
        attempts = chunks.c.attempts if counted else chunks.c.attempts - 1
        freed = self._connection.execute(
            update(chunks)
            .where(IS_HELD)
            .values(holder=None, not_before=not_before, attempts=attempts),
            held_by(chunk),
        )
        _expect_one(freed.rowcount, chunk)
        self._tell(1, not_before)

    def holders(self) -> tuple[str, ...]:
        """Lists who holds a chunk."""
        return tuple(self._connection.scalars(select(chunks.c.holder).where(HELD)))

    def take_back(self, holders: Collection[str], *, counted: bool) -> int:
        """Frees what holders hold that will not go on with it, and tells how much that was.

        What a transaction has locked is left to a later time: its end may take long. Unless
        counted, the attempts are taken back: they were not the chunks' fault.
        """
        values: dict[str, Any] = {"holder": None}
        if not counted:
            values |= {"attempts": chunks.c.attempts - 1, "not_before": _ALWAYS_AGAIN}
        unlocked = self._connection.scalars(
            select(chunks.c.holder)
            .where(HELD, chunks.c.holder.in_(holders))
            .with_for_update(skip_locked=True, key_share=True)
        ).all()
        freed = self._connection.execute(
            update(chunks).where(HELD, chunks.c.holder.in_(unlocked)).values(values)
        ).rowcount
        self._tell(freed)
        return freed

    def any_free(self) -> bool:
        """Tells whether any chunk waits for a holder, be it that it may not be claimed yet."""
        return bool(ANY_FREE.rows(self._connection, {}))

    def claimable(self, now: datetime, window: int) -> int:
        """Counts the chunks that could be claimed now, one after the other."""
        return count_claimable(self._connection, now, window)

    def release_all(self) -> int:
        """Frees every held chunk at once and tells how many.

        Only for an engine that is alone with the database, at its start.
        """
        return self._connection.execute(update(chunks).where(HELD).values(holder=None)).rowcount

    def _add(
        self, job_id: str, kind: ChunkKind, first: int, end: int, size: int, not_before: datetime
    ) -> None:
        key = lock_job(self._connection, job_id).key
        (found,) = LAST.rows(self._connection, {"job_key": key})
        index = 0 if found.last is None else found.last + 1
        rows = chunk_rows(key, kind, first, end, size, index=index)
        if rows:
            NEW_CHUNK.run_each(self._connection, [row | {"not_before": not_before} for row in rows])
            self._tell(len(rows))

    def _tell(self, count: int, not_before: datetime | None = None) -> None:
        if self._offer and count:
            self._offer(self._connection.connection.driver_connection, count, not_before)


def chunk_rows(
    key: int, kind: ChunkKind, first: int, end: int, size: int, *, index: int = 0
) -> list[dict[str, Any]]:
    """Makes the rows of a job's new chunks, see `SqlChunkStore.add`, counted from an index on."""
    starts = [first] if kind == ChunkKind.PLAN else range(first, end, size)
    return [
        {
            "job_key": key,
            "index": at,
            "kind": kind.value,
            "first": start,
            "end": min(start + size, end),
            "not_before": _ALWAYS,
            "attempts": 0,
            "done": False,
        }
        for at, start in enumerate(starts, index)
    ]


def _joined(ranges: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Joins ranges that follow each other; leaves out those with nothing in them."""
    joined: list[tuple[int, int]] = []
    for first, end in ranges:
        if joined and joined[-1][1] == first:
            joined[-1] = (joined[-1][0], end)
        elif first < end:
            joined.append((first, end))
    return joined


def _expect_one(rows: int, chunk: Chunk) -> None:
    if rows != 1:
        raise Conflict(
            f"Chunk {chunk.index} of job {chunk.job_id!r} is not held by {chunk.holder!r} any "
            "more: it was finished, or given to another worker.",
            reason="CHUNK_LOST",
        )
