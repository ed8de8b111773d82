"""Tidies up in a thread of its own, beside whatever the service does."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from server.domain.errors import InvoiceJobsError

log = logging.getLogger(__name__)

#: Seconds between two looks at what is due; another server may have done it meanwhile.
LOOK_EVERY = 900.0


class Housekeeping:
    """Calls tasks again and again; each knows by itself whether anything is due."""

    def __init__(self, *tasks: Callable[[Callable[[], bool]], object]) -> None:
        """Takes what does a task if it is due; each gets what tells when to stop early."""
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
            task(self._stopping.is_set)
        except InvoiceJobsError as error:
            log.warning("housekeeping is put off: %s", error.message)
        except Exception:
            log.exception("housekeeping is put off")
