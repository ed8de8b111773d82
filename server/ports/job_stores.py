"""What is kept of jobs: their orders, and the chunks of their work."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from server.domain.job import Chunk, ChunkKind, Job, JobFilter, JobOrder
from server.domain.tenant import Tenant
from server.ports.paging import Page


@dataclass(frozen=True, slots=True)
class JobLoad:
    """A tenant's unfinished work."""

    #: Jobs that are not DONE.
    jobs: int
    #: Their PENDING orders.
    orders: int

    def __add__(self, more: JobLoad) -> JobLoad:
        """Gives both together."""
        return JobLoad(self.jobs + more.jobs, self.orders + more.orders)


@dataclass(frozen=True, slots=True)
class Backlog:
    """All tenants' unfinished work, for those who watch the service."""

    #: Jobs that are not DONE.
    jobs: int
    #: Their PENDING orders.
    orders: int
    #: When the oldest of them was created, UTC; None where there is none.
    oldest: datetime | None
    #: Chunks that wait for a worker.
    free_chunks: int
    #: Chunks in work.
    held_chunks: int


class JobStore(Protocol):
    """Keeps jobs and their orders."""

    def add(self, job: Job) -> None:
        """Records a new job; its orders are added apart."""
        ...

    def add_orders(self, job_id: str, first: int, order_ids: Sequence[str]) -> None:
        """Adds PENDING orders at positions first, first + 1, … and counts them in the job."""
        ...

    def load(self, tenant: Tenant) -> JobLoad:
        """Counts a tenant's unfinished work; cost grows with its unfinished jobs only.

        A transaction that writes keeps others that ask from adding to it until it ends.
        """
        ...

    def backlog(self) -> Backlog:
        """Counts all tenants' unfinished work; cost grows with that only."""
        ...

    def get(self, tenant: Tenant, job_id: str) -> Job | None:
        """Finds a tenant's job."""
        ...

    def to_change(self, tenant: Tenant, job_id: str) -> Job | None:
        """Finds a tenant's job. Keeps others from changing it until the transaction ends."""
        ...

    def orders(self, job_id: str, first: int, limit: int) -> tuple[JobOrder, ...]:
        """Lists a job's orders by position, beginning with position first."""
        ...

    def outcomes(self, job_id: str, after: int, limit: int) -> tuple[JobOrder, ...]:
        """Lists orders in the order their outcomes were recorded, but for the first after ones."""
        ...

    def failed(self, job_id: str) -> tuple[str, ...]:
        """Lists the ids of the orders that are FAILURE, by position."""
        ...

    def page(self, tenant: Tenant, chosen: JobFilter, cursor: str | None, limit: int) -> Page[Job]:
        """Lists a tenant's jobs, the newest first."""
        ...

    def record(self, job_id: str, outcomes: Sequence[JobOrder]) -> None:
        """Writes final outcomes of orders that are PENDING and counts them in the job.

        An order that is not PENDING any more keeps its first outcome and is not counted again.
        """
        ...

    def record_range(self, job_id: str, first: int, end: int, outcome: JobOrder) -> None:
        """Writes one outcome, of whatever order, for all PENDING ones at first to end (exclusive).

        Counts them as record does.
        """
        ...

    def record_invoiced(self, job_id: str, first: int, end: int, outcome: JobOrder) -> None:
        """Writes an outcome as record_range does, but only for orders that have a live invoice.

        Each gets the number of its invoice and the hash of its PDF; where that is not made yet,
        the order stays PENDING.
        """
        ...

    def cancel(self, job_id: str, now: datetime) -> None:
        """Notes when the job was cancelled, unless it was before."""
        ...

    def close_if_complete(self, job_id: str, now: datetime) -> bool:
        """Sets done_at when no order is PENDING and no chunk of the job is open.

        Tells whether the job is done.
        """
        ...


class ChunkStore(Protocol):
    """Keeps the pieces of work and who holds them."""

    def add(
        self, job_id: str, tenant: Tenant, kind: ChunkKind, first: int, end: int, size: int
    ) -> None:
        """Adds chunks of at most size orders for positions first to end (exclusive).

        A PLAN chunk has first == end == 0 and is one chunk. Indexes go on after the job's last.
        """
        ...

    def split(self, chunk: Chunk) -> None:
        """Closes a held chunk and adds one for each of its orders, which may have numbers."""
        ...

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
        ...

    def holds(self, chunk: Chunk) -> bool:
        """Tells, inside the transaction that relies on it, whether the holder still has it."""
        ...

    def finish(self, chunk: Chunk) -> None:
        """Closes a held chunk for ever."""
        ...

    def drop_untouched(self, job_id: str) -> list[tuple[int, int]]:
        """Closes a job's chunks that nobody ever held and gives the positions first to end.

        One that somebody is about to claim at this moment stays open.
        """
        ...

    def release(self, chunk: Chunk, not_before: datetime, *, counted: bool) -> None:
        """Frees a held chunk for anyone to claim from not_before on.

        Unless counted, the attempt is taken back: it was not the chunk's fault.
        """
        ...

    def holders(self) -> tuple[str, ...]:
        """Lists who holds a chunk."""
        ...

    def take_back(self, holders: Collection[str], *, counted: bool) -> int:
        """Frees what holders hold that will not go on with it, and tells how much that was.

        What another transaction has locked is left: ask again. Unless counted, the attempts are
        taken back: they were not the chunks' fault.
        """
        ...

    def any_free(self) -> bool:
        """Tells whether any chunk waits for a holder, be it that it may not be claimed yet."""
        ...

    def claimable(self, now: datetime, window: int) -> int:
        """Counts the chunks that could be claimed now, one after the other."""
        ...

    def release_all(self) -> int:
        """Frees every held chunk at once and tells how many.

        Only for an engine that is alone with the database, at its start.
        """
        ...
