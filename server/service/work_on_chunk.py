"""What an engine does with a chunk it claimed: the work, and what follows when it fails."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import timedelta

from server.domain.errors import Conflict, Unavailable
from server.domain.job import Chunk, ChunkKind, JobOrderStatus
from server.ports import Clock, Database
from server.service.outcomes import failure, unexpected
from server.service.plan_job import PlanJob
from server.service.process_chunk import ProcessChunk

log = logging.getLogger(__name__)

#: How often a chunk that fails by itself is tried before its orders fail.
ATTEMPTS = 5
#: How long a failing environment is given before the next try.
ENVIRONMENT_PAUSE = timedelta(seconds=2)


@dataclass(frozen=True, slots=True)
class WorkOnChunk:
    """Works on a claimed chunk; never raises for what went wrong in it."""

    database: Database
    clock: Clock
    plan_job: PlanJob
    process_chunk: ProcessChunk

    def __call__(self, chunk: Chunk) -> None:
        """Does the chunk, frees it for another try, or fails its orders.

        A failing environment (Unavailable) is waited out for as long as it takes and costs no
        order. Raises Unavailable only when not even the chunk's state can be written.
        """
        try:
            if chunk.kind is ChunkKind.PLAN:
                self.plan_job(chunk)
            else:
                self.process_chunk(chunk)
        except Unavailable as error:
            log.warning("job %s chunk %d waits: %s", chunk.job_id, chunk.index, error.message)
            self._release(chunk, ENVIRONMENT_PAUSE, counted=False)
        except Conflict as error:
            # Another worker has the chunk now, or was quicker with one of its orders: the next
            # try sees what changed.
            log.info("job %s chunk %d again: %s", chunk.job_id, chunk.index, error.message)
            self._try_again(chunk)
        except Exception:
            log.exception("job %s chunk %d failed", chunk.job_id, chunk.index)
            self._try_again(chunk)

    def _try_again(self, chunk: Chunk) -> None:
        if chunk.attempts < ATTEMPTS:
            self._release(chunk, timedelta(seconds=0.1 * 4**chunk.attempts), counted=True)
        else:
            self._give_up(chunk)

    def _release(self, chunk: Chunk, pause: timedelta, *, counted: bool) -> None:
        with self.database.write() as unit:
            if unit.chunks.holds(chunk):
                unit.chunks.release(chunk, self.clock.now() + pause, counted=counted)
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
