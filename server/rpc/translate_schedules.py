"""Schedules: values to messages, and how many of their times a client wants."""

from __future__ import annotations

from invoicejobs.v1 import tenant_settings_pb2

from server.domain.errors import InvalidInput
from server.domain.schedule import Schedule
from server.rpc.translate_values import timestamp
from server.service.list_schedules import ScheduleOutlook

DEFAULT_TIMES = 3
MOST_TIMES = 100


def read_time_count(count: int) -> int:
    """Reads how many times are wanted. Raises InvalidInput when that is out of range."""
    if not 0 <= count <= MOST_TIMES:
        raise InvalidInput.field("time_count", f"must be 1 to {MOST_TIMES}, or 0 for the default")
    return count or DEFAULT_TIMES


def schedule_message(schedule: Schedule) -> tenant_settings_pb2.Schedule:
    """Writes when a tenant's jobs start by themselves."""
    return tenant_settings_pb2.Schedule(
        name=schedule.name,
        cron=schedule.cron,
        time_zone=schedule.time_zone,
        paused=schedule.paused,
    )


def outlook_message(outlook: ScheduleOutlook) -> tenant_settings_pb2.ScheduleOutlook:
    """Writes what a schedule does."""
    message = tenant_settings_pb2.ScheduleOutlook(
        schedule=schedule_message(outlook.schedule),
        time_zone=outlook.time_zone,
        last_time=timestamp(outlook.last_time),
        last_job_id=outlook.last_job_id,
    )
    for moment in outlook.next_times:
        message.next_times.add().FromDatetime(moment)
    return message
