"""Starts processes for work that uses a core, and sees to it that they end with us."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor


def open_processes(count: int, warm_up: Callable[[], None]) -> ProcessPoolExecutor:
    """Opens a pool of processes, each warmed up by a module-level function."""
    # Forking a process that runs gRPC threads would copy locks that nobody opens again.
    return ProcessPoolExecutor(
        count,
        mp_context=multiprocessing.get_context("spawn"),
        initializer=_start_process,
        initargs=(warm_up,),
    )


def kill_processes(pool: ProcessPoolExecutor) -> None:
    """Ends a pool at once, whatever its processes are busy with."""
    # The library has a public way from Python 3.14 on.
    for process in list((pool._processes or {}).values()):  # noqa: SLF001
        process.kill()
    pool.shutdown(wait=False, cancel_futures=True)


def _start_process(warm_up: Callable[[], None]) -> None:
    # Ctrl-C reaches the whole group; the parent alone decides when to end.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    warm_up()


def _end_with_parent() -> None:
    # A parent that is killed closes no pool: without this its processes would stay for ever.
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
