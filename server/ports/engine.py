"""Who does the chunks, and how it hears of them."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Protocol


class Engine(Protocol):
    """Claims chunks and has them done, until it is stopped."""

    @property
    def connections(self) -> int:
        """Tells how many connections to the database are its own, beside those of `Database`."""
        ...

    def start(self) -> None:
        """Begins to work, also on what a process that died has left."""
        ...

    def wake(self) -> None:
        """Tells that there may be work; call it after the transaction that added some."""
        ...

    def stop(self, grace: float) -> bool:
        """Takes no new chunks and waits up to grace seconds for those in work.

        Tells whether all were finished; what was not is taken up again.
        """
        ...


class OfferChunks(Protocol):
    """Tells engines in other processes of chunks that can be claimed."""

    def __call__(self, connection: Any, count: int, not_before: datetime | None = None) -> None:
        """Offers count chunks of a job, from not_before on, as part of the transaction.

        connection is the database driver's. Raises Unavailable when it fails.
        """
        ...
