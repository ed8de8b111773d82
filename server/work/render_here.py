"""Renders where it is called: in a process that works on chunks, or on files of a command.

Nothing is packed for another process, and an invoice is drawn by the core that computed it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from server.domain.invoice import Invoice
from server.ports import Finish
from server.work.parcels import Task
from server.work.preview_process import RenderPreview
from server.work.render_alone import SECONDS, Render, RenderAlone, render_in_time

T = TypeVar("T")

#: How many documents are finished together: they wait for the disk once, not each.
TOGETHER = 100


class RenderHere:
    """Renders in this process, which must be one that may end."""

    def __init__(
        self,
        draw: Render,
        render_preview: RenderPreview,
        warm_up: Callable[[], None],
        seconds: float = SECONDS,
    ) -> None:
        """Takes module-level functions. seconds is how long each document may take."""
        self._draw = draw
        self._render_preview = render_preview
        self._alone = RenderAlone(draw, warm_up, seconds)
        self._seconds = seconds

    def render(self, wanted: Sequence[Task], finish: Finish[T], *, alone: bool = False) -> list[T]:
        """Renders each invoice to its format and gives what finish makes of it.

        A document that takes too long ends this process, unless it is rendered alone; then finish
        is given LimitExceeded. Raises what finish raises.
        """
        results: list[T] = []
        for start in range(0, len(wanted), TOGETHER):
            tasks = wanted[start : start + TOGETHER]
            # All of them before the first is finished: when each was written at once, both took a
            # quarter longer.
            rendered = (
                self._alone.render(tasks)
                if alone
                else render_in_time(self._draw, tasks, self._seconds)
            )
            results.extend(finish(tasks, rendered))
        return results

    def preview(self, invoice: Invoice) -> bytes:
        """Renders a PDF with a watermark and without an e-invoice inside."""
        return self._render_preview(invoice)
