"""Checks schedules when they are saved."""

from __future__ import annotations

import re
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from server.domain.schedule import parse_cron
from server.domain.settings import TenantSettings
from server.domain.text_check import Problems

MOST_SCHEDULES = 100
LONGEST_CRON = 200

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")


def schedule_problems(settings: TenantSettings) -> Problems:
    """Finds what is wrong with a tenant's schedules."""
    schedules = settings.schedules
    if len(schedules) > MOST_SCHEDULES:
        yield "schedules", f"must be at most {MOST_SCHEDULES}"
    if schedules and settings.selection_rule is None:
        yield (
            "schedules",
            "need invoice_settings, which tell an AUTOMATIC job which orders are due",
        )
    names = [schedule.name for schedule in schedules]
    for index, schedule in enumerate(schedules):
        path = f"schedules[{index}]"
        if not _NAME.fullmatch(schedule.name):
            yield f"{path}.name", "must be 1 to 64 letters, digits, '-', '_' or '.'"
        elif schedule.name in names[:index]:
            yield f"{path}.name", f"{schedule.name!r} stands twice; names must differ"
        if len(schedule.cron) > LONGEST_CRON:
            yield f"{path}.cron", f"must have at most {LONGEST_CRON} characters"
        else:
            try:
                parse_cron(schedule.cron)
            except ValueError as error:
                yield f"{path}.cron", str(error)
        if schedule.time_zone:
            try:
                ZoneInfo(schedule.time_zone)
            except (ZoneInfoNotFoundError, ValueError, OSError):
                yield (
                    f"{path}.time_zone",
                    f"{schedule.time_zone!r} is no IANA time zone, such as Europe/Berlin",
                )
