"""Renders in processes of their own, so that drawing uses all cores and cannot take us down."""

from __future__ import annotations

import logging
import signal
import threading
import traceback
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import CancelledError, Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import closing
from dataclasses import dataclass
from typing import Generic, TypeVar

from server.domain.document import DocumentFormat
from server.domain.errors import LimitExceeded, Unavailable
from server.domain.invoice import Invoice
from server.ports import Finish
from server.work.lone_process import LoneProcess
from server.work.parcels import Parcel, Task, pack, unpack
from server.work.preview_process import PreviewProcess, RenderPreview
from server.work.processes import kill_processes, open_processes, result_of

T = TypeVar("T")

log = logging.getLogger(__name__)

Render = Callable[[Invoice, DocumentFormat], bytes]

#: How often an invoice that ends the process that draws it is tried.
TRIES_ALONE = 3
#: How long drawing one document may take, unless said otherwise; most take milliseconds.
SECONDS = 60.0

#: How many documents a process takes at a time: others wait for as long as drawing them takes.
MOST_AT_ONCE = 25


@dataclass(frozen=True, slots=True)
class _Batch(Generic[T]):
    """Documents that a process of a pool draws."""

    tasks: Sequence[Task]
    pool: ProcessPoolExecutor
    future: Future[list[T]]


class RenderPool:
    """Spreads invoices over processes. With none it renders where it is called."""

    def __init__(
        self,
        render: Render,
        render_preview: RenderPreview,
        warm_up: Callable[[], None],
        processes: int,
        seconds: float = SECONDS,
    ) -> None:
        """Takes module-level functions, which are found by name in the other processes.

        seconds is how long each document may take; without processes nothing can keep to that.
        """
        self._render = render
        self._render_preview = render_preview
        self._warm_up = warm_up
        self._processes = processes
        self._seconds = seconds
        self._previews = PreviewProcess(render_preview, warm_up)
        self._lock = threading.Lock()
        self._closed = False
        self._pool: ProcessPoolExecutor | None = None
        if processes:
            self._pool = open_processes(processes, warm_up)

    def render(self, wanted: Sequence[Task], finish: Finish[T]) -> list[T]:
        """Renders each invoice to its format and gives what finish makes of it, in the processes.

        It is given LimitExceeded for what takes too long to render. Raises what finish raises, and
        Unavailable when we are closed.
        """
        if self._pool is None:
            return finish(wanted, [_render_one(self._render, *task) for task in wanted])
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
        if self._pool is None:
            return self._render_preview(invoice)
        return self._previews.render(invoice)

    def close(self) -> None:
        """Ends the processes, whatever they are busy with: it can be drawn again."""
        self._previews.close()
        with self._lock:
            self._closed = True
            if self._pool:
                kill_processes(self._pool)

    def _submit(self, tasks: Sequence[Task], finish: Finish[T]) -> _Batch[T]:
        pool = self._pool
        assert pool is not None  # noqa: S101 - asked for by render
        future: Future[list[T]] = Future()
        try:
            future = pool.submit(_render_parcel, self._render, pack(tasks), self._seconds, finish)
        except RuntimeError as error:  # it broke, was replaced or closed
            future.set_exception(BrokenProcessPool(str(error)))
        return _Batch(tasks, pool, future)

    def _collect(self, batch: _Batch[T], finish: Finish[T]) -> list[T]:
        try:
            return result_of(batch.future, batch.pool)
        except (BrokenProcessPool, CancelledError):
            # Which invoice of whose batch did it, nobody can tell: each is tried by itself.
            self._replace(batch.pool)
            return finish(batch.tasks, self._render_alone(batch.tasks))

    def _render_alone(self, tasks: Sequence[Task]) -> list[bytes | Exception]:
        """Renders one after the other in a process that no other can be blamed for."""
        with closing(LoneProcess(self._warm_up, self._seconds)) as process:
            return [self._render_in(process, task) for task in tasks]

    def _render_in(self, process: LoneProcess, task: Task) -> bytes | Exception:
        number, format = task[0].number, task[1]
        for _ in range(TRIES_ALONE):
            if self._closed:
                raise _closing()
            try:
                return process.run(_render_one, self._render, *task)
            except TimeoutError:
                log.warning("rendering invoice %r as %s took too long", number, format)
                return LimitExceeded(
                    f"Drawing it takes more than {self._seconds:g} seconds, which is the limit of "
                    "this service (INVOICEJOBS_RENDER_SECONDS).",
                    reason="RENDERING_TOO_LONG",
                )
            except BrokenProcessPool:
                log.warning("rendering invoice %r as %s ended its process", number, format)
        return RuntimeError("the process that rendered it ended each time")

    def _replace(self, broken: ProcessPoolExecutor) -> None:
        with self._lock:
            if self._closed:
                raise _closing()
            if self._pool is broken:
                log.warning("a render process ended unexpectedly; new ones are started")
                broken.shutdown(wait=False, cancel_futures=True)
                self._pool = open_processes(self._processes, self._warm_up)


def _closing() -> Unavailable:
    return Unavailable("This process is ending.", reason="RENDERING_CLOSED")


def _render_parcel(render: Render, parcel: Parcel, seconds: float, finish: Finish[T]) -> list[T]:
    """Renders in a process of the pool, which the kernel ends when a document takes too long.

    So it does when a C library hangs and no Python runs any more; that costs a call a document.
    """
    tasks = unpack(parcel)
    results: list[bytes | Exception] = []
    try:
        for task in tasks:
            signal.setitimer(signal.ITIMER_REAL, seconds)
            results.append(_render_one(render, *task))
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
    return finish(tasks, results)


def _render_one(render: Render, invoice: Invoice, format: DocumentFormat) -> bytes | Exception:
    try:
        return render(invoice, format)
    except Exception as error:  # noqa: BLE001 - whatever it is, it is this document's alone
        failed = RuntimeError(f"{type(error).__name__}: {error}")
        # The log leaves out what errors say; this much it tells, also across processes.
        place = traceback.extract_tb(error.__traceback__)[-1]
        failed.add_note(f"{type(error).__name__} in {place.name}, line {place.lineno}")
        return failed
