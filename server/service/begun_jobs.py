"""Jobs that are written but not committed: what is left is to wait for the disk."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from threading import Lock

from server.domain.job import Job
from server.ports import UnitOfWork


class BegunJobs:
    """Jobs in an open transaction. Commit or abandon it soon: nobody else can write meanwhile."""

    def __init__(
        self,
        transaction: ExitStack,
        unit: UnitOfWork,
        made: list[Job | Exception],
        wake: Callable[[], None],
    ) -> None:
        """Takes the transaction with what was opened for it, and what came of each request."""
        self._transaction = transaction
        self._unit = unit
        self._made = made
        self._wake = wake
        #: Held by whoever ends it: one may abandon what another is about to commit.
        self._ending = Lock()

    def commit(self) -> list[Job | Exception]:
        """Waits until all is on disk; gives what came of each request."""
        if not self._ending.acquire(blocking=False):
            raise RuntimeError("the transaction was abandoned")
        begins = any(isinstance(each, Job) for each in self._made)
        try:
            with self._transaction:
                if begins:
                    self._unit.commit()
        except Exception as error:  # noqa: BLE001 - whoever asked shall see it
            return [error] * len(self._made)
        if begins:
            self._wake()
        return self._made

    def abandon(self) -> None:
        """Undoes it all, unless it is being committed."""
        if self._ending.acquire(blocking=False):
            self._transaction.close()
