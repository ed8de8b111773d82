"""Loads what processes of jobs need, when the process imports it that they are forked from.

So it is loaded once, in the time that the server takes for its own start, and its memory is shared.
Nothing of it may start a thread, or open a file or a connection: those would be copied, too.
"""

from __future__ import annotations

import logging
import signal
import sys

from server.wiring import chunk_process
from server.wiring.drawing import get_ready_to_draw

__all__ = ["chunk_process"]


def _tell(kind: type[BaseException], error: BaseException, _trace: object) -> None:
    # Most often our parent ended while the process started, and took with it what they share.
    log = logging.getLogger(__name__)
    log.warning("a process that works on jobs did not start: %s: %s", kind.__name__, error)


# The process that forks calls it for what goes wrong before ours runs; it would print a trace.
sys.excepthook = _tell
# A service manager may tell each process of a group to end: our parent decides, and we end with it.
signal.signal(signal.SIGTERM, signal.SIG_IGN)
get_ready_to_draw()
