"""News of jobs, from those who change them to those who watch them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol


class Changes(Protocol):
    """Tells whoever follows that a job has changed, wherever it was changed.

    News may come late, twice, or be lost with a process that ends: those who follow read the job
    to see what is new, and now and then without any news.
    """

    def changed(self, job_id: str) -> None:
        """Tells that a job may have changed. Call it after the commit; it returns at once."""
        ...

    def follow(self, tell: Callable[[str], None]) -> None:
        """Calls tell with a job's id whenever one has changed, from any thread.

        tell must return at once, for it is those who do the work that wait for it.
        """
        ...
