"""Takes the synchronous inside off the event loop: every use case runs on one bounded pool."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import partial
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Threads:
    """Runs synchronous calls on an executor, which whoever made it also shuts down."""

    executor: Executor

    async def run(self, call: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Runs a call on a thread and gives its result.

        When the caller leaves, a call that has begun is finished all the same (a job that was
        asked for is created); one that still waits for a thread is dropped.
        """
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self.executor, partial(call, *args, **kwargs))


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
