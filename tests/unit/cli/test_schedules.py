"""`invoicejobs schedules`: list, set, remove."""

import json

import grpc
import pytest
from invoicejobs.v1 import tenant_settings_pb2 as pb

MORNINGS = pb.Schedule(name="mornings", cron="0 8 * * *")


@pytest.fixture
def saved(services):
    """Settings with a schedule."""
    services.settings = pb.Settings(sites=[pb.Site(code="DE")], etag="e1", schedules=[MORNINGS])
    return services


def test_the_list_shows_times_as_clocks_in_the_zone_do(run, saved):
    stdout = run("schedules", "list").stdout
    assert "mornings" in stdout
    assert "Wed 2026-07-01 08:00 +0200, Thu 2026-07-02 08:00 +0200, Fri" in stdout
    assert "Tue 2026-06-30 08:00 +0200" in stdout
    assert "job-1" in stdout


def test_as_many_times_are_shown_as_are_asked_for(run, saved):
    run("schedules", "list", "--times", "7")
    assert saved.requests["ListSchedules"][0].time_count == 7
    assert run("schedules", "list", "--times", "101").exit_code == 2


def test_programs_get_one_object_a_line(run, saved):
    saved.settings.schedules.add(name="b", cron="* * * * *")
    first, second = map(json.loads, run("schedules", "list", "--json").stdout.splitlines())
    assert first["schedule"]["cron"] == "0 8 * * *"
    assert second["nextTimes"][0] == "2026-07-01T06:00:00Z"


def test_without_schedules_a_sentence_says_so(run, services):
    services.settings = pb.Settings()
    assert run("schedules", "list").stdout == "No schedules.\n"


def test_a_new_schedule_joins_the_others_and_nothing_else_is_sent(run, saved):
    result = run("schedules", "set", "noon", "--cron", "0 12 * * *", "--time-zone", "Asia/Tokyo")
    assert result.exit_code == 0
    assert "noon" in result.stdout
    (request,) = saved.requests["UpdateTenantSettings"]
    assert list(request.update_mask.paths) == ["schedules"]
    assert request.settings == pb.Settings(
        etag="e1",
        schedules=[
            MORNINGS,
            pb.Schedule(name="noon", cron="0 12 * * *", time_zone="Asia/Tokyo"),
        ],
    )


def test_only_what_is_given_is_changed(run, saved):
    run("schedules", "set", "mornings", "--time-zone", "UTC")
    run("schedules", "set", "mornings", "--pause")
    assert list(saved.settings.schedules) == [
        pb.Schedule(name="mornings", cron="0 8 * * *", time_zone="UTC", paused=True)
    ]
    assert "paused" in run("schedules", "list").stdout
    run("schedules", "set", "mornings", "--resume", "--time-zone", "")
    assert list(saved.settings.schedules) == [MORNINGS]


def test_a_new_schedule_needs_its_times(run, saved):
    result = run("schedules", "set", "noon", "--pause")
    assert result.exit_code == 2
    assert "There is no schedule 'noon' yet: give its --cron." in result.stderr
    assert not saved.requests["UpdateTenantSettings"]


def test_a_schedule_is_removed_and_the_others_stay(run, saved):
    saved.settings.schedules.add(name="b", cron="* * * * *")
    assert run("schedules", "remove", "mornings").exit_code == 0
    assert [schedule.name for schedule in saved.settings.schedules] == ["b"]


def test_removing_what_is_not_there_names_what_is(run, saved):
    result = run("schedules", "remove", "noon")
    assert result.exit_code == 2
    assert "There is no schedule 'noon'; there are: mornings." in result.stderr


def test_settings_that_somebody_changed_meanwhile_are_not_overwritten(run, saved):
    saved.refuse("UpdateTenantSettings", grpc.StatusCode.ABORTED, "The settings were changed.")
    result = run("schedules", "set", "mornings", "--pause")
    assert result.exit_code == 3
    assert "The settings were changed." in result.stderr


def test_the_outline_of_the_settings_names_the_schedules(run, saved):
    assert "Schedule mornings" in run("settings", "get").stdout
