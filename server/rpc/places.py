"""Bounds what is open at the same time: of all together, or of each address or tenant alone."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import NoReturn

from server.domain.errors import LimitExceeded
from server.handlers import Context
from server.rpc.answering import when_ended
from server.rpc.status import status_of


class Places:
    """Counts the open calls of each key. Belongs to the event loop."""

    def __init__(self, most: int, problem: str, reason: str) -> None:
        """Takes how many calls a key may have open, and what the next one is told."""
        self._most = most
        self._problem = problem
        self._reason = reason
        #: Only keys that have calls stand here, so there are never more of them than calls.
        self._taken: dict[str, int] = {}

    def take(self, key: str = "") -> bool:
        """Takes a place until the call ends; tells whether there was one."""
        taken = self._taken.get(key, 0)
        if taken >= self._most:
            return False
        self._taken[key] = taken + 1
        when_ended(partial(self._leave, key))
        return True

    async def refuse(self, context: Context) -> NoReturn:
        """Ends a call that found no place, for now."""
        await refuse(context, 1.0, self._problem, self._reason)

    @contextmanager
    def kept(self, key: str) -> Iterator[None]:
        """Takes a place while the block lasts, whether there is one or not; none without a key."""
        if not key:
            yield
            return
        self._take(key)
        try:
            yield
        finally:
            self._leave(key)

    def _take(self, key: str) -> None:
        self._taken[key] = self._taken.get(key, 0) + 1

    def _leave(self, key: str) -> None:
        self._taken[key] -= 1
        if not self._taken[key]:
            del self._taken[key]


async def refuse(context: Context, wait: float, problem: str, reason: str) -> NoReturn:
    """Ends a call for now, and tells after how many seconds to come again."""
    error = LimitExceeded(f"{problem} Try again in a moment.", reason=reason, retry_after=wait)
    await context.abort_with_status(status_of(error, ""))
