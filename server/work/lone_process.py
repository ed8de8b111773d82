"""Runs one thing at a time in a process of its own, which is ended when that takes too long."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable
from concurrent.futures import CancelledError, Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from functools import partial
from typing import ParamSpec, TypeVar

from server.domain.errors import Unavailable
from server.work.processes import kill_processes, not_started, open_processes, result_of

P = ParamSpec("P")
T = TypeVar("T")

#: How long a call waits for the process to start.
START = 30.0  # seconds
#: How long that may take. Where a machine has much to do it takes its time: whoever began anew each
#: time would never come to an end.
LONGEST_START = 600.0  # seconds


class LoneProcess:
    """A process that is started by the first call, and anew after one that ended it."""

    def __init__(self, warm_up: Callable[[], None], seconds: float | None = None) -> None:
        """Takes a function that pickle knows, and how many seconds a call may take, if any."""
        self._warm_up = warm_up
        self._seconds = seconds
        self._closed = False
        self._process: ProcessPoolExecutor | None = None
        self._started: Future[int] | None = None
        self._begun = 0.0
        self._starting = threading.Lock()

    def start(self) -> None:
        """Lets the process start, unless it runs. Waits for what it is forked from.

        Raises Unavailable once we are closed, and OSError when the system makes no more processes.
        """
        with self._starting:
            if self._process is None and not self._closed:
                self._begun = time.monotonic()
                process = open_processes(1, self._warm_up)
                self._started = process.submit(os.getpid)
                self._process = process
        if self._closed:
            # Perhaps while it started: `close` found nothing to end then.
            self._end()
            raise Unavailable("This process is ending.", reason="WORK_UNAVAILABLE")

    def run(self, work: Callable[P, T], *values: P.args, **more: P.kwargs) -> T:
        """Calls a module-level function in the process and gives what comes of it.

        Raises TimeoutError when it takes too long, and BrokenProcessPool when it ends its process;
        what it was busy with is gone in both cases. Raises Unavailable when none can start, which
        nothing that was to be done in it is to blame for.
        """
        try:
            # Its start is not what shall be limited.
            self._wait_for_start()
            try:
                future, process = self._submit(work, *values, **more)
            except BrokenProcessPool:
                # It ended while it had nothing to do: this call is not to blame.
                self._end()
                self._wait_for_start()
                future, process = self._submit(work, *values, **more)
            return result_of(future, process, self._seconds)
        except CancelledError as error:  # closed before it began
            raise BrokenProcessPool("the process was ended") from error
        except (TimeoutError, BrokenProcessPool):
            self._end()
            raise

    def close(self) -> None:
        """Ends the process for good, whatever it is busy with."""
        self._closed = True
        self._end()

    def _wait_for_start(self) -> None:
        """Waits until the process can work.

        After a failure the next call starts another; on one that takes long it goes on waiting.
        """
        try:
            self.start()
            assert self._started is not None  # noqa: S101 - it was started
            self._started.result(START)
        except (OSError, BrokenProcessPool, CancelledError) as error:
            late = isinstance(error, TimeoutError)
            if not late or time.monotonic() - self._begun > LONGEST_START:
                self._end()
            raise not_started() from error

    def _submit(
        self, work: Callable[P, T], *values: P.args, **more: P.kwargs
    ) -> tuple[Future[T], ProcessPoolExecutor]:
        process = self._process
        if process is None:
            raise BrokenProcessPool("the process was ended")  # by `close`, on another thread
        call = partial(work, *values, **more)
        if self._seconds is None:
            return process.submit(call), process
        return process.submit(_end_in_time, self._seconds, call), process

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            kill_processes(process)


def _end_in_time(seconds: float, call: Callable[[], T]) -> T:
    """Calls in the process, which the kernel ends long after it should have been ended by us.

    We may have been killed meanwhile; and where a C library hangs no Python runs any more, not even
    what looks whether we are there.
    """
    signal.setitimer(signal.ITIMER_REAL, 2 * seconds)
    try:
        return call()
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
