"""Renders in processes of their own, so that drawing uses all cores and cannot take us down."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool

from server.domain.document import DocumentFormat
from server.domain.invoice import Invoice
from server.work.preview_process import PreviewProcess, RenderPreview
from server.work.processes import open_processes

log = logging.getLogger(__name__)

#: What is to be rendered, and to what.
Task = tuple[Invoice, DocumentFormat]
Render = Callable[[Invoice, DocumentFormat], bytes]

#: How often an invoice that ends the process that draws it is tried.
TRIES_ALONE = 3


class RenderPool:
    """Spreads invoices over processes. With none it renders where it is called."""

    def __init__(
        self,
        render: Render,
        render_preview: RenderPreview,
        warm_up: Callable[[], None],
        processes: int,
    ) -> None:
        """Takes module-level functions, which are found by name in the other processes."""
        self._render = render
        self._render_preview = render_preview
        self._warm_up = warm_up
        self._processes = processes
        self._previews = PreviewProcess(render_preview, warm_up)
        self._lock = threading.Lock()
        self._quarantine = threading.Lock()
        self._pool: ProcessPoolExecutor | None = None
        if processes:
            self._pool = open_processes(processes, warm_up)

    def render(self, wanted: Sequence[Task]) -> list[bytes | Exception]:
        """Renders each invoice to its format, or gives what kept it from that."""
        pool = self._pool
        if pool is None:
            return _render_all(self._render, wanted)
        size = max(1, -(-len(wanted) // (2 * self._processes)))
        batches = [wanted[i : i + size] for i in range(0, len(wanted), size)]
        results: list[bytes | Exception] = []
        try:
            futures = [pool.submit(_render_all, self._render, batch) for batch in batches]
        except BrokenProcessPool:
            self._replace(pool)
            return [self._render_alone(task) for task in wanted]
        for batch, future in zip(batches, futures, strict=True):
            try:
                results.extend(future.result())
            except BrokenProcessPool:
                # Which invoice of whose batch did it, nobody can tell: each is tried by itself.
                self._replace(pool)
                results.extend(self._render_alone(task) for task in batch)
        return results

    def preview(self, invoice: Invoice) -> bytes:
        """Renders a PDF with a watermark and without an e-invoice inside.

        Raises Unavailable when it cannot be rendered for now, LimitExceeded when it takes too long.
        """
        if self._pool is None:
            return self._render_preview(invoice)
        return self._previews.render(invoice)

    def close(self) -> None:
        """Ends the processes."""
        self._previews.close()
        with self._lock:
            if self._pool:
                self._pool.shutdown(wait=True, cancel_futures=True)

    def _render_alone(self, task: Task) -> bytes | Exception:
        """Renders an invoice in a process that no other can be blamed for."""
        with self._quarantine:
            for _ in range(TRIES_ALONE):
                with open_processes(1, self._warm_up) as pool:
                    try:
                        return pool.submit(_render_all, self._render, [task]).result()[0]
                    except BrokenProcessPool:
                        log.warning(
                            "rendering invoice %r as %s ended its process", task[0].number, task[1]
                        )
        return RuntimeError("the process that rendered it ended each time")

    def _replace(self, broken: ProcessPoolExecutor) -> None:
        with self._lock:
            if self._pool is broken:
                log.warning("a render process ended unexpectedly; new ones are started")
                broken.shutdown(wait=False, cancel_futures=True)
                self._pool = open_processes(self._processes, self._warm_up)


def _render_all(render: Render, tasks: Sequence[Task]) -> list[bytes | Exception]:
    return [_render_one(render, *task) for task in tasks]


def _render_one(render: Render, invoice: Invoice, format: DocumentFormat) -> bytes | Exception:
    try:
        return render(invoice, format)
    except Exception as error:  # noqa: BLE001 - whatever it is, it is this document's alone
        return RuntimeError(f"{type(error).__name__}: {error}")
