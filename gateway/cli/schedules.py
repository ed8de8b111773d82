"""`invoicejobs schedules`: when AUTOMATIC jobs start by themselves."""

from __future__ import annotations

from datetime import UTC
from zoneinfo import ZoneInfo

import click
from google.protobuf.field_mask_pb2 import FieldMask
from google.protobuf.timestamp_pb2 import Timestamp
from invoicejobs.v1.tenant_settings_pb2 import (
    GetTenantSettingsRequest,
    ListSchedulesRequest,
    Schedule,
    ScheduleOutlook,
    Settings,
    UpdateTenantSettingsRequest,
)

from gateway.cli.commands import ClientGroup
from gateway.cli.connection import Session, pass_session
from gateway.cli.output import as_dict, print_json, print_table


@click.group(cls=ClientGroup)
def schedules() -> None:
    """Shows and changes when AUTOMATIC jobs start by themselves."""


@schedules.command(
    "list", examples=("invoicejobs schedules list", "invoicejobs schedules list --times 10")
)
@click.option(
    "--times",
    type=click.IntRange(1, 100),
    default=3,
    metavar="NUMBER",
    help="How many of the next times to show.  [3]",
)
@pass_session
def list_(session: Session, times: int) -> None:
    """Lists the schedules with the next times at which they start jobs."""
    show_schedules(session, times)


@schedules.command(
    "set",
    examples=(
        "invoicejobs schedules set mornings --cron '0 6 * * MON-FRI'",
        "invoicejobs schedules set mornings --cron '0 6 * * *' --time-zone Europe/Berlin",
        "invoicejobs schedules set mornings --pause",
    ),
)
@click.argument("name")
@click.option(
    "--cron",
    metavar="FIELDS",
    help="Minute, hour, day of month, month and day of week; needed for a new schedule.",
)
@click.option(
    "--time-zone",
    metavar="ZONE",
    help="IANA name, such as Europe/Berlin; '' for the first site's, which a new schedule has.",
)
@click.option("--pause/--resume", default=None, help="Whether it starts no jobs for now.")
@pass_session
def set_(
    session: Session, name: str, cron: str | None, time_zone: str | None, pause: bool | None
) -> None:
    """Makes the schedule NAME, or changes what is given of it."""
    wanted = _settings(session)
    schedule = next((each for each in wanted.schedules if each.name == name), None)
    if schedule is None:
        if cron is None:
            raise click.UsageError(f"There is no schedule {name!r} yet: give its --cron.")
        schedule = wanted.schedules.add(name=name)
    _change(schedule, cron, time_zone, pause)
    _save(session, wanted)
    show_schedules(session)


@schedules.command(examples=("invoicejobs schedules remove mornings",))
@click.argument("name")
@pass_session
def remove(session: Session, name: str) -> None:
    """Removes the schedule NAME; jobs that it started go on."""
    wanted = _settings(session)
    kept = [schedule for schedule in wanted.schedules if schedule.name != name]
    if len(kept) == len(wanted.schedules):
        known = ", ".join(schedule.name for schedule in wanted.schedules) or "none"
        raise click.UsageError(f"There is no schedule {name!r}; there are: {known}.")
    del wanted.schedules[:]
    wanted.schedules.extend(kept)
    _save(session, wanted)
    show_schedules(session)


def show_schedules(session: Session, times: int = 3) -> None:
    """Prints the schedules, times as clocks in their zones show them."""
    request = ListSchedulesRequest(tenant=session.need_tenant(), time_count=times)
    found = session.settings.ListSchedules(request, timeout=session.timeout).schedules
    if session.json:
        for outlook in found:
            print_json(as_dict(outlook))
        return
    print_table(
        ("Schedule", "Cron", "Time zone", "Next", "Last", "Last job"),
        (
            (
                outlook.schedule.name,
                outlook.schedule.cron,
                outlook.time_zone,
                _next_times(outlook),
                _local(outlook.last_time, outlook.time_zone),
                outlook.last_job_id,
            )
            for outlook in found
        ),
        empty="No schedules.",
    )


def _next_times(outlook: ScheduleOutlook) -> str:
    if outlook.schedule.paused:
        return "paused"
    return ", ".join(_local(moment, outlook.time_zone) for moment in outlook.next_times)


def _local(moment: Timestamp, time_zone: str) -> str:
    """Writes a time as clocks in a zone show it, with the offset; empty where there is none."""
    if not moment.seconds:
        return ""
    local = moment.ToDatetime(UTC).astimezone(ZoneInfo(time_zone))
    return f"{local:%a %Y-%m-%d %H:%M %z}"


def _change(
    schedule: Schedule, cron: str | None, time_zone: str | None, pause: bool | None
) -> None:
    if cron is not None:
        schedule.cron = cron
    if time_zone is not None:
        schedule.time_zone = time_zone
    if pause is not None:
        schedule.paused = pause


def _settings(session: Session) -> Settings:
    request = GetTenantSettingsRequest(tenant=session.need_tenant())
    return session.settings.GetTenantSettings(request, timeout=session.timeout).settings


def _save(session: Session, wanted: Settings) -> None:
    """Saves the schedules only, unless somebody changed the settings since they were read."""
    session.settings.UpdateTenantSettings(
        UpdateTenantSettingsRequest(
            tenant=session.need_tenant(),
            settings=Settings(schedules=wanted.schedules, etag=wanted.etag),
            update_mask=FieldMask(paths=["schedules"]),
        ),
        timeout=session.timeout,
    )
