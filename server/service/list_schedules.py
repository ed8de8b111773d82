"""Tells what a tenant's schedules will do, and did last."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from zoneinfo import ZoneInfo

from server.domain.errors import NotFound
from server.domain.schedule import Schedule, next_times, parse_cron
from server.domain.tenant import Tenant
from server.ports import Clock, Database
from server.service.run_schedules import last_job_of


@dataclass(frozen=True, slots=True)
class ScheduleOutlook:
    """A schedule and what it does."""

    schedule: Schedule
    #: IANA name, never empty.
    time_zone: str
    #: UTC; empty while it is paused.
    next_times: tuple[datetime, ...]
    #: The last of its times that came, UTC; None before the first.
    last_time: datetime | None
    #: The job it started then; empty where there was none to start, or where it was long ago.
    last_job_id: str


@dataclass(frozen=True, slots=True)
class ListSchedules:
    """Lists a tenant's schedules."""

    database: Database
    clock: Clock

    def __call__(self, tenant: Tenant, count: int) -> tuple[ScheduleOutlook, ...]:
        """Lists the schedules with their next count times.

        Raises NotFound while the tenant has no settings.
        """
        now = self.clock.now()
        with self.database.read() as unit:
            settings = unit.settings.get(tenant)
            if settings is None:
                raise NotFound("The tenant has no settings yet.", reason="SETTINGS_NOT_FOUND")
            planned = unit.schedules.of_tenant(tenant)
            last_jobs = {name: last_job_of(unit, each) for name, each in planned.items()}
        return tuple(
            ScheduleOutlook(
                schedule=schedule,
                time_zone=settings.time_zone_of(schedule),
                next_times=_next_times(schedule, settings.time_zone_of(schedule), now, count),
                last_time=planned[schedule.name].fired_at if schedule.name in planned else None,
                last_job_id=last_jobs.get(schedule.name, ""),
            )
            for schedule in settings.schedules
        )


def _next_times(
    schedule: Schedule, time_zone: str, now: datetime, count: int
) -> tuple[datetime, ...]:
    if schedule.paused:
        return ()
    return tuple(islice(next_times(parse_cron(schedule.cron), ZoneInfo(time_zone), now), count))
