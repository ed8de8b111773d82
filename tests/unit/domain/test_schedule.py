"""When a cron expression comes, above all where clocks are put forward and back."""

import re
from datetime import UTC, date, datetime
from itertools import islice
from zoneinfo import ZoneInfo

import pytest

from server.domain.schedule import Schedule, next_time, next_times, parse_cron

BERLIN, NEW_YORK = ZoneInfo("Europe/Berlin"), ZoneInfo("America/New_York")


def local_times(cron, zone, after, count):
    """Gives the next times as clocks in the zone show them."""
    start = datetime.fromisoformat(after).replace(tzinfo=zone)
    times = islice(next_times(parse_cron(cron), zone, start.astimezone(UTC)), count)
    return [f"{time.astimezone(zone):%Y-%m-%d %H:%M %z}" for time in times]


@pytest.mark.parametrize(
    ("cron", "expected"),
    [
        ("* * * * *", ["2026-03-10 09:01", "2026-03-10 09:02"]),
        ("*/20 * * * *", ["2026-03-10 09:20", "2026-03-10 09:40", "2026-03-10 10:00"]),
        ("5-50/15 9 * * *", ["2026-03-10 09:05", "2026-03-10 09:20", "2026-03-10 09:35"]),
        ("0 6 * * *", ["2026-03-11 06:00", "2026-03-12 06:00"]),
        ("0 9 * * *", ["2026-03-11 09:00"]),  # 9:00 itself has come already
        ("30 8,18 * * *", ["2026-03-10 18:30", "2026-03-11 08:30"]),
        ("0 6 * * MON-FRI", ["2026-03-11 06:00", "2026-03-12 06:00", "2026-03-13 06:00",
                             "2026-03-16 06:00"]),
        ("0 6 * * sat,sun", ["2026-03-14 06:00", "2026-03-15 06:00", "2026-03-21 06:00"]),
        ("0 6 * * 0", ["2026-03-15 06:00", "2026-03-22 06:00"]),
        ("0 6 * * 7", ["2026-03-15 06:00", "2026-03-22 06:00"]),
        ("0 6 * * 5-7", ["2026-03-13 06:00", "2026-03-14 06:00", "2026-03-15 06:00",
                         "2026-03-20 06:00"]),
        ("0 0 1 * *", ["2026-04-01 00:00", "2026-05-01 00:00"]),
        ("0 0 31 * *", ["2026-03-31 00:00", "2026-05-31 00:00", "2026-07-31 00:00"]),
        ("0 0 1 JAN,jul *", ["2026-07-01 00:00", "2027-01-01 00:00"]),
        # Both kinds of day: either is enough, unless one begins with *.
        ("0 0 13 * FRI", ["2026-03-13 00:00", "2026-03-20 00:00", "2026-03-27 00:00",
                          "2026-04-03 00:00", "2026-04-10 00:00", "2026-04-13 00:00"]),
        ("0 0 */10 * TUE", ["2026-03-31 00:00", "2026-04-21 00:00"]),
        ("0 0 29 2 *", ["2028-02-29 00:00", "2032-02-29 00:00"]),
        ("0 0 29 2 */7", ["2032-02-29 00:00", "2060-02-29 00:00"]),  # on a Sunday
    ],
)  # fmt: skip
def test_times_follow_from_the_fields(cron, expected):
    utc = ZoneInfo("UTC")
    found = local_times(cron, utc, "2026-03-10T09:00", len(expected))
    assert found == [f"{time} +0000" for time in expected]


@pytest.mark.parametrize(
    ("zone", "cron", "after", "expected"),
    [
        # Berlin skips 2:00 to 3:00 on 29 March 2026.
        (BERLIN, "30 2 * * *", "2026-03-28T12:00",
         ["2026-03-29 03:00 +0200", "2026-03-30 02:30 +0200"]),
        (BERLIN, "*/30 2,3 29 3 *", "2026-03-29T00:00",
         ["2026-03-29 03:00 +0200", "2026-03-29 03:30 +0200", "2027-03-29 02:00 +0200"]),
        (BERLIN, "0 3 * * *", "2026-03-28T12:00",
         ["2026-03-29 03:00 +0200", "2026-03-30 03:00 +0200"]),
        # It has 2:00 to 3:00 twice on 25 October 2026.
        (BERLIN, "30 2 * * *", "2026-10-24T12:00",
         ["2026-10-25 02:30 +0200", "2026-10-26 02:30 +0100"]),
        (BERLIN, "0 * * * *", "2026-10-25T01:30",
         ["2026-10-25 02:00 +0200", "2026-10-25 03:00 +0100"]),
        (BERLIN, "0 6 * * *", "2026-10-24T12:00",
         ["2026-10-25 06:00 +0100", "2026-10-26 06:00 +0100"]),
        # New York skips 2:00 to 3:00 on 8 March and has 1:00 to 2:00 twice on 1 November.
        (NEW_YORK, "15 2 * * *", "2026-03-07T12:00",
         ["2026-03-08 03:00 -0400", "2026-03-09 02:15 -0400"]),
        (NEW_YORK, "15 1 * * *", "2026-10-31T12:00",
         ["2026-11-01 01:15 -0400", "2026-11-02 01:15 -0500"]),
        # Santiago skips midnight, Samoa a whole day; Lord Howe moves by half an hour.
        (ZoneInfo("America/Santiago"), "0 0 * * *", "2026-09-05T12:00",
         ["2026-09-06 01:00 -0300", "2026-09-07 00:00 -0300"]),
        (ZoneInfo("Pacific/Apia"), "0 12 * * *", "2011-12-29T13:00",
         ["2011-12-31 00:00 +1400", "2011-12-31 12:00 +1400"]),
        (ZoneInfo("Australia/Lord_Howe"), "15 2 * * *", "2026-10-03T12:00",
         ["2026-10-04 02:30 +1100", "2026-10-05 02:15 +1100"]),
    ],
)  # fmt: skip
def test_a_time_that_is_skipped_comes_at_the_next_one_and_a_double_one_once(
    zone, cron, after, expected
):
    assert local_times(cron, zone, after, len(expected)) == expected


def test_between_the_two_runs_of_a_double_hour_nothing_comes_again():
    second_run = datetime(2026, 10, 25, 1, 10, tzinfo=UTC)  # 2:10 for the second time
    assert next(next_times(parse_cron("*/5 * * * *"), BERLIN, second_run)) == datetime(
        2026, 10, 25, 2, 0, tzinfo=UTC
    )


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/New_York", "Pacific/Apia", "UTC"])
def test_times_rise_and_show_what_was_asked_unless_it_was_skipped(zone):
    zone = ZoneInfo(zone)
    start = datetime(2025, 12, 31, 23, 59, 59, tzinfo=UTC)
    times = list(islice(next_times(parse_cron("*/30 * * * *"), zone, start), 48 * 366))
    assert times == sorted(set(times))
    assert {time.astimezone(zone).minute for time in times} == {0, 30}
    assert {time.astimezone(zone).date() for time in times} >= {
        date(2026, 3, 29),
        date(2026, 11, 1),
    }


@pytest.mark.parametrize(
    ("cron", "problem"),
    [
        ("", "must have five fields"),
        ("0 6 * *", "must have five fields"),
        ("0 0 6 * * *", "must have five fields"),
        ("@daily", "must have five fields"),
        ("60 * * * *", "minute '60' is not within 0 to 59"),
        ("0 24 * * *", "hour '24' is not within 0 to 23"),
        ("0 0 0 * *", "day of month '0' is not within 1 to 31"),
        ("0 0 * 13 *", "month '13' is not within 1 to 12"),
        ("0 0 * * 8", "day of week '8' is not within 0 to 7"),
        ("0 0 * * FOO", "day of week 'FOO' is not within"),
        ("0 0 * MON *", "month 'MON' is not within"),
        ("30-10 * * * *", "minute '30-10' runs backwards"),
        ("*/0 * * * *", "minute '*/0' has a step of 0"),
        ("5/10 * * * *", "minute '5/10' is none of"),
        ("1,,2 * * * *", "minute '' is none of"),
        ("-1 * * * *", "minute '-1' is none of"),
        ("٣ * * * *", "minute '٣' is not within"),
        ("L * * * *", "minute 'L' is not within"),
        ("0 0 31 2 *", "never comes"),
        ("0 0 30 2 *", "never comes"),
        ("0 0 31 4,6,9,11 *", "never comes"),
        ("0 0 30-31 2 */2", "never comes"),
    ],
)
def test_what_is_no_cron_expression_or_never_comes_is_refused(cron, problem):
    with pytest.raises(ValueError, match=re.escape(problem)):
        parse_cron(cron)


@pytest.mark.parametrize("cron", ["0 0 29 2 *", "0 0 31 2,3 *", "0 0 31 2 MON", "0 0 29 2 */7"])
def test_what_is_rare_is_taken(cron):
    assert parse_cron(cron).is_possible


def test_the_rarest_time_is_found():
    # No 29 February from 2096 to 2104; the next one on a Sunday is 40 years after the last.
    after = datetime(2088, 3, 1, tzinfo=UTC)
    schedule = Schedule("rare", "0 0 29 2 */7")
    assert next_time(schedule, "UTC", after) == datetime(2128, 2, 29, tzinfo=UTC)


def test_a_paused_schedule_has_no_next_time():
    schedule = Schedule("mornings", "0 6 * * *", paused=True)
    assert next_time(schedule, "UTC", datetime(2026, 3, 10, tzinfo=UTC)) is None
