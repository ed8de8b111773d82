"""Works out when schedules are due, as soon as settings are saved."""

from __future__ import annotations

from datetime import datetime

from server.domain.schedule import Schedule, next_time
from server.domain.settings import TenantSettings
from server.domain.tenant import Tenant
from server.ports import PlannedSchedule, UnitOfWork


def plan_schedules(
    unit: UnitOfWork, tenant: Tenant, settings: TenantSettings, now: datetime
) -> None:
    """Makes what is planned follow the settings; what did not change stays, even overdue."""
    planned = unit.schedules.of_tenant(tenant)
    unit.schedules.remove(tenant, planned.keys() - {each.name for each in settings.schedules})
    for schedule in settings.schedules:
        time_zone = settings.time_zone_of(schedule)
        before = planned.get(schedule.name)
        if before is None or not _is_same(before, schedule, time_zone):
            fired_at = before.fired_at if before else None
            # A clock that was put back must not lead to a time for which a job was started.
            due_at = next_time(schedule, time_zone, max(now, fired_at or now))
            unit.schedules.put(
                PlannedSchedule(tenant, schedule.name, schedule.cron, time_zone, due_at)
            )


def _is_same(planned: PlannedSchedule, schedule: Schedule, time_zone: str) -> bool:
    return (planned.cron, planned.time_zone, planned.due_at is None) == (
        schedule.cron,
        time_zone,
        schedule.paused,
    )
