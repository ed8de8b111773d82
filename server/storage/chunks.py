"""Chunks: the pieces of work of a job, and who holds them.

A chunk is free, held (it has a holder) or done. Free and held ones are few; they alone are in the
indexes that `claim` uses.
"""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import ColumnElement, Connection, and_, func, insert, select, update

from server.domain.errors import Conflict
from server.domain.job import Chunk, ChunkKind
from server.domain.tenant import Tenant
from server.storage.jobs import job_key
from server.storage.locks import lock_name
from server.storage.tables import FREE, HELD, UNFINISHED, chunks, jobs

#: When a chunk that nobody has released yet may be claimed: always.
_ALWAYS = datetime(1970, 1, 1, tzinfo=UTC)


class SqlChunkStore:
    """Keeps the pieces of work and who holds them."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(
        self, job_id: str, tenant: Tenant, kind: ChunkKind, first: int, end: int, size: int
    ) -> None:
        """Adds chunks of at most size orders for positions first to end (exclusive).

        A PLAN chunk has first == end == 0 and is one chunk. Indexes go on after the job's last.
        """
        del tenant  # the job's row has it
        key = job_key(self._connection, job_id, lock=True)
        last = self._connection.scalar(
            select(func.max(chunks.c.index)).where(chunks.c.job_key == key)
        )
        starts = [first] if kind == ChunkKind.PLAN else range(first, end, size)
        rows = [
            {
                "job_key": key,
                "index": index,
                "kind": kind.value,
                "first": start,
                "end": min(start + size, end),
                "not_before": _ALWAYS,
                "attempts": 0,
                "done": False,
            }
            for index, start in enumerate(starts, 0 if last is None else last + 1)
        ]
        if rows:
            self._connection.execute(insert(chunks), rows)

    def claim(self, holder: str, now: datetime, window: int) -> Chunk | None:
        """Gives one free chunk, whose not_before has come, to a holder; counts the attempt.

        Jobs take turns: the job with the fewest held chunks first, then the oldest. No job has
        more than window chunks held. Safe against others claiming at the same time.
        """
        # One claims at a time: two who counted together would take a chunk too many.
        lock_name(self._connection, "claim")
        of_job = chunks.c.job_key == jobs.c.key
        held = select(func.count()).where(of_job, HELD).correlate(jobs).scalar_subquery()
        # One look into the index for each job; asked whether one EXISTS, PostgreSQL would rather
        # go through all that are free.
        free = (
            select(chunks.c.index)
            .where(of_job, FREE, chunks.c.not_before <= now)
            .order_by(chunks.c.not_before, chunks.c.index)
            .limit(1)
            .correlate(jobs)
            .scalar_subquery()
        )
        job = self._connection.execute(
            select(jobs.c.key, jobs.c.job_id, jobs.c.tenant, free.label("free"))
            .where(UNFINISHED, free.is_not(None), held < window)
            .order_by(held, jobs.c.key)
            .limit(1)
        ).one_or_none()
        if job is None:
            return None
        row = self._connection.execute(
            update(chunks)
            .where(chunks.c.job_key == job.key, chunks.c.index == job.free, FREE)
            .values(holder=holder, attempts=chunks.c.attempts + 1)
            .returning(
                chunks.c.index, chunks.c.kind, chunks.c.first, chunks.c.end, chunks.c.attempts
            )
        ).one_or_none()
        if row is None:
            return None
        index, kind, first, end, attempts = row
        return Chunk(
            job_id=job.job_id,
            tenant=Tenant(job.tenant),
            index=index,
            kind=ChunkKind(kind),
            first=first,
            end=end,
            holder=holder,
            attempts=attempts,
        )

    def holds(self, chunk: Chunk) -> bool:
        """Tells, inside the transaction that relies on it, whether the holder still has it."""
        found = self._connection.scalar(
            select(chunks.c.index).where(_is_held(chunk)).with_for_update(key_share=True)
        )
        return found is not None

    def finish(self, chunk: Chunk) -> None:
        """Closes a held chunk for ever."""
        done = self._connection.execute(update(chunks).where(_is_held(chunk)).values(done=True))
        _expect_one(done.rowcount, chunk)

    def release(self, chunk: Chunk, not_before: datetime, *, counted: bool) -> None:
        """Frees a held chunk for anyone to claim from not_before on.

        Unless counted, the attempt is taken back: it was not the chunk's fault.
        """
        attempts = chunks.c.attempts if counted else chunks.c.attempts - 1
        freed = self._connection.execute(
            update(chunks)
            .where(_is_held(chunk))
            .values(holder=None, not_before=not_before, attempts=attempts)
        )
        _expect_one(freed.rowcount, chunk)

    def release_all(self) -> int:
        """Frees every held chunk at once and tells how many.

        Only for an engine that is alone with the database, at its start.
        """
        return self._connection.execute(update(chunks).where(HELD).values(holder=None)).rowcount


def _is_held(chunk: Chunk) -> ColumnElement[bool]:
    """Makes the condition that a chunk is held by the very holder it was given to."""
    return and_(
        chunks.c.job_key
        == select(jobs.c.key).where(jobs.c.job_id == chunk.job_id).scalar_subquery(),
        chunks.c.index == chunk.index,
        chunks.c.holder == chunk.holder,
        ~chunks.c.done,
    )


def _expect_one(rows: int, chunk: Chunk) -> None:
    if rows != 1:
        raise Conflict(
            f"Chunk {chunk.index} of job {chunk.job_id!r} is not held by {chunk.holder!r} any "
            "more: it was finished, or given to another worker.",
            reason="CHUNK_LOST",
        )
