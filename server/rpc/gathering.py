"""Does together what is asked for while something is being done.

To begin a transaction and to bring it to the disk takes longer than all else in it, and an SQLite
file has one writer. So calls that come while others are written wait for each other: whoever is
there when the disk is free goes into the next transaction, in the order they came. A quick disk is
free before many are there, so where several ask, the next waits for a pause to be over. One that
comes alone does not wait at all, and the more there are, the less each of them costs.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Sequence
from contextvars import Context
from typing import Generic, Protocol, TypeVar

from server.rpc.threads import Threads

A = TypeVar("A")
R = TypeVar("R")
R_co = TypeVar("R_co", covariant=True)


class Begun(Protocol[R_co]):
    """What was begun for some who ask, and has to be ended by the one or the other."""

    def commit(self) -> Sequence[R_co | Exception]:
        """Waits for the disk; gives for each a result, or what it failed with."""
        ...

    def abandon(self) -> None:
        """Undoes it, unless it is being committed."""
        ...


class Gathering(Generic[A, R]):
    """Runs calls on one thread, those that wait for it together. Belongs to one event loop."""

    def __init__(
        self,
        begin: Callable[[Sequence[A]], Begun[R] | None],
        together: Callable[[Sequence[A]], Sequence[R | Exception]],
        weigh: Callable[[A], int],
        most: int,
        pause: Callable[[float], float],
    ) -> None:
        """Takes what gives for each that is asked for a result, or what it failed with.

        begin does what needs not wait, on the event loop; where it gives nothing, together does
        all, on a thread. A thread and the loop that both want the interpreter take it from each
        other at every step of SQLite, which costs several times what a small job takes. At most so
        much is done together as weighs most; whatever weighs more is done alone. Where several ask
        at once, the next begin some seconds after those before them began: pause tells how many,
        from how many those took.
        """
        self._begin = begin
        self._together = together
        self._weigh = weigh
        self._most = most
        self._pause = pause
        self._thread = Threads(1)
        #: What is asked for, by who waits for it, in the order they came.
        self._waiting: OrderedDict[asyncio.Future[R], A] = OrderedDict()
        self._working: asyncio.Task[None] | None = None

    async def run(self, asked: A) -> R:
        """Gives what comes of it, or raises what it failed with.

        When the caller leaves, what has begun is finished all the same; what waits is dropped.
        Raises CancelledError once it was closed.
        """
        future: asyncio.Future[R] = asyncio.get_running_loop().create_future()
        self._waiting[future] = asked
        if self._working is None:
            # In nobody's context, for it acts for everybody.
            self._working = asyncio.get_running_loop().create_task(self._work(), context=Context())
        try:
            return await future
        finally:
            # At once: whoever leaves is counted no more, and neither is the size of the message.
            self._waiting.pop(future, None)

    def close(self) -> None:
        """Cancels what waits, and lets the thread end when it has done what it does."""
        while self._waiting:
            self._waiting.popitem()[0].cancel()
        self._thread.close()

    async def _work(self) -> None:
        now = asyncio.get_running_loop().time
        try:
            while group := self._next_group():
                begun = now()
                await self._do(group)
                if len(group) > 1 or self._waiting:  # not for one who asks again and again
                    took = now() - begun
                    await asyncio.sleep(max(self._pause(took) - took, 0))
        finally:
            self._working = None

    def _next_group(self) -> dict[asyncio.Future[R], A]:
        group: dict[asyncio.Future[R], A] = {}
        weight = 0
        while self._waiting:
            future, asked = next(iter(self._waiting.items()))
            if not future.done():  # the caller has not left
                weight += self._weigh(asked)
                if group and weight > self._most:
                    break
                group[future] = asked
            del self._waiting[future]
        return group

    async def _do(self, group: dict[asyncio.Future[R], A]) -> None:
        results: Sequence[R | Exception]
        asked = list(group.values())
        begun: Begun[R] | None = None
        try:
            begun = self._begin(asked)
            if begun:
                results = await self._thread.run(begun.commit)
            else:
                results = await self._thread.run(self._together, asked)
        except Exception as error:  # noqa: BLE001 - whoever waits shall see it
            results = [error] * len(group)
        except asyncio.CancelledError:  # the thread was let go
            if begun:
                begun.abandon()
            for future in group:
                future.cancel()
            raise
        for future, result in zip(group, results, strict=True):
            if future.done():
                continue
            if isinstance(result, Exception):
                future.set_exception(result)
            else:
                future.set_result(result)
