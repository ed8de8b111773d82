"""What the fake services say of schedules: they come daily at six in UTC, from 1 July on."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from invoicejobs.v1 import tenant_settings_pb2 as settings

FIRST = datetime(2026, 7, 1, 6, 0, tzinfo=UTC)


def outlook_of(schedule: settings.Schedule, count: int) -> settings.ScheduleOutlook:
    """Makes what a schedule does; it started job-1 the day before its first time."""
    outlook = settings.ScheduleOutlook(
        schedule=schedule, time_zone=schedule.time_zone or "Europe/Berlin", last_job_id="job-1"
    )
    outlook.last_time.FromDatetime(FIRST - timedelta(days=1))
    for day in range(0 if schedule.paused else count):
        outlook.next_times.add().FromDatetime(FIRST + timedelta(days=day))
    return outlook
