"""What is kept of schedules: when each is due, and when it was last."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from server.domain.tenant import Tenant


@dataclass(frozen=True, slots=True)
class PlannedSchedule:
    """A schedule of the settings, and the time for which it starts its next job."""

    tenant: Tenant
    name: str
    cron: str
    #: IANA name, never empty.
    time_zone: str
    #: UTC; None while it is paused.
    due_at: datetime | None
    #: The last of its times that came, UTC; None before the first.
    fired_at: datetime | None = None


class ScheduleStore(Protocol):
    """Keeps when schedules are due."""

    def of_tenant(self, tenant: Tenant) -> dict[str, PlannedSchedule]:
        """Finds a tenant's schedules by name."""
        ...

    def put(self, planned: PlannedSchedule) -> None:
        """Writes a schedule, in place of the one of that name; fired_at stays as it was."""
        ...

    def remove(self, tenant: Tenant, names: Collection[str]) -> None:
        """Forgets schedules."""
        ...

    def due(self, now: datetime) -> tuple[PlannedSchedule, ...]:
        """Lists the schedules of all tenants that are due now, the longest due first.

        Uses an index: cost grows with those that are due.
        """
        ...

    def next_due(self, now: datetime) -> datetime | None:
        """Tells when the first of those that are not due yet will be."""
        ...

    def fire(self, planned: PlannedSchedule, next_due: datetime | None) -> bool:
        """Moves a schedule from its due time on to the next, and tells whether it was still due.

        Of all who try, one is told so, if its transaction commits.
        """
        ...
