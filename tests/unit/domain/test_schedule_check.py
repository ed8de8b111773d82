"""Schedules are checked when they are saved."""

import pytest

from server.domain.errors import InvalidInput
from server.domain.schedule import Schedule
from server.domain.settings_check import check_settings
from tests.builders.settings import IDENTIFIERS, make_settings

GOOD = Schedule("mornings", "0 6 * * MON-FRI", "America/New_York")


def problems(*schedules, **changes):
    """Gives what is refused, by field."""
    settings = make_settings(schedules=schedules, **changes)
    try:
        check_settings(settings, IDENTIFIERS)
    except InvalidInput as error:
        return {violation.field: violation.description for violation in error.violations}
    return {}


def test_good_schedules_are_taken():
    assert problems(GOOD, Schedule("Every.hour-1_x", "0 * * * *", paused=True)) == {}


@pytest.mark.parametrize(
    ("wrong", "field", "problem"),
    [
        (Schedule("", "0 6 * * *"), "name", "1 to 64 letters"),
        (Schedule("a b", "0 6 * * *"), "name", "1 to 64 letters"),
        (Schedule("x" * 65, "0 6 * * *"), "name", "1 to 64 letters"),
        (Schedule("mornings", "0 6 * * *"), "name", "stands twice"),
        (Schedule("b", "0 0 31 2 *"), "cron", "never comes"),
        (Schedule("b", "0 25 * * *"), "cron", "hour '25' is not within 0 to 23"),
        (Schedule("b", "0," * 100 + "0 * * * *"), "cron", "at most 200 characters"),
        (Schedule("b", "0 6 * * *", "Mars/Olympus"), "time_zone", "no IANA time zone"),
        (Schedule("b", "0 6 * * *", "../etc/passwd"), "time_zone", "no IANA time zone"),
    ],
)
def test_a_wrong_schedule_is_named_by_its_place_and_field(wrong, field, problem):
    found = problems(GOOD, wrong)
    assert list(found) == [f"schedules[1].{field}"]
    assert problem in found[f"schedules[1].{field}"]


def test_schedules_need_the_rule_that_tells_what_is_due():
    assert "invoice_settings" in problems(GOOD, selection_rule=None)["schedules"]


def test_a_hundred_schedules_are_the_most():
    many = [Schedule(f"s{n}", "0 6 * * *") for n in range(101)]
    assert problems(*many[:100]) == {}
    assert "at most 100" in problems(*many)["schedules"]
