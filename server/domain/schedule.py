"""When AUTOMATIC jobs start by themselves: cron expressions, and the times they mean in a zone.

Times on the clock on the wall decide. One that does not exist, because clocks are put forward over
it, stands for the moment they are; one that exists twice, because they are put back, for the first.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

#: 29 February falls on a certain weekday again after at most 40 years (1900 and 2100 leap none).
HORIZON = timedelta(days=41 * 366)

_MONTHS = "JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC".split()
_WEEKDAYS = "SUN MON TUE WED THU FRI SAT".split()
_LONGEST_MONTHS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_ITEM = re.compile(r"(?:\*|(?P<first>\w+)(?:-(?P<last>\w+))?)(?:/(?P<step>[0-9]{1,2}))?")


@dataclass(frozen=True, slots=True)
class Schedule:
    """When a tenant's AUTOMATIC jobs start by themselves."""

    name: str
    #: Five fields: minute, hour, day of month, month, day of week.
    cron: str
    #: IANA name; empty means the first site's.
    time_zone: str = ""
    paused: bool = False


@dataclass(frozen=True, slots=True)
class Cron:
    """A cron expression that was read."""

    minutes: tuple[int, ...]
    hours: tuple[int, ...]
    days: frozenset[int]
    months: frozenset[int]
    #: 0 is Sunday.
    weekdays: frozenset[int]
    #: Both kinds of day are restricted: as in every cron, one of them is enough then.
    either: bool

    def includes(self, day: date) -> bool:
        """Tells whether there are times on a day."""
        if day.month not in self.months:
            return False
        by_date, by_weekday = day.day in self.days, day.isoweekday() % 7 in self.weekdays
        return by_date or by_weekday if self.either else by_date and by_weekday

    @property
    def is_possible(self) -> bool:
        """Tells whether the times ever come, unlike 31 February."""
        # Every date, 29 February too, falls on each weekday some year.
        return self.either or any(
            min(self.days) <= _LONGEST_MONTHS[month - 1] for month in self.months
        )


@dataclass(frozen=True, slots=True)
class _Field:
    name: str
    least: int
    most: int
    #: Names of the values from least on.
    words: tuple[str, ...] = ()

    def values(self, text: str) -> tuple[int, ...]:
        """Reads a list of items. Raises ValueError that says what is wrong."""
        found = {value for item in text.split(",") for value in self._item(item)}
        return tuple(sorted(found))

    def _item(self, text: str) -> range:
        match = _ITEM.fullmatch(text)
        if not match or (match["step"] and match["first"] and not match["last"]):
            raise ValueError(f"{self.name} {text!r} is none of *, 5, 5-10, */15, 5-50/15")
        step = int(match["step"] or 1)
        first = self._value(match["first"]) if match["first"] else self.least
        last = self._value(match["last"] or match["first"]) if match["first"] else self.most
        if step == 0:
            raise ValueError(f"{self.name} {text!r} has a step of 0")
        if first > last:
            raise ValueError(f"{self.name} {text!r} runs backwards")
        return range(first, last + 1, step)

    def _value(self, text: str) -> int:
        if text.upper() in self.words:
            return self.least + self.words.index(text.upper())
        if not re.fullmatch(r"[0-9]{1,2}", text) or not self.least <= int(text) <= self.most:
            raise ValueError(f"{self.name} {text!r} is not within {self.least} to {self.most}")
        return int(text)


_FIELDS = (
    _Field("minute", 0, 59),
    _Field("hour", 0, 23),
    _Field("day of month", 1, 31),
    _Field("month", 1, 12, tuple(_MONTHS)),
    _Field("day of week", 0, 7, tuple(_WEEKDAYS)),
)


def parse_cron(text: str) -> Cron:
    """Reads a cron expression. Raises ValueError that says what is wrong with it."""
    texts = text.split()
    if len(texts) != len(_FIELDS):
        raise ValueError(
            "must have five fields: minute, hour, day of month, month, day of week; "
            "'0 6 * * MON-FRI' is every working day at six"
        )
    minutes, hours, days, months, weekdays = (
        field.values(item) for field, item in zip(_FIELDS, texts, strict=True)
    )
    cron = Cron(
        minutes,
        hours,
        frozenset(days),
        frozenset(months),
        frozenset(weekday % 7 for weekday in weekdays),
        either=not texts[2].startswith("*") and not texts[4].startswith("*"),
    )
    if not cron.is_possible:
        raise ValueError("never comes: none of its months has such a day")
    return cron


def next_times(cron: Cron, zone: ZoneInfo, after: datetime) -> Iterator[datetime]:
    """Gives the times after a moment, in UTC, one after the other; ends after 41 years."""
    latest = after
    day = after.astimezone(zone).date()
    end = day + HORIZON
    while day <= end:
        if cron.includes(day):
            for hour in cron.hours:
                for minute in cron.minutes:
                    moment = _moment(datetime.combine(day, time(hour, minute)), zone)
                    if moment > latest:
                        latest = moment
                        yield moment
        day += timedelta(days=1)


def next_time(schedule: Schedule, time_zone: str, after: datetime) -> datetime | None:
    """Gives the next time of a schedule in UTC; None while it is paused."""
    if schedule.paused:
        return None
    return next(next_times(parse_cron(schedule.cron), ZoneInfo(time_zone), after), None)


def _moment(wall: datetime, zone: ZoneInfo) -> datetime:
    """Gives the moment when clocks in a zone show a time."""
    local = wall.replace(tzinfo=zone)
    moment = local.astimezone(UTC)
    if moment.astimezone(zone).replace(tzinfo=None) == wall:
        return moment
    # Clocks skip it: by the offset after the change it is too early, by the one before too late.
    early, late = local.replace(fold=1).astimezone(UTC), moment
    offset = early.astimezone(zone).utcoffset()
    while late - early > timedelta(seconds=1):
        middle = early + timedelta(seconds=(late - early) // timedelta(seconds=2))
        if middle.astimezone(zone).utcoffset() == offset:
            early = middle
        else:
            late = middle
    return late
