"""Tidies up in a thread of its own, beside whatever the service does."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from time import monotonic

from server.domain.errors import InvoiceJobsError

log = logging.getLogger(__name__)

#: Seconds between two looks at what is due; another server may have done it meanwhile.
LOOK_EVERY = 900.0
#: A task rests so many times as long as each of its steps took, so that those who work on jobs
#: find the database and a core free four fifths of the time; but no longer than so many seconds.
RESTS = 4
LONGEST_REST = 5.0


class Housekeeping:
    """Calls tasks again and again; each knows by itself whether anything is due."""

    def __init__(self, *tasks: Callable[[Callable[[], bool]], object]) -> None:
        """Takes what does a task if it is due; each asks between its steps whether to stop."""
        self._tasks = tasks
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="housekeeping", daemon=True)

    def start(self) -> None:
        """Begins with a first look."""
        self._thread.start()

    def stop(self, grace: float) -> bool:
        """Ends after the step in work; tells whether it ended within grace seconds."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join(grace)
        return not self._thread.is_alive()

    def _run(self) -> None:
        while not self._stopping.is_set():
            for task in self._tasks:
                self._try(task)
            self._stopping.wait(LOOK_EVERY)

    def _try(self, task: Callable[[Callable[[], bool]], object]) -> None:
        try:
            task(_Rest(self._stopping))
        except InvoiceJobsError as error:
            log.warning("housekeeping is put off: %s", error.message)
        except Exception:
            log.exception("housekeeping is put off")


class _Rest:
    """Lets a task rest between two steps, and tells it whether to stop."""

    def __init__(self, stopping: threading.Event) -> None:
        self._stopping = stopping
        self._since = monotonic()

    def __call__(self) -> bool:
        worked = monotonic() - self._since
        stopping = self._stopping.wait(min(worked * RESTS, LONGEST_REST))
        self._since = monotonic()
        return stopping
