"""The engine of many machines: workers of Procrastinate, on the PostgreSQL database itself.

A task of Procrastinate's is a turn: it says that some chunk can be claimed, not which. Which one
it is the chunk store decides, fairly and under a lock, and it alone knows who holds what. So a task
that is lost, doubled or left over does no harm, and neither does a worker that was only paused:
its chunk has another holder by then, and nothing of its own is written any more.

Whoever takes a turn does one chunk after the other for a while, and passes the turn on as long as
there is work. So the queue has a part of the chunks to write down only.
"""

from __future__ import annotations

import asyncio
import logging
import threading
import time
import uuid
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from procrastinate import App, JobContext, PsycopgConnector

from server.domain.errors import InvoiceJobsError
from server.domain.job import Chunk
from server.ports import Clock, Database
from server.work.sweeping import HEARTBEAT, STALL, Sweeper
from server.work.threads import in_thread
from server.work.turns import QUEUE, TURN, quieten

log = logging.getLogger(__name__)

#: How long a worker whose database failed waits before it begins anew.
PAUSE = 1.0  # seconds
#: A connection for fetching and heartbeats, one for sweeping, one that sweeping asks with.
CONNECTIONS = 3
#: One of its own that listens.
LISTENING = 1
#: How often workers look for turns that nobody told them of.
POLL = 0.5  # seconds
#: For how long whoever has a turn goes on with the next chunk; less than STALL, so that a worker
#: that was given up claims nothing more once it is back.
TURN_TIME = 2.0  # seconds
#: How often a worker that is busy looks for jobs that nobody has started.
LOOK = 0.1  # seconds


class ProcrastinateEngine:
    """Claims chunks when Procrastinate gives it a turn, and takes over what others left."""

    def __init__(
        self,
        address: str,
        database: Database,
        clock: Clock,
        work: Callable[[Chunk], bool],
        *,
        threads: int,
        window: int,
    ) -> None:
        """Takes the database's address twice: for Procrastinate in libpq's form.

        work tells whether it freed the chunk for another try, for which there is a turn then.

        With no threads it does nothing, and leaves the work to other processes.
        """
        quieten()
        self._address = address
        self._database = database
        self._clock = clock
        self._work = work
        self._threads = threads
        self._window = window
        self._sweeper = Sweeper(database, clock, window)
        #: How many turns are being taken, and the worker's number in the queue since the first.
        self._busy = 0
        self._worker: int | None = None
        self._stopping = False
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop = asyncio.Event()
        self._thread = threading.Thread(target=self._run, name="engine", daemon=True)

    def start(self) -> None:
        """Begins to work, also on what a process that died has left."""
        if self._threads:
            self._thread.start()

    @property
    def connections(self) -> int:
        """Tells how many connections its queue has."""
        return CONNECTIONS + LISTENING if self._thread.is_alive() else 0

    def wake(self) -> None:
        """Does nothing: turns are offered in the transactions that make the work."""

    def stop(self, grace: float) -> bool:
        """Takes no new turns and waits up to grace seconds for those in work.

        Tells whether all were finished; what was not is taken over by others.
        """
        self._stopping = True
        if self._loop:
            with suppress(RuntimeError):  # it has ended
                self._loop.call_soon_threadsafe(self._stop.set)
        if self._thread.is_alive():
            self._thread.join(grace)
        return not self._thread.is_alive()

    def _run(self) -> None:
        asyncio.run(self._keep_working())

    async def _keep_working(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._loop.set_exception_handler(_tell)
        while not (self._stopping or self._stop.is_set()):
            try:
                await self._work_until_stopped()
            except Exception as error:  # noqa: BLE001 - whatever failed, the work must go on
                log.warning("the worker begins anew: %s", error.__cause__ or repr(error))
                await _wait(self._stop, PAUSE)

    async def _work_until_stopped(self) -> None:
        """Works until stopped. Ends by an error when the database fails, or others gave us up.

        Procrastinate takes no task for a worker that was given up: its row is gone, and the
        task's reference to it is refused. Beginning anew makes it another worker.
        """
        connector = PsycopgConnector(
            conninfo=self._address, min_size=1, max_size=CONNECTIONS, timeout=5
        )
        app = App(connector=connector)
        app.task(name=TURN, queue=QUEUE, pass_context=True)(self._take_turn)
        async with app.open_async():
            worker = asyncio.create_task(
                app.run_worker_async(
                    queues=[QUEUE],
                    concurrency=self._threads,
                    fetch_job_polling_interval=POLL,
                    update_heartbeat_interval=HEARTBEAT,
                    stalled_worker_timeout=STALL,
                    install_signal_handlers=False,
                )
            )
            sweeping = asyncio.create_task(self._sweeper.run(app, connector))
            stopping = asyncio.create_task(self._stop.wait())
            starting = asyncio.create_task(self._start_jobs(worker))
            await asyncio.wait({worker, stopping}, return_when=asyncio.FIRST_COMPLETED)
            # Ends the worker in order: no new turns, those in work are finished.
            ended_by_itself = not worker.cancel()
            for task in (sweeping, stopping):
                task.cancel()
            results = await asyncio.gather(
                worker, sweeping, stopping, starting, return_exceptions=True
            )
            if ended_by_itself and isinstance(results[0], Exception):
                raise results[0]

    async def _take_turn(self, context: JobContext) -> None:
        self._worker = context.job.worker_id
        self._busy += 1
        try:
            # In a thread: heartbeats come from this loop.
            more = await in_thread(self._use_turn)
        finally:
            self._busy -= 1
            self._sweeper.taken(context.job.id)
        if more:
            await context.app.configure_task(TURN, queue=QUEUE).defer_async()

    def _use_turn(self) -> bool:
        """Does one chunk after the other for a while; tells whether there may be more."""
        end = time.monotonic() + TURN_TIME
        while self._claim_and_work(starts=False):
            if self._stopping or time.monotonic() >= end:
                return True
        return False

    async def _start_jobs(self, worker: asyncio.Task[None]) -> None:
        """Starts jobs while all turns are being taken: a new one need not wait for a large one's.

        By looking, not by turns: Procrastinate cannot keep a place free for some of them.
        """
        while not (self._stop.is_set() or worker.done()):
            if self._busy >= self._threads:
                await in_thread(lambda: self._claim_and_work(starts=True))
            await _wait(self._stop, LOOK)

    def _claim_and_work(self, *, starts: bool) -> bool:
        """Claims a chunk and does it; False when there is none, or it was not done.

        Whoever frees a chunk offers a turn for it: to go on with another would make two of one.
        """
        holder = f"{self._worker}:{uuid.uuid4().hex}"
        try:
            with self._database.write() as unit:
                chunk = unit.chunks.claim(holder, self._clock.now(), self._window, starts=starts)
                # Where there is none, too: at a rollback the driver forgets all it has prepared.
                unit.commit()
            if chunk is None:
                return False
            return not self._work(chunk)
        except InvoiceJobsError as error:
            log.warning("the work pauses: %s", error.message)
            self._sweeper.drop(holder)
            return False
        except Exception:
            log.exception("the work pauses")
            self._sweeper.drop(holder)
            return False


def _tell(_: asyncio.AbstractEventLoop, failure: dict[str, Any]) -> None:
    """Says in a sentence what failed beside the work, such as the end of a turn others took over.

    Nobody waits for the tasks that Procrastinate starts for its own ends; asyncio would show where
    each of them failed, line by line.
    """
    error = failure.get("exception")
    reason = (error.__cause__ or repr(error)) if error else failure["message"]
    log.warning("the queue was not told what became of a turn: %s", reason)


async def _wait(event: asyncio.Event, seconds: float) -> None:
    try:
        await asyncio.wait_for(event.wait(), seconds)
    except TimeoutError:
        return
