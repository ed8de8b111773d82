"""Lets one thread write at a time, in the order they came.

SQLite takes one writer. Threads that only had its busy timeout would poll for their turn, and
whoever polls at the right moment goes first; a plain lock would be taken again by the thread that
has just released it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

from server.domain.errors import Unavailable


class WriteQueue:
    """Gives each thread its turn to write."""

    def __init__(self, patience: float) -> None:
        """Takes the seconds that a thread waits for its turn at most."""
        self._patience = patience
        self._guard = Lock()
        self._busy = False
        self._waiting: deque[Lock] = deque()

    @contextmanager
    def turn(self, *, waits: bool = True) -> Iterator[None]:
        """Waits for the thread's turn and holds it. Raises Unavailable when it does not come.

        Unless it waits, that is at once.
        """
        self._wait(self._patience if waits else 0)
        try:
            yield
        finally:
            self._pass_on()

    def _wait(self, patience: float) -> None:
        with self._guard:
            if not self._busy:
                self._busy = True
                return
            mine = Lock()
            mine.acquire()
            self._waiting.append(mine)
        came = False
        try:
            came = mine.acquire(timeout=patience)
        finally:
            if not came:
                self._leave(mine)
        if not came:
            raise Unavailable(
                f"The database was busy for {patience:.0f} seconds. Try again later.",
                reason="DATABASE_BUSY",
            )

    def _pass_on(self) -> None:
        with self._guard:
            if self._waiting:
                self._waiting.popleft().release()
            else:
                self._busy = False

    def _leave(self, mine: Lock) -> None:
        with self._guard:
            if mine in self._waiting:
                self._waiting.remove(mine)
                return
        # The turn came between the end of our patience and here.
        self._pass_on()
