"""What an engine does with a chunk it claimed: the work, and what follows when it fails."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from server.domain.errors import Conflict, Interrupted, Unavailable
from server.domain.job import Chunk, ChunkKind, JobOrderStatus
from server.ports import Clock, Database
from server.service.outcomes import failure, unexpected

log = logging.getLogger(__name__)

#: How often a chunk that fails by itself is tried before its orders fail.
ATTEMPTS = 5
#: How long a failing environment is given before the next try.
ENVIRONMENT_PAUSE = timedelta(seconds=2)
#: How long a job whose orders cannot be found is given before the next try. It is tried for as
#: long as it takes: were it DONE, it would look as if no order had been due.
PLAN_PAUSE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class WorkOnChunk:
    """Works on a claimed chunk; never raises for what went wrong in it."""

    database: Database
    clock: Clock
    #: Cuts an AUTOMATIC job into chunks, as `PlanJob` does.
    plan_job: Callable[[Chunk], None]
    #: Gives its orders their outcomes, in whatever process; raises what `ProcessChunk` does, and
    #: Interrupted.
    process_chunk: Callable[[Chunk], None]
    #: Tells those who watch the job.
    changed: Callable[[str], None]

    def __call__(self, chunk: Chunk) -> bool:
        """Does the chunk, frees it for another try, or fails its orders; tells if it was freed.

        A failing environment (Unavailable) is waited out for as long as it takes and costs no
        order; so is a plan that fails, unless its job is cancelled. Raises Unavailable only when
        not even the chunk's state can be written.
        """
        try:
            if chunk.kind is ChunkKind.PLAN:
                return self._plan(chunk)
            if chunk.attempts > ATTEMPTS:
                self._end_or_split(chunk)
            else:
                self.process_chunk(chunk)
            return False
        except Unavailable as error:
            log.warning("job %s chunk %d waits: %s", chunk.job_id, chunk.index, error.message)
            return self._release(chunk, ENVIRONMENT_PAUSE, counted=False)
        except Interrupted as error:
            # Counted, for the next process may end of it, too: see `_end_or_split`.
            log.warning("job %s chunk %d again: %s", chunk.job_id, chunk.index, error.message)
            return self._release(chunk, timedelta(0), counted=True)
        except Conflict as error:
            # Another worker has the chunk now, or was quicker with one of its orders: the next
            # try sees what changed.
            log.info("job %s chunk %d again: %s", chunk.job_id, chunk.index, error.message)
            return self._try_again(chunk)
        except Exception:
            log.exception("job %s chunk %d failed", chunk.job_id, chunk.index)
            return self._try_again(chunk)
        finally:
            self.changed(chunk.job_id)

    def _plan(self, chunk: Chunk) -> bool:
        # Whoever ends each of its workers is only put off every second time.
        if chunk.attempts > ATTEMPTS and chunk.attempts % 2 == 0:
            return self._put_off(chunk, counted=True)
        self.plan_job(chunk)
        return False

    def _try_again(self, chunk: Chunk) -> bool:
        if chunk.attempts < ATTEMPTS:
            pause = timedelta(seconds=0.1 * 4**chunk.attempts)
            return self._release(chunk, pause, counted=True)
        if chunk.kind is ChunkKind.PLAN:
            return self._put_off(chunk, counted=False)
        self._give_up(chunk)
        return False

    def _put_off(self, chunk: Chunk, *, counted: bool) -> bool:
        """Gives a plan a long pause, or ends it where its job was cancelled."""
        with self.database.read() as unit:
            job = unit.jobs.get(chunk.tenant, chunk.job_id)
        if job is None or job.cancelled_at:
            self._give_up(chunk)
            return False
        log.error(
            "the due orders of job %s of tenant %s cannot be found; it is tried again in %d s",
            *(chunk.job_id, chunk.tenant, PLAN_PAUSE.total_seconds()),
        )
        return self._release(chunk, PLAN_PAUSE, counted=counted)

    def _release(self, chunk: Chunk, pause: timedelta, *, counted: bool) -> bool:
        with self.database.write() as unit:
            held = unit.chunks.holds(chunk)
            if held:
                unit.chunks.release(chunk, self.clock.now() + pause, counted=counted)
                unit.commit()
        return held

    def _end_or_split(self, chunk: Chunk) -> None:
        """Keeps a chunk whose workers ended, one after the other, from ending more of them.

        Its orders are tried one by one, each as often: one that ends its worker fails alone.
        """
        if chunk.end - chunk.first <= 1:
            log.error("job %s chunk %d ended each of its workers", chunk.job_id, chunk.index)
            self._give_up(chunk)
            return
        log.warning("job %s chunk %d is tried order by order", chunk.job_id, chunk.index)
        with self.database.write() as unit:
            unit.chunks.split(chunk)
            unit.commit()

    def _give_up(self, chunk: Chunk) -> None:
        """Fails the orders of a chunk that cannot be done, so that its job ends."""
        error = unexpected("The order could not be invoiced")
        with self.database.write() as unit:
            if not unit.chunks.holds(chunk):
                return
            orders = unit.jobs.orders(chunk.job_id, chunk.first, chunk.end - chunk.first)
            pending = [o for o in orders if o.status is JobOrderStatus.PENDING]
            unit.jobs.record(chunk.job_id, [failure(order, error) for order in pending])
            unit.chunks.finish(chunk)
            unit.jobs.close_if_complete(chunk.job_id, self.clock.now())
            unit.commit()
