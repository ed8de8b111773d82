"""Renders in processes of their own, so that drawing uses all cores and cannot take us down."""

from __future__ import annotations

import logging
import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool

from server.domain.document import DocumentFormat
from server.domain.errors import Unavailable
from server.domain.invoice import Invoice

log = logging.getLogger(__name__)

#: What is to be rendered, and to what.
Task = tuple[Invoice, DocumentFormat]
Render = Callable[[Invoice, DocumentFormat], bytes]
RenderPreview = Callable[[Invoice], bytes]

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
        self._lock = threading.Lock()
        self._quarantine = threading.Lock()
        self._pool: ProcessPoolExecutor | None = None
        if processes:
            self._pool = self._open(processes)

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
        """Renders a PDF with a watermark and without an e-invoice inside. Raises Unavailable."""
        pool = self._pool
        if pool is None:
            return self._render_preview(invoice)
        try:
            return pool.submit(self._render_preview, invoice).result()
        except BrokenProcessPool as error:
            # Nobody waits for it but the caller, who may ask again; jobs have the new processes.
            self._replace(pool)
            raise Unavailable(
                "The process that rendered the preview ended unexpectedly. Try again.",
                reason="RENDERING_FAILED",
            ) from error

    def close(self) -> None:
        """Ends the processes."""
        with self._lock:
            if self._pool:
                self._pool.shutdown(wait=True, cancel_futures=True)

    def _render_alone(self, task: Task) -> bytes | Exception:
        """Renders an invoice in a process that no other can be blamed for."""
        with self._quarantine:
            for _ in range(TRIES_ALONE):
                with self._open(1) as pool:
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
                self._pool = self._open(self._processes)

    def _open(self, processes: int) -> ProcessPoolExecutor:
        # Forking a process that runs gRPC threads would copy locks that nobody opens again.
        return ProcessPoolExecutor(
            processes,
            mp_context=multiprocessing.get_context("spawn"),
            initializer=_start_process,
            initargs=(self._warm_up,),
        )


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


def _render_all(render: Render, tasks: Sequence[Task]) -> list[bytes | Exception]:
    return [_render_one(render, *task) for task in tasks]


def _render_one(render: Render, invoice: Invoice, format: DocumentFormat) -> bytes | Exception:
    try:
        return render(invoice, format)
    except Exception as error:  # noqa: BLE001 - whatever it is, it is this document's alone
        return RuntimeError(f"{type(error).__name__}: {error}")
