"""Runs the tenants' schedules in a thread that sleeps until the next of them is due."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from datetime import datetime

from server.domain.errors import InvoiceJobsError
from server.ports import Clock

log = logging.getLogger(__name__)

#: Seconds of sleep at most: another server may have saved an earlier time and died, and a clock may
#: be put forward.
LONGEST_SLEEP = 60.0
#: Seconds until a database that was away is asked again.
PAUSE = 2.0


class Scheduler:
    """Runs schedules when they are due. Wake it after changing some."""

    def __init__(self, run: Callable[[], datetime | None], clock: Clock) -> None:
        """Takes what runs all that is due and tells when to do so again."""
        self._run_due = run
        self._clock = clock
        self._changed = threading.Condition()
        self._generation = 0
        self._stopping = False
        self._thread = threading.Thread(target=self._run, name="scheduler", daemon=True)

    def start(self) -> None:
        """Begins to run schedules, first of all what became due while no server ran."""
        self._thread.start()

    def wake(self) -> None:
        """Tells the thread that there may be an earlier time."""
        with self._changed:
            self._generation += 1
            self._changed.notify_all()

    def stop(self, grace: float) -> bool:
        """Starts no more jobs; tells whether the thread ended within grace seconds."""
        self._stopping = True
        self.wake()
        if self._thread.is_alive():
            self._thread.join(grace)
        return not self._thread.is_alive()

    def _run(self) -> None:
        while not self._stopping:
            # Read before looking: a wake between the look and the sleep is not missed.
            generation = self._generation
            seconds = self._run_once()
            with self._changed:
                if generation == self._generation:
                    self._changed.wait(seconds)

    def _run_once(self) -> float:
        """Runs what is due and gives the seconds to sleep."""
        try:
            next_look = self._run_due()
        except InvoiceJobsError as error:
            log.warning("schedules pause: %s", error.message)
            return PAUSE
        except Exception:
            log.exception("schedules pause")
            return PAUSE
        if next_look is None:
            return LONGEST_SLEEP
        return min(max(0.0, (next_look - self._clock.now()).total_seconds()), LONGEST_SLEEP)
