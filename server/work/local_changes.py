"""News of jobs within one process: whoever works on them is here, and so is whoever watches."""

from __future__ import annotations

from collections.abc import Callable


class LocalChanges:
    """Hands news on to all who follow, in the thread that brought it."""

    def __init__(self) -> None:
        self._followers: tuple[Callable[[str], None], ...] = ()

    def changed(self, job_id: str) -> None:
        """Tells that a job may have changed."""
        for tell in self._followers:
            tell(job_id)

    def follow(self, tell: Callable[[str], None]) -> None:
        """Calls tell with a job's id whenever one has changed, from any thread."""
        self._followers = (*self._followers, tell)
