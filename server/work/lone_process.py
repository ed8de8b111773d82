"""Runs one thing at a time in a process of its own, which is ended when that takes too long."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import ParamSpec, TypeVar

from server.work.processes import kill_processes, open_processes, result_of

P = ParamSpec("P")
T = TypeVar("T")

#: How long a process may take to start.
START = 30.0  # seconds


class LoneProcess:
    """A process that is started by the first call, and anew after one that ended it."""

    def __init__(self, warm_up: Callable[[], None], seconds: float) -> None:
        """Takes a module-level function, and how long a call may take."""
        self._warm_up = warm_up
        self._seconds = seconds
        self._process: ProcessPoolExecutor | None = None

    def run(self, work: Callable[P, T], *values: P.args, **more: P.kwargs) -> T:
        """Calls a module-level function in the process and gives what comes of it.

        Raises TimeoutError when it takes too long, and BrokenProcessPool when it ends its process;
        what it was busy with is gone in both cases.
        """
        try:
            if self._process is None:
                self._process = open_processes(1, self._warm_up)
                # Its start is not what shall be limited.
                self._process.submit(os.getpid).result(START)
            future = self._process.submit(work, *values, **more)
            return result_of(future, self._process, self._seconds)
        except (TimeoutError, BrokenProcessPool):
            self.close()
            raise

    def close(self) -> None:
        """Ends the process, whatever it is busy with."""
        process, self._process = self._process, None
        if process is not None:
            kill_processes(process)
