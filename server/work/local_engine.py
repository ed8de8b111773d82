"""The embedded engine: a few threads of the serving process that claim chunks and do them.

It is alone with its database (the data folder's lock sees to that), so whatever is held when it
starts was held by a process that died, and is free.
"""

from __future__ import annotations

import logging
import threading
import time
import uuid
from collections.abc import Callable
from contextlib import suppress

from server.domain.errors import InvoiceJobsError
from server.domain.job import Chunk, ChunkKind
from server.ports import Clock, Database

log = logging.getLogger(__name__)

#: How often idle threads look for chunks whose pause is over.
POLL = 1.0  # seconds


class LocalEngine:
    """Claims chunks in threads. Wake it after adding some."""

    #: It asks the database as everybody does.
    connections = 0

    def __init__(
        self,
        database: Database,
        clock: Clock,
        work: Callable[[Chunk], object],
        *,
        threads: int,
        window: int,
    ) -> None:
        self._database = database
        self._clock = clock
        self._work = work
        self._window = window
        self._lock = threading.Lock()
        self._generation = 0
        #: Of each thread that waits what ends that, of those that only start jobs apart.
        self._waiting: dict[bool, list[threading.Event]] = {False: [], True: []}
        self._stopping = False
        #: Holders that will not go on with their chunk, though they could not say so.
        self._dropped: set[str] = set()
        self._threads = [
            threading.Thread(target=self._run, args=(False,), name=f"worker-{n}", daemon=True)
            for n in range(threads)
        ]
        # One more that only starts jobs: a new one need not wait until a large one's chunk is done.
        self._threads.append(
            threading.Thread(target=self._run, args=(True,), name="starter", daemon=True)
        )

    def start(self) -> None:
        """Frees what a dead process held, and begins to work."""
        with self._database.write() as unit:
            freed = unit.chunks.release_all()
            unit.commit()
        if freed:
            log.info("%d chunks of a process that ended were taken up again", freed)
        for thread in self._threads:
            thread.start()

    def wake(self) -> None:
        """Tells an idle thread that there may be work; if there is more, it tells the next one.

        Were all told at once, most would wait for the database for nothing.
        """
        with self._lock:
            self._generation += 1
            waiting = self._waiting[False] or self._waiting[True]
            if waiting:
                waiting.pop().set()

    def stop(self, grace: float) -> bool:
        """Takes no new chunks and waits up to grace seconds for those in work.

        Tells whether all were finished; what was not is taken up again at the next start.
        """
        self._stopping = True
        for _ in self._threads:
            self.wake()
        end = time.monotonic() + grace
        for thread in self._threads:
            if thread.is_alive():
                thread.join(max(0.0, end - time.monotonic()))
        return not any(thread.is_alive() for thread in self._threads)

    def _run(self, starts: bool) -> None:
        while not self._stopping:
            # Read before looking: a wake between the look and the wait is not missed.
            generation = self._generation
            try:
                busy = self._work_once(starts=starts)
            except InvoiceJobsError as error:
                log.warning("the work pauses: %s", error.message)
                busy = False
            except Exception:
                log.exception("the work pauses")
                busy = False
            if not busy:
                self._wait(generation, starts=starts)

    def _wait(self, generation: int, *, starts: bool) -> None:
        """Waits until it is woken, or for the next look, unless there were news meanwhile."""
        woken = threading.Event()
        waiting = self._waiting[starts]
        with self._lock:
            if generation != self._generation:
                return
            waiting.append(woken)
        woken.wait(POLL)
        with self._lock, suppress(ValueError):
            waiting.remove(woken)

    def _work_once(self, *, starts: bool) -> bool:
        self._free_dropped()
        holder = uuid.uuid4().hex
        try:
            with self._database.write() as unit:
                chunk = unit.chunks.claim(holder, self._clock.now(), self._window, starts=starts)
                if chunk is None:
                    return False
                more = unit.chunks.any_free()
                unit.commit()
            if more:
                self.wake()
            self._work(chunk)
        except Exception:
            self._dropped.add(holder)
            raise
        if chunk.kind is ChunkKind.PLAN:
            self.wake()
        return True

    def _free_dropped(self) -> None:
        dropped = frozenset(self._dropped)
        if dropped:
            with self._database.write() as unit:
                unit.chunks.take_back(dropped, counted=False)
                unit.commit()
            self._dropped -= dropped
