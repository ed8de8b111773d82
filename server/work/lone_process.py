"""Runs one thing at a time in a process of its own, which is ended when that takes too long."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import ParamSpec, TypeVar

from server.work.processes import kill_processes, open_processes, result_of

P = ParamSpec("P")
T = TypeVar("T")

#: How long a process may take to start.
START = 30.0  # seconds


class LoneProcess:
    """A process that is started by the first call, and anew after one that ended it."""

    def __init__(self, warm_up: Callable[[], None], seconds: float | None = None) -> None:
        """Takes a function that pickle knows, and how many seconds a call may take, if any."""
        self._warm_up = warm_up
        self._seconds = seconds
        self._process: ProcessPoolExecutor | None = None
        self._started: Future[int] | None = None

    def start(self) -> None:
        """Lets the process start, unless it runs."""
        if self._process is None:
            self._process = open_processes(1, self._warm_up)
            self._started = self._process.submit(os.getpid)

    def wait_for_start(self) -> None:
        """Waits until the process can work.

        Raises TimeoutError, BrokenProcessPool or OSError when it does not come to that; the next
        call starts another.
        """
        try:
            self.start()
            assert self._started is not None  # noqa: S101 - it was started
            self._started.result(START)
        except (OSError, BrokenProcessPool):
            self.close()
            raise

    def run(self, work: Callable[P, T], *values: P.args, **more: P.kwargs) -> T:
        """Calls a module-level function in the process and gives what comes of it.

        Raises TimeoutError when it takes too long, and BrokenProcessPool when it ends its process;
        what it was busy with is gone in both cases.
        """
        try:
            # Its start is not what shall be limited.
            self.wait_for_start()
            try:
                future, process = self._submit(work, *values, **more)
            except BrokenProcessPool:
                # It ended while it had nothing to do: this call is not to blame.
                self.close()
                self.wait_for_start()
                future, process = self._submit(work, *values, **more)
            return result_of(future, process, self._seconds)
        except (TimeoutError, BrokenProcessPool):
            self.close()
            raise

    def _submit(
        self, work: Callable[P, T], *values: P.args, **more: P.kwargs
    ) -> tuple[Future[T], ProcessPoolExecutor]:
        process = self._process
        assert process is not None  # noqa: S101 - it has started
        return process.submit(work, *values, **more), process

    def close(self) -> None:
        """Ends the process, whatever it is busy with."""
        process, self._process = self._process, None
        if process is not None:
            kill_processes(process)
