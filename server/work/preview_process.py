"""Renders previews in a process of their own: what somebody tries out keeps no job waiting."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures.process import BrokenProcessPool

from server.domain.errors import LimitExceeded, Unavailable
from server.domain.invoice import Invoice
from server.work.lone_process import LoneProcess

#: How long a preview may wait for its turn, and how long it may take; clients wait 30.
PREVIEW_SECONDS = 12.0

RenderPreview = Callable[[Invoice], bytes]


class PreviewProcess:
    """Renders one preview at a time. The process is started by the first one."""

    def __init__(
        self,
        render: RenderPreview,
        warm_up: Callable[[], None],
        seconds: float = PREVIEW_SECONDS,
    ) -> None:
        """Takes module-level functions, which are found by name in the other process."""
        self._render = render
        self._seconds = seconds
        self._turn = threading.Lock()
        self._process = LoneProcess(warm_up, seconds)

    def render(self, invoice: Invoice) -> bytes:
        """Renders a preview.

        Raises Unavailable when it cannot be rendered for now, LimitExceeded when it takes too long.
        """
        if not self._turn.acquire(timeout=self._seconds):
            raise Unavailable(
                "Many previews are being rendered just now. Try again in a minute.",
                reason="RENDERING_BUSY",
            )
        try:
            return self._process.run(self._render, invoice)
        except TimeoutError as error:
            raise LimitExceeded(
                f"The preview takes more than {self._seconds:g} seconds to render. Shorten the "
                "order's texts, or give it fewer lines.",
                reason="PREVIEW_TOO_LONG",
            ) from error
        except BrokenProcessPool as error:
            raise Unavailable(
                "The process that rendered the preview ended unexpectedly. Try again.",
                reason="RENDERING_FAILED",
            ) from error
        finally:
            self._turn.release()

    def close(self) -> None:
        """Ends the process."""
        self._process.close()
