"""Takes chunks from workers that are gone, and sees that every chunk that is free has its turn.

Every worker process sweeps, one at a time. Nothing here relies on being alone: what is taken from
a worker is named by its holder, and a turn too many finds nothing to do.
"""

from __future__ import annotations

import asyncio
import logging
import time

from procrastinate import App, PsycopgConnector
from procrastinate.jobs import Status

from server.ports import Clock, Database
from server.work.threads import in_thread
from server.work.turns import QUEUE, TURN

log = logging.getLogger(__name__)

#: How often a worker says that it lives.
HEARTBEAT = 1.0  # seconds
#: After how long without that its chunks are given to others.
STALL = 5.0  # seconds
#: How often somebody looks for such workers.
SWEEP = 1.0  # seconds
#: How often turns that were taken long ago are deleted, and how old they are then.
PURGE = 600.0  # seconds
PURGE_AGE = 1  # hours

#: Ends sessions of ours that hold a transaction open and have said nothing for so many seconds.
#: PostgreSQL does so by itself where a transaction idles; but where a process stops in the midst of
#: a pipeline, as the driver sends a statement of many rows, it waits for the rest for ever.
_END_SILENT = """
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND usename = current_user AND pid <> pg_backend_pid()
    AND application_name = current_setting('application_name')
    AND xact_start IS NOT NULL AND wait_event = 'ClientRead'
    AND greatest(state_change, query_start) < now() - make_interval(secs => %(seconds)s)
"""

#: Turns that may be taken.
_DUE = (
    "queue_name = %(queue)s AND status = 'todo' AND (scheduled_at IS NULL OR scheduled_at <= now())"
)
#: How many more of them there may be than chunks: some were taken while they were counted.
SPARE = 100
_DROP = f"""
    DELETE FROM procrastinate_jobs WHERE id IN (
        SELECT id FROM procrastinate_jobs WHERE {_DUE} LIMIT %(beyond)s FOR UPDATE SKIP LOCKED)
"""  # noqa: S608 - words of ours

#: The number of the lock that who sweeps holds; any number that nobody else uses.
_LOCK = 4_071_977_550_135_200


class Sweeper:
    """Sweeps every second, for as long as its worker works."""

    def __init__(self, database: Database, clock: Clock, window: int) -> None:
        self._database = database
        self._clock = clock
        self._window = window
        self._dropped: set[str] = set()
        self._purged = time.monotonic()
        #: Turns that were taken here since the last sweep, and those before it.
        self._taken: list[int] = []
        self._taken_before: list[int] = []

    def drop(self, holder: str) -> None:
        """Notes that a holder of this process will not go on, though it could not say so."""
        self._dropped.add(holder)

    def taken(self, turn: int | None) -> None:
        """Notes that a turn of this process's is over; Procrastinate writes that, if it can."""
        if turn is not None:
            self._taken.append(turn)

    async def run(self, app: App, connector: PsycopgConnector) -> None:
        """Sweeps until cancelled; what fails is tried again."""
        while True:
            await asyncio.sleep(SWEEP)
            try:
                await in_thread(self._free_dropped)
                await self._end_taken(app, connector)
                await self._sweep(app, connector)
            except Exception as error:  # noqa: BLE001 - whatever failed, others rely on the next time
                log.warning("sweeping failed: %s", error.__cause__ or repr(error))

    def _free_dropped(self) -> None:
        dropped = frozenset(self._dropped)
        if dropped:
            self._take_back(dropped, counted=False)
            # What could not be freed now, since somebody has locked it, is tried again.
            self._dropped -= dropped - set(self._holders())

    def _take_back(self, holders: frozenset[str], *, counted: bool) -> int:
        with self._database.write() as unit:
            freed = unit.chunks.take_back(holders, counted=counted)
            unit.commit()
        return freed

    async def _end_taken(self, app: App, connector: PsycopgConnector) -> None:
        """Ends turns that are over, but could not be ended when the database was away.

        Nobody else would: they belong to a worker that lives.
        """
        if self._taken_before:
            rows = await connector.execute_query_all_async(
                "SELECT id FROM procrastinate_jobs WHERE status = 'doing' AND id = ANY(%(taken)s)",
                taken=self._taken_before,
            )
            for row in rows:
                await app.job_manager.finish_job_by_id_async(
                    row["id"], Status.ABORTED, delete_job=True
                )
        self._taken_before, self._taken = self._taken, []

    async def _sweep(self, app: App, connector: PsycopgConnector) -> None:
        async with connector.pool.connection() as connection:
            # Held until this connection's transaction ends, which is at the end of the block.
            cursor = await connection.execute("SELECT pg_try_advisory_xact_lock(%s)", [_LOCK])
            row = await cursor.fetchone()
            if not row or not row[0]:
                return
            await self._take_over(app, connector)
            await self._match_turns(app, connector)
            if time.monotonic() - self._purged > PURGE:
                self._purged = time.monotonic()
                await app.job_manager.delete_old_jobs(PURGE_AGE, queue=QUEUE, include_failed=True)

    async def _take_over(self, app: App, connector: PsycopgConnector) -> None:
        tasks = app.job_manager
        await connector.execute_query_all_async(_END_SILENT, seconds=STALL)
        await tasks.prune_stalled_workers(STALL)
        # In this order: whoever held a chunk by then was registered before.
        held = await in_thread(self._holders)
        if held:
            rows = await connector.execute_query_all_async("SELECT id FROM procrastinate_workers")
            living = {str(row["id"]) for row in rows}
            lost = frozenset(holder for holder in held if holder.split(":")[0] not in living)
            freed = await in_thread(lambda: self._take_back(lost, counted=True)) if lost else 0
            if freed:
                log.warning("%d chunks of workers that are gone were taken over", freed)
        for task in await tasks.get_stalled_jobs(queue=QUEUE, seconds_since_heartbeat=STALL):
            if task.id is not None:
                # Whoever had it may have come back and ended it in the meantime, which is as well.
                await tasks.finish_job_by_id_async(task.id, Status.ABORTED, delete_job=True)

    def _holders(self) -> tuple[str, ...]:
        with self._database.read() as unit:
            return unit.chunks.holders()

    async def _match_turns(self, app: App, connector: PsycopgConnector) -> None:
        """Offers turns for chunks that are free and have none, and drops those beyond all chunks.

        While all workers pass their turns on, those that come with new jobs are never used up.
        """
        # In this order: a turn that is taken in between has its chunk claimed, and both miss it.
        row = await connector.execute_query_one_async(
            f"SELECT count(*) AS turns FROM procrastinate_jobs WHERE {_DUE}",  # noqa: S608 - ours
            queue=QUEUE,
        )
        missing = await in_thread(self._claimable) - int(row["turns"])
        if missing > 0:
            turn = app.configure_task(TURN, queue=QUEUE)
            await turn.batch_defer_async(*({} for _ in range(missing)))
        elif missing < -SPARE:
            await connector.execute_query_async(_DROP, queue=QUEUE, beyond=-missing - SPARE)

    def _claimable(self) -> int:
        with self._database.read() as unit:
            return unit.chunks.claimable(self._clock.now(), self._window)
