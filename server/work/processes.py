"""Starts processes for work that uses a core, and sees to it that they end with us."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ProcessPoolExecutor
from multiprocessing import forkserver
from typing import Any, TypeVar

from server.domain.errors import Unavailable
from server.work.temporary_folder import open_temporary_folder

T = TypeVar("T")


def load_ahead(*modules: str, at_once: bool) -> None:
    """Names modules that processes need, which are then loaded once for all of them.

    at_once lets that begin now, beside whatever this process does; otherwise the first to need a
    process waits for it. What is forked later has the environment and the umask of this moment.
    """
    multiprocessing.set_forkserver_preload(list(modules))
    if at_once:
        open_temporary_folder()
        forkserver.ensure_running()


def open_processes(count: int, warm_up: Callable[[], None]) -> ProcessPoolExecutor:
    """Opens a pool of processes, each warmed up by a module-level function."""
    # Forking a process that runs gRPC threads would copy locks that nobody opens again. A process
    # of Python's own, which runs none, does it for us, with what it has loaded ahead.
    open_temporary_folder()
    return ProcessPoolExecutor(
        count,
        mp_context=multiprocessing.get_context("forkserver"),
        initializer=_start_process,
        initargs=(warm_up,),
    )


#: How long a pool whose processes were killed is waited for.
_END = 5.0  # seconds
#: How often it is looked whether the processes live from which a result is awaited.
LOOK = 1.0  # seconds


def kill_processes(pool: ProcessPoolExecutor) -> None:
    """Ends a pool at once, whatever its processes are busy with."""
    # The library has a public way from Python 3.14 on.
    manager: Any = pool._executor_manager_thread  # noqa: SLF001 - typeshed takes it for a pipe
    results: Any = pool._result_queue  # noqa: SLF001
    for process in list((pool._processes or {}).values()):  # noqa: SLF001
        process.kill()
    pool.shutdown(wait=False, cancel_futures=True)
    if results is not None:
        # Its manager may wait for the rest of a result that nobody sends any more; see `result_of`.
        results._writer.close()  # noqa: SLF001
    if manager is not None:
        # Otherwise the end of this process may meet it while it closes its pipes and semaphores.
        manager.join(_END)


def not_started() -> Unavailable:
    """Makes the error of work that waits because the system gives us no process for it."""
    return Unavailable(
        "A process for the work could not start. Is there memory for it?",
        reason="WORK_UNAVAILABLE",
    )


def result_of(future: Future[T], pool: ProcessPoolExecutor, seconds: float | None = None) -> T:
    """Waits, for seconds at most, and gives what comes of a call in a pool.

    Raises TimeoutError, and BrokenProcessPool when a process of the pool has ended. The library by
    itself does not notice one that ended while it was sending a result: it waits for the rest.
    """
    end = None if seconds is None else time.monotonic() + seconds
    while True:
        try:
            return future.result(LOOK if end is None else min(LOOK, end - time.monotonic()))
        except TimeoutError:
            if future.done() or (end is not None and time.monotonic() >= end):
                raise
        if any(not process.is_alive() for process in list((pool._processes or {}).values())):  # noqa: SLF001
            kill_processes(pool)


def _start_process(warm_up: Callable[[], None]) -> None:
    # Ctrl-C reaches the whole group, and a service manager may tell each; the parent alone decides
    # when to end.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    # What takes too long is ended by this signal; somebody may have started us with it ignored.
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    warm_up()


def _end_with_parent() -> None:
    # A parent that is killed closes no pool: without this its processes would stay for ever.
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
