"""Remembers what was done a moment ago, so that it need not be done at every repetition."""

from __future__ import annotations

import threading
from collections import OrderedDict
from datetime import datetime, timedelta

#: How much is remembered at most; what is forgotten is only done once more.
REMEMBERED = 10_000


class Recent:
    """Knows what was done within a span of time. Used from many threads."""

    def __init__(self, span: timedelta) -> None:
        self._span = span
        #: When each was done, the longest ago first.
        self._done: OrderedDict[tuple[str, ...], datetime] = OrderedDict()
        self._lock = threading.Lock()

    def has(self, what: tuple[str, ...], now: datetime) -> bool:
        """Tells whether something was done within the span."""
        with self._lock:
            done = self._done.get(what)
        # A clock that was set back must not keep it from being done for long.
        return done is not None and abs(now - done) < self._span

    def add(self, what: tuple[str, ...], now: datetime) -> None:
        """Notes that it is done now."""
        with self._lock:
            self._done.pop(what, None)
            self._done[what] = now
            while len(self._done) > REMEMBERED:
                self._done.popitem(last=False)
