"""What is written when jobs begin."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from server.domain.job import Job


@dataclass(frozen=True, slots=True)
class JobStart:
    """A new job and what it begins with."""

    #: Its order_count is the number of order_ids.
    job: Job
    #: Its orders, PENDING; none: its first chunk is to find them.
    order_ids: Sequence[str]


class JobStartStore(Protocol):
    """Keeps new jobs, so many of them at once as there are."""

    def add(self, starts: Sequence[JobStart], chunk_size: int) -> None:
        """Records jobs with their orders and their first chunks, see `orders_of_chunk`."""
        ...
