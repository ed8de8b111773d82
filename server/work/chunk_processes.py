"""Works on chunks in processes of their own, so that all cores are used and none can take us down.

Each does one chunk at a time from its orders to its documents. So a core keeps what it works on at
hand, and nobody waits for Python's lock: it takes a quarter less processor time than threads that
compute and processes that draw.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from queue import LifoQueue
from typing import Generic, TypeVar

from server.domain.errors import Interrupted, Unavailable
from server.domain.job import Chunk
from server.work.lone_process import LoneProcess

T = TypeVar("T")


class ChunkProcesses(Generic[T]):
    """Hands chunks to processes. One that ends is started anew by the next chunk."""

    def __init__(
        self, open_inside: Callable[[], None], work: Callable[[Chunk], T], processes: int
    ) -> None:
        """Takes what opens all that a process needs, and what it then does; pickle knows both."""
        self._work = work
        self._closed = False
        self._processes = [LoneProcess(open_inside) for _ in range(processes)]
        # The last that was free is the next to work: it has most at hand, and there is one more of
        # them than cores.
        self._idle: LifoQueue[LoneProcess] = LifoQueue()
        for process in self._processes:
            self._idle.put(process)

    def start(self) -> None:
        """Lets all processes start, so that the first chunk need not wait; nor does the caller."""
        threading.Thread(target=self._start, name="starts-processes", daemon=True).start()

    def __call__(self, chunk: Chunk) -> T:
        """Works on a chunk in the next process that is free and gives what comes of it.

        Raises Unavailable when no process can start or we are closed, and Interrupted when the
        process ends: whatever it had committed is there, all else is not.
        """
        process = self._idle.get()
        try:
            return process.run(self._work, chunk)
        except BrokenProcessPool as error:
            if self._closed:
                raise Unavailable("This process is ending.", reason="WORK_UNAVAILABLE") from error
            raise Interrupted("the process that worked on it ended") from error
        finally:
            self._idle.put(process)

    def close(self) -> None:
        """Ends the processes, whatever they are busy with: it can be done again."""
        self._closed = True
        for process in self._processes:
            process.close()

    def _start(self) -> None:
        # The first that chunks ask for is the first to start.
        for process in reversed(self._processes):
            # Those that cannot be made now are by the first chunk that needs them.
            with suppress(OSError, BrokenProcessPool, Unavailable):
                process.start()
