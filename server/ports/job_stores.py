"""What is kept of jobs: their orders, and the chunks of their work."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from server.domain.job import Chunk, ChunkKind, Job, JobOrder, JobStatus
from server.domain.tenant import Tenant
from server.ports.paging import Page


class JobStore(Protocol):
    """Keeps jobs and their orders."""

    def add(self, job: Job) -> None:
        """Records a new job; its orders are added apart."""
        ...

    def add_orders(self, job_id: str, first: int, order_ids: Sequence[str]) -> None:
        """Adds PENDING orders at positions first, first + 1, … and counts them in the job."""
        ...

    def get(self, tenant: Tenant, job_id: str) -> Job | None:
        """Finds a tenant's job."""
        ...

    def orders(self, job_id: str, first: int, limit: int) -> tuple[JobOrder, ...]:
        """Lists a job's orders by position, beginning with position first."""
        ...

    def page(
        self, tenant: Tenant, status: JobStatus | None, cursor: str | None, limit: int
    ) -> Page[Job]:
        """Lists a tenant's jobs, the newest first."""
        ...

    def record(self, job_id: str, outcomes: Sequence[JobOrder]) -> None:
        """Writes final outcomes of orders that are PENDING and counts them in the job.

        An order that is not PENDING any more keeps its first outcome and is not counted again.
        """
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

    def claim(self, holder: str, now: datetime, window: int) -> Chunk | None:
        """Gives one free chunk, whose not_before has come, to a holder; counts the attempt.

        Jobs take turns: the job with the fewest held chunks first, then the oldest. No job has
        more than window chunks held. Safe against others claiming at the same time.
        """
        ...

    def holds(self, chunk: Chunk) -> bool:
        """Tells, inside the transaction that relies on it, whether the holder still has it."""
        ...

    def finish(self, chunk: Chunk) -> None:
        """Closes a held chunk for ever."""
        ...

    def release(self, chunk: Chunk, not_before: datetime, *, counted: bool) -> None:
        """Frees a held chunk for anyone to claim from not_before on.

        Unless counted, the attempt is taken back: it was not the chunk's fault.
        """
        ...

    def release_all(self) -> int:
        """Frees every held chunk at once and tells how many.

        Only for an engine that is alone with the database, at its start.
        """
        ...
