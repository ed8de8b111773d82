"""Bounds the open connections, so that those which only take a place cannot keep others out."""

from __future__ import annotations

from collections import Counter
from typing import Protocol


class Droppable(Protocol):
    """A connection that can be ended while nothing is answered on it."""

    def drop(self) -> None:
        """Ends it."""
        ...


class Connections:
    """Knows all open connections, and which wait for a request, the longest first."""

    def __init__(self, most: int, each: int) -> None:
        """Takes how many there may be, and how many of them for one client."""
        self._most = most
        self._each = each
        #: Whose they are; an empty text for clients that have no bound of their own.
        self._open: dict[Droppable, str] = {}
        self._of_client: Counter[str] = Counter()
        # A dictionary keeps its order: who waits anew goes to the end.
        self._waiting: dict[Droppable, None] = {}

    def take(self, connection: Droppable, client: str = "") -> bool:
        """Takes a new connection in, for the one that waits longest if need be; False: no room.

        A client that has as many as one may have gives up one of its own.
        """
        if client and self._of_client[client] >= self._each:
            if not self._drop_longest(client):
                return False
        elif len(self._open) >= self._most and not self._drop_longest():
            return False
        self._open[connection] = client
        self._of_client[client] += 1
        self._waiting[connection] = None
        return True

    def works(self, connection: Droppable) -> None:
        """Notes that a request came in whole: the connection is not dropped now."""
        self._waiting.pop(connection, None)

    def waits(self, connection: Droppable) -> None:
        """Notes that the connection waits for a request from now on."""
        if connection in self._open:
            self._waiting[connection] = None

    def forget(self, connection: Droppable) -> None:
        """Notes that the connection has ended."""
        client = self._open.pop(connection, None)
        if client is not None:
            self._of_client[client] -= 1
            if not self._of_client[client]:
                del self._of_client[client]
        self._waiting.pop(connection, None)

    def _drop_longest(self, client: str | None = None) -> bool:
        """Ends the one that waits longest, of a client or of all; False: none waits."""
        waiting = (one for one in self._waiting if client is None or self._open[one] == client)
        longest = next(waiting, None)
        if longest is None:
            return False
        self.forget(longest)
        longest.drop()
        return True
