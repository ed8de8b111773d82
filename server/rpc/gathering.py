"""Does together what is asked for while something is being done.

To bring a transaction to the disk takes longer than all else in it, and an SQLite file has one
writer. So calls that come while others are written wait for each other: whoever is there when the
disk is free goes into the next transaction, in the order they came. One that comes alone does not
wait at all, and the more there are, the less each of them costs.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from contextvars import Context
from typing import Generic, NamedTuple, TypeVar

from server.rpc.threads import Threads

A = TypeVar("A")
R = TypeVar("R")


class _Waiting(NamedTuple, Generic[A, R]):
    """What is asked for, and who waits for it."""

    asked: A
    future: asyncio.Future[R]


class Gathering(Generic[A, R]):
    """Runs calls on one thread, those that wait for it together. Belongs to one event loop."""

    def __init__(
        self,
        together: Callable[[Sequence[A]], Sequence[R | Exception]],
        weigh: Callable[[A], int],
        most: int,
    ) -> None:
        """Takes what gives for each that is asked for a result, or what it failed with.

        At most so much is done together as weighs most; whatever weighs more is done alone.
        """
        self._together = together
        self._weigh = weigh
        self._most = most
        self._thread = Threads(1)
        self._waiting: deque[_Waiting[A, R]] = deque()
        self._working: asyncio.Task[None] | None = None

    async def run(self, asked: A) -> R:
        """Gives what comes of it, or raises what it failed with.

        When the caller leaves, what has begun is finished all the same; what waits is dropped.
        Raises CancelledError once it was closed.
        """
        waiting = _Waiting[A, R](asked, asyncio.get_running_loop().create_future())
        self._waiting.append(waiting)
        if self._working is None:
            # In nobody's context, for it acts for everybody.
            self._working = asyncio.get_running_loop().create_task(self._work(), context=Context())
        return await waiting.future

    def close(self) -> None:
        """Cancels what waits, and lets the thread end when it has done what it does."""
        while self._waiting:
            self._waiting.popleft().future.cancel()
        self._thread.close()

    async def _work(self) -> None:
        try:
            while group := self._next_group():
                await self._do(group)
        finally:
            self._working = None

    def _next_group(self) -> list[_Waiting[A, R]]:
        group: list[_Waiting[A, R]] = []
        weight = 0
        while self._waiting:
            if self._waiting[0].future.done():  # the caller left
                self._waiting.popleft()
                continue
            weight += self._weigh(self._waiting[0].asked)
            if group and weight > self._most:
                break
            group.append(self._waiting.popleft())
        return group

    async def _do(self, group: list[_Waiting[A, R]]) -> None:
        results: Sequence[R | Exception]
        try:
            results = await self._thread.run(self._together, [each.asked for each in group])
        except Exception as error:  # noqa: BLE001 - whoever waits shall see it
            results = [error] * len(group)
        except asyncio.CancelledError:  # the thread was let go
            for each in group:
                each.future.cancel()
            raise
        for (_, future), result in zip(group, results, strict=True):
            if future.done():
                continue
            if isinstance(result, Exception):
                future.set_exception(result)
            else:
                future.set_result(result)
