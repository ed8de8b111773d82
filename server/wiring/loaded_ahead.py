"""Loads what processes of jobs need, when the process imports it that they are forked from.

So it is loaded once, in the time that the server takes for its own start, and its memory is shared.
Nothing of it may start a thread, or open a file or a connection: those would be copied, too.
"""

from __future__ import annotations

import signal

from server.rendering import warm_up
from server.wiring import chunk_process
from server.work.collecting import spare_what_is_loaded

__all__ = ["chunk_process"]

# A service manager may tell each process of a group to end: our parent decides, and we end with it.
signal.signal(signal.SIGTERM, signal.SIG_IGN)
warm_up()
spare_what_is_loaded()
