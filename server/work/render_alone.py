"""Renders invoices within a time limit, and those that may be deadly where they harm no other.

When one ends a process that renders many, or keeps it too long, nobody can tell which it was: each
is tried by itself then.
"""

from __future__ import annotations

import logging
import signal
import traceback
from collections.abc import Callable, Sequence
from concurrent.futures.process import BrokenProcessPool
from contextlib import closing
from dataclasses import dataclass

from server.domain.document import DocumentFormat
from server.domain.errors import LimitExceeded, Unavailable
from server.domain.invoice import Invoice
from server.work.lone_process import LoneProcess
from server.work.parcels import Task

log = logging.getLogger(__name__)

Render = Callable[[Invoice, DocumentFormat], bytes]

#: How often an invoice that ends the process that draws it is tried.
TRIES_ALONE = 3
#: How long drawing one document may take, unless said otherwise; most take milliseconds.
SECONDS = 60.0


@dataclass(slots=True)
class RenderAlone:
    """Renders each document by itself, within so many seconds."""

    #: Module-level functions, which are found by name in the other process.
    draw: Render
    warm_up: Callable[[], None]
    seconds: float = SECONDS
    closed: bool = False

    def render(self, tasks: Sequence[Task]) -> list[bytes | Exception]:
        """Renders each, or tells why it could not be: LimitExceeded for what takes too long.

        Raises Unavailable once we are closed, and when no process can start.
        """
        with closing(LoneProcess(self.warm_up, self.seconds)) as process:
            return [self._render_in(process, task) for task in tasks]

    def _render_in(self, process: LoneProcess, task: Task) -> bytes | Exception:
        number, format = task[0].number, task[1]
        for _ in range(TRIES_ALONE):
            if self.closed:
                raise closing_down()
            try:
                return process.run(render_one, self.draw, *task)
            except TimeoutError:
                log.warning("rendering invoice %r as %s took too long", number, format)
                return LimitExceeded(
                    f"Drawing it takes more than {self.seconds:g} seconds, which is the limit of "
                    "this service (INVOICEJOBS_RENDER_SECONDS).",
                    reason="RENDERING_TOO_LONG",
                )
            except BrokenProcessPool:
                log.warning("rendering invoice %r as %s ended its process", number, format)
        return RuntimeError("the process that rendered it ended each time")


def render_in_time(draw: Render, tasks: Sequence[Task], seconds: float) -> list[bytes | Exception]:
    """Renders one after the other in this process, which the kernel ends when one takes too long.

    So it does when a C library hangs and no Python runs any more; that costs a call a document.
    """
    rendered = []
    try:
        for task in tasks:
            signal.setitimer(signal.ITIMER_REAL, seconds)
            rendered.append(render_one(draw, *task))
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
    return rendered


def render_one(draw: Render, invoice: Invoice, format: DocumentFormat) -> bytes | Exception:
    """Renders a document, or tells why it could not be."""
    try:
        return draw(invoice, format)
    except Exception as error:  # noqa: BLE001 - whatever it is, it is this document's alone
        failed = RuntimeError(f"{type(error).__name__}: {error}")
        # The log leaves out what errors say; this much it tells, also across processes.
        place = traceback.extract_tb(error.__traceback__)[-1]
        failed.add_note(f"{type(error).__name__} in {place.name}, line {place.lineno}")
        return failed


def closing_down() -> Unavailable:
    """Makes the error of work that comes while the process ends."""
    return Unavailable("This process is ending.", reason="RENDERING_CLOSED")
