"""Tells of what was refused together: under overload a line for each would be one more load."""

from __future__ import annotations

import logging
import time
from collections import Counter
from collections.abc import Callable

#: Seconds between two lines.
PAUSE = 1.0


class Refusals:
    """Counts refusals, and logs one line a second at most. Belongs to the event loop."""

    def __init__(self, log: logging.Logger, clock: Callable[[], float] = time.monotonic) -> None:
        self._log = log
        self._clock = clock
        self._refused: Counter[str] = Counter()
        self._told_at = -PAUSE

    def add(self, what: str) -> None:
        """Counts a refusal of something."""
        self._refused[what] += 1
        now = self._clock()
        if now - self._told_at < PAUSE:
            return
        since = "" if self._told_at < 0 else f" in {now - self._told_at:.0f} s"
        counts = ", ".join(f"{count} {name}" for name, count in self._refused.most_common())
        self._log.warning("refused for now%s: %s", since, counts)
        self._refused.clear()
        self._told_at = now
