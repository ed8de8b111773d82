"""Plans schedules anew that a clock which was far ahead for a while has put off for as long."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from server.domain.errors import InvoiceJobsError
from server.domain.schedule import next_times, parse_cron
from server.ports import Clock, Database, PlannedSchedule

log = logging.getLogger(__name__)

#: A time that came, though the clock says that it is yet to come, came by a clock that was put back
#: since. So far ahead it is taken for one that was right: no second job is started for that time.
BELIEVED = timedelta(days=1)
#: So much may a time be late: clocks that are kept in step go back by less.
SLACK = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class ReplanSchedules:
    """Brings schedules back to their next time by the clock as it is now."""

    database: Database
    clock: Clock

    def __call__(self) -> None:
        """Looks at all that are not due. Raises Unavailable when the database cannot be used."""
        now = self.clock.now()
        with self.database.read() as unit:
            later = unit.schedules.later(now)
        for planned in later:
            try:
                self._replan(planned, now)
            except InvoiceJobsError:
                raise
            except Exception:
                # A bug that one brings to light must not keep the others late.
                log.exception("schedule %r of tenant %s", planned.name, planned.tenant)

    def _replan(self, planned: PlannedSchedule, now: datetime) -> None:
        fired_at = planned.fired_at
        if fired_at is not None and fired_at > now + BELIEVED:
            fired_at = None
        zone = ZoneInfo(planned.time_zone)
        due_at = next(next_times(parse_cron(planned.cron), zone, max(now, fired_at or now)), None)
        assert planned.due_at is not None  # noqa: S101 - only what is planned is looked at
        if due_at is None or planned.due_at - due_at <= SLACK:
            return
        with self.database.write() as unit:
            unit.schedules.replan(planned, due_at, fired_at)
            unit.commit()
        log.warning(
            "schedule %r of tenant %s is due on %s, and not on %s: the clock was ahead",
            *(planned.name, planned.tenant, due_at, planned.due_at),
        )
