"""Notices what takes too long, by one timer for all.

Every call waits for its message and for its answer to be taken: to set and cancel a timer for each
of these takes longer than what most calls ask for.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)


class Overdue(Generic[K]):
    """Knows what has begun, and tells of each that did not end in time. Belongs to an event loop.

    All get the same time, so what began first is the first to be late: only that is looked at.
    """

    def __init__(self, seconds: float, tell: Callable[[K], object]) -> None:
        """Takes the seconds that each may take, and what is told of it then."""
        self._seconds = seconds
        self._tell = tell
        #: When each is late, in the event loop's time. A dictionary keeps its order.
        self._late_at: dict[K, float] = {}
        self._loop: asyncio.AbstractEventLoop | None = None
        self._is_set = False

    def begin(self, what: K) -> None:
        """Gives something its time."""
        loop = self._loop
        if loop is None:
            loop = self._loop = asyncio.get_running_loop()
        late_at = self._late_at[what] = loop.time() + self._seconds
        if not self._is_set:
            self._is_set = True
            loop.call_at(late_at, self._look, loop)

    def end(self, what: K) -> None:
        """Notes that it has ended, whether it was told of or not."""
        self._late_at.pop(what, None)

    def _look(self, loop: asyncio.AbstractEventLoop) -> None:
        now = loop.time()
        late = []
        for what, late_at in self._late_at.items():
            if late_at > now:
                loop.call_at(late_at, self._look, loop)
                break
            late.append(what)
        else:
            self._is_set = False
        for what in late:
            del self._late_at[what]
            self._tell(what)
