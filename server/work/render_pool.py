"""Renders in processes of their own, so that drawing uses all cores and cannot take us down."""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import CancelledError, Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from typing import Generic, TypeVar

from server.domain.invoice import Invoice
from server.ports import Finish
from server.work.parcels import Parcel, Task, pack, unpack
from server.work.preview_process import PreviewProcess, RenderPreview
from server.work.processes import kill_processes, not_started, open_processes, result_of
from server.work.render_alone import SECONDS, Render, RenderAlone, closing_down, render_in_time

T = TypeVar("T")

log = logging.getLogger(__name__)

#: How many documents a process takes at a time: others wait for as long as drawing them takes.
MOST_AT_ONCE = 25


@dataclass(frozen=True, slots=True)
class _Batch(Generic[T]):
    """Documents that a process of a pool draws."""

    tasks: Sequence[Task]
    pool: ProcessPoolExecutor
    future: Future[list[T]]


class RenderPool:
    """Spreads invoices over processes."""

    def __init__(
        self,
        render: Render,
        render_preview: RenderPreview,
        warm_up: Callable[[], None],
        processes: int,
        seconds: float = SECONDS,
    ) -> None:
        """Takes module-level functions, which are found by name in the other processes.

        seconds is how long each document may take.
        """
        self._render = render
        self._warm_up = warm_up
        self._processes = processes
        self._seconds = seconds
        self._previews = PreviewProcess(render_preview, warm_up)
        self._lock = threading.Lock()
        self._alone = RenderAlone(render, warm_up, seconds)
        # None of them starts before there is something to render.
        self._pool = open_processes(processes, warm_up)

    def render(self, wanted: Sequence[Task], finish: Finish[T], *, alone: bool = False) -> list[T]:
        """Renders each invoice to its format and gives what finish makes of it, in the processes.

        It is given LimitExceeded for what takes too long to render. Raises what finish raises, and
        Unavailable when we are closed or no process can start.
        """
        if alone:
            return finish(wanted, self._alone.render(wanted))
        size = min(MOST_AT_ONCE, max(1, -(-len(wanted) // (2 * self._processes))))
        results: list[T] = []
        under_way: deque[_Batch[T]] = deque()
        for start in range(0, len(wanted), size):
            under_way.append(self._submit(wanted[start : start + size], finish))
            # No more than keeps all processes busy: whoever comes next waits for these at most.
            if len(under_way) > self._processes + 1:
                results.extend(self._collect(under_way.popleft(), finish))
        for batch in under_way:
            results.extend(self._collect(batch, finish))
        return results

    def preview(self, invoice: Invoice) -> bytes:
        """Renders a PDF with a watermark and without an e-invoice inside.

        Raises Unavailable when it cannot be rendered for now, LimitExceeded when it takes too long.
        """
        return self._previews.render(invoice)

    def close(self) -> None:
        """Ends the processes, whatever they are busy with: it can be drawn again."""
        self._previews.close()
        with self._lock:
            self._alone.closed = True
            kill_processes(self._pool)

    def _submit(self, tasks: Sequence[Task], finish: Finish[T]) -> _Batch[T]:
        pool = self._pool
        future: Future[list[T]] = Future()
        try:
            future = pool.submit(_render_parcel, self._render, pack(tasks), self._seconds, finish)
        except OSError as error:
            raise not_started() from error
        except RuntimeError as error:  # it broke, was replaced or closed
            future.set_exception(BrokenProcessPool(str(error)))
        return _Batch(tasks, pool, future)

    def _collect(self, batch: _Batch[T], finish: Finish[T]) -> list[T]:
        try:
            return result_of(batch.future, batch.pool)
        except (BrokenProcessPool, CancelledError):
            # Which invoice of whose batch did it, nobody can tell: each is tried by itself.
            self._replace(batch.pool)
            return finish(batch.tasks, self._alone.render(batch.tasks))

    def _replace(self, broken: ProcessPoolExecutor) -> None:
        with self._lock:
            if self._alone.closed:
                raise closing_down()
            if self._pool is broken:
                log.warning("a render process ended unexpectedly; new ones are started")
                broken.shutdown(wait=False, cancel_futures=True)
                self._pool = open_processes(self._processes, self._warm_up)


def _render_parcel(render: Render, parcel: Parcel, seconds: float, finish: Finish[T]) -> list[T]:
    """Renders in a process of the pool."""
    tasks = unpack(parcel)
    return finish(tasks, render_in_time(render, tasks, seconds))
