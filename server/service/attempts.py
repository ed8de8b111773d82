"""Limits how often somebody may guess."""

from __future__ import annotations

import threading
from collections import OrderedDict
from datetime import datetime, timedelta

from server.domain.errors import LimitExceeded

#: How many guessers are remembered; the ones longest unheard of are forgotten first.
REMEMBERED = 10_000


class Attempts:
    """Counts wrong attempts by who makes them, in windows of time. Used from many threads.

    Right ones do not count, however many are made at the same time.
    """

    def __init__(self, most: int, window: timedelta) -> None:
        self._most = most
        self._window = window
        self._counts: OrderedDict[tuple[str, ...], tuple[datetime, int]] = OrderedDict()
        self._lock = threading.Lock()

    def check(self, who: tuple[str, ...], now: datetime) -> None:
        """Raises LimitExceeded, with the time to wait, when there were too many."""
        with self._lock:
            since, count = self._current(who, now)
        if count >= self._most:
            raise LimitExceeded(
                "Too many attempts with a wrong client id or secret. Try again later.",
                reason="TOO_MANY_ATTEMPTS",
                retry_after=(since + self._window - now).total_seconds(),
            )

    def failed(self, who: tuple[str, ...], now: datetime) -> None:
        """Counts an attempt that was wrong."""
        with self._lock:
            since, count = self._current(who, now)
            self._counts[who] = since, count + 1
            self._counts.move_to_end(who)
            while len(self._counts) > REMEMBERED:
                self._counts.popitem(last=False)

    def _current(self, who: tuple[str, ...], now: datetime) -> tuple[datetime, int]:
        since, count = self._counts.get(who, (now, 0))
        # A clock that was set back must not keep anybody out for long.
        return (now, 0) if abs(now - since) >= self._window else (since, count)
