"""Starts the AUTOMATIC jobs of schedules that are due."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from server.domain.errors import InvoiceJobsError, NotReady
from server.domain.job import JobType
from server.domain.schedule import next_times, parse_cron
from server.domain.tenant import Tenant
from server.ports import Clock, Database, PlannedSchedule, UnitOfWork
from server.service.create_job import CreateJob
from server.service.job_starts import JobRequest
from server.service.origin import current_origin

log = logging.getLogger(__name__)

#: How long a job that cannot be started now (too much work, database away) is left alone.
PAUSE = timedelta(seconds=10)


def request_id_of(tenant: Tenant, name: str, due_at: datetime) -> str:
    """Gives the request id of the job that a schedule starts for a time."""
    # No client's request id may begin so: none can take a schedule's by chance or by design.
    return f"\x1fschedule:{tenant}:{name}:{due_at.astimezone(UTC):%Y-%m-%dT%H:%MZ}"


@dataclass(frozen=True, slots=True)
class RunSchedules:
    """Starts one job for each schedule that is due, however many servers do so at once.

    The job is created in the transaction that moves its schedule on to the next time, so there is
    one or none. Times that passed while nobody looked count as one, and so do those that come
    while the schedule's last job is not done: a second one would take the same orders.
    """

    database: Database
    clock: Clock
    create_job: CreateJob

    def __call__(self) -> datetime | None:
        """Runs what is due and tells when to look again; None when nothing is planned.

        Raises Unavailable when the database cannot be read.
        """
        now = self.clock.now()
        with self.database.read() as unit:
            due = unit.schedules.due(now)
        put_off = [each for each in due if not self._run(each, now)]
        with self.database.read() as unit:
            next_due = unit.schedules.next_due(now)
        if not put_off:
            return next_due
        return min(now + PAUSE, next_due or now + PAUSE)

    def _run(self, planned: PlannedSchedule, now: datetime) -> bool:
        """Runs a schedule; tells whether that is done with, whatever came of it."""
        try:
            if self._runs(planned):
                log.log(_level(planned, now), "%s waits for its last job", _words(planned))
                return False
            self._fire(planned, now)
        except InvoiceJobsError as error:
            log.warning("%s waits: %s", _words(planned), error.message)
            return False
        except Exception:
            # A bug that one brings to light must not keep the others from running.
            log.exception("%s failed", _words(planned))
            return False
        return True

    def _runs(self, planned: PlannedSchedule) -> bool:
        """Tells whether the job that the schedule started last is not done."""
        with self.database.read() as unit:
            job_id = last_job_of(unit, planned)
            job = unit.jobs.get(planned.tenant, job_id) if job_id else None
        return job is not None and job.done_at is None

    def _fire(self, planned: PlannedSchedule, now: datetime) -> None:
        zone = ZoneInfo(planned.time_zone)
        following = next(next_times(parse_cron(planned.cron), zone, now), None)
        assert planned.due_at is not None  # noqa: S101 - only what is due is run
        with self.database.write() as unit:
            if not unit.schedules.fire(planned, following):
                return  # another server was quicker, or the settings changed
            request_id = request_id_of(planned.tenant, planned.name, planned.due_at)
            asked = JobRequest(planned.tenant, JobType.AUTOMATIC, (), request_id, current_origin())
            try:
                job = self.create_job.record(unit, asked)
            except NotReady as error:
                # Until its settings change it would be the same: the time passes without a job.
                log.warning("%s starts no job: %s", _words(planned), error.message)
                unit.commit()
                return
            unit.commit()
        log.info("%s started job %s", _words(planned), job.job_id)
        self.create_job.wake()


def last_job_of(unit: UnitOfWork, planned: PlannedSchedule) -> str:
    """Finds the job that a schedule started last, for as long as its request is remembered."""
    if planned.fired_at is None:
        return ""
    request_id = request_id_of(planned.tenant, planned.name, planned.fired_at)
    remembered = unit.requests.find(planned.tenant, request_id)
    return remembered.result if remembered else ""


def _level(planned: PlannedSchedule, now: datetime) -> int:
    """Chooses how loudly to tell that a schedule waits: once, though it is looked at for hours."""
    assert planned.due_at is not None  # noqa: S101 - only what is due is run
    return logging.INFO if now - planned.due_at < PAUSE else logging.DEBUG


def _words(planned: PlannedSchedule) -> str:
    return f"schedule {planned.name!r} of tenant {planned.tenant}"
