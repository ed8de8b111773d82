"""Takes the synchronous inside off the event loop: every use case runs on one bounded pool.

A pool of our own: the standard one takes longer to hand a call over and its result back than most
calls take, for it wakes the event loop for every single result.
"""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from collections.abc import Callable, Generator, Iterator
from contextlib import suppress
from contextvars import copy_context
from functools import partial
from queue import Empty, SimpleQueue
from types import TracebackType
from typing import Any, NamedTuple, ParamSpec, Self, TypeVar

P = ParamSpec("P")
R = TypeVar("R")


class _Call(NamedTuple):
    """What is to be run, and who waits for it."""

    #: Runs it, in its context.
    run: Callable[[], Any]
    future: asyncio.Future[Any]


class Threads:
    """Runs synchronous calls on at most so many threads; belongs to one event loop."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._threads: list[threading.Thread] = []
        #: Places of calls, each with the call for as long as somebody waits for it.
        self._calls: SimpleQueue[list[_Call] | None] = SimpleQueue()
        self._results: deque[tuple[asyncio.Future[Any], Any, BaseException | None]] = deque()
        self._told = False
        self._running = 0
        self._closed = False

    async def run(self, call: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Runs a call on a thread and gives its result.

        When the caller leaves, a call that has begun is finished all the same (a job that was
        asked for is created); one that still waits for a thread is dropped. The call sees the
        caller's context variables. Raises CancelledError once the threads were let go.
        """
        if self._closed:
            # Nobody would ever run it, and a stream that is left at the very end would wait for its
            # file to be closed for ever.
            raise asyncio.CancelledError
        future: asyncio.Future[R] = asyncio.get_running_loop().create_future()
        self._running += 1
        if self._running > len(self._threads) < self._most:
            self._begin_thread()
        queued = [_Call(partial(copy_context().run, call, *args, **kwargs), future)]
        self._calls.put(queued)
        try:
            return await future
        finally:
            self._running -= 1
            # Where the caller left, its place still stands in the queue; what it wanted, which may
            # be large and is counted no more, is let go.
            queued.clear()

    def close(self) -> None:
        """Lets each thread end as soon as what it runs is done, and cancels what waits."""
        self._closed = True
        # Not as long as there are some: a thread may take the last one in between.
        with suppress(Empty):
            while True:
                for call in self._calls.get_nowait() or ():
                    call.future.cancel()
        for _ in self._threads:
            self._calls.put(None)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        self.close()

    def _begin_thread(self) -> None:
        name = f"rpc-{len(self._threads)}"
        thread = threading.Thread(target=self._work, args=(asyncio.get_running_loop(),), name=name)
        self._threads.append(thread)
        thread.start()

    def _work(self, loop: asyncio.AbstractEventLoop) -> None:
        while (place := self._calls.get()) is not None:
            try:
                call = place.pop()
            except IndexError:  # the caller left
                continue
            if call.future.cancelled():  # and so here, a moment ago
                continue
            try:
                result, problem = call.run(), None
            except BaseException as error:  # noqa: BLE001 - it is the caller's to deal with
                result, problem = None, error
            self._results.append((call.future, result, problem))
            del call, result, problem
            # Whoever finishes while the loop has yet to look needs not wake it once more.
            if not self._told:
                self._told = True
                try:
                    loop.call_soon_threadsafe(self._tell)
                except RuntimeError:  # the loop is closed: nobody waits any more
                    return

    def _tell(self) -> None:
        """Gives results to those who wait for them."""
        # Before looking: what is added from now on is told anew.
        self._told = False
        while self._results:
            future, result, problem = self._results.popleft()
            if future.done():
                continue
            if problem is None:
                future.set_result(result)
            else:
                future.set_exception(problem)


class Pieces:
    """Cuts what a blocking iterator gives into pieces of at most size bytes.

    Both methods block: call them on a thread. The lock is for a client that leaves while a thread
    still reads: a generator that is running cannot be closed, so close waits for the read.
    """

    def __init__(self, source: Iterator[bytes], size: int) -> None:
        self._source = source
        self._size = size
        self._rest = memoryview(b"")
        self._lock = threading.Lock()

    def next(self) -> bytes:
        """Gives the next piece; empty at the end."""
        with self._lock:
            while not self._rest:
                read = next(self._source, None)
                if read is None:
                    break
                self._rest = memoryview(read)
            piece, self._rest = self._rest[: self._size], self._rest[self._size :]
            return bytes(piece)

    def close(self) -> None:
        """Lets go of the file behind the iterator, where it has one."""
        with self._lock:
            if isinstance(self._source, Generator):
                self._source.close()
