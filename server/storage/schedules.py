"""When tenants' schedules are due."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Connection, delete, func, insert, or_, select, update

from server.domain.tenant import Tenant
from server.ports import PlannedSchedule
from server.storage.paging import AnyRow
from server.storage.schedule_table import PLANNED, schedules


class SqlScheduleStore:
    """Keeps when schedules are due."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def of_tenant(self, tenant: Tenant) -> dict[str, PlannedSchedule]:
        """Finds a tenant's schedules by name."""
        rows = self._connection.execute(select(schedules).where(schedules.c.tenant == tenant))
        return {row.name: _planned(row) for row in rows}

    def put(self, planned: PlannedSchedule) -> None:
        """Writes a schedule, in place of the one of that name; fired_at stays as it was."""
        key = {"tenant": planned.tenant, "name": planned.name}
        values = {
            "cron": planned.cron,
            "time_zone": planned.time_zone,
            "due_at": planned.due_at,
        }
        replaced = self._connection.execute(
            update(schedules)
            .where(*(schedules.c[column] == value for column, value in key.items()))
            .values(values)
        )
        if replaced.rowcount == 0:
            self._connection.execute(insert(schedules).values({**key, **values}))

    def remove(self, tenant: Tenant, names: Collection[str]) -> None:
        """Forgets schedules."""
        if names:
            self._connection.execute(
                delete(schedules).where(
                    schedules.c.tenant == tenant, schedules.c.name.in_(sorted(names))
                )
            )

    def due(self, now: datetime) -> tuple[PlannedSchedule, ...]:
        """Lists the schedules of all tenants that are due now, the longest due first.

        Uses an index: cost grows with those that are due.
        """
        rows = self._connection.execute(
            select(schedules)
            .where(PLANNED, schedules.c.due_at <= now)
            .order_by(schedules.c.due_at, schedules.c.tenant, schedules.c.name)
        )
        return tuple(_planned(row) for row in rows)

    def next_due(self, now: datetime) -> datetime | None:
        """Tells when the first of those that are not due yet will be."""
        found: datetime | None = self._connection.scalar(
            select(func.min(schedules.c.due_at)).where(PLANNED, schedules.c.due_at > now)
        )
        return found

    def fire(self, planned: PlannedSchedule, next_due: datetime | None) -> bool:
        """Moves a schedule from its due time on to the next, and tells whether it was still due.

        Of all who try, one is told so, if its transaction commits.
        """
        # The others wait for the row, or for their turn to write, and find another due_at in it.
        moved = self._connection.execute(
            update(schedules)
            .where(
                schedules.c.tenant == planned.tenant,
                schedules.c.name == planned.name,
                schedules.c.due_at == planned.due_at,
                or_(schedules.c.fired_at.is_(None), schedules.c.fired_at < planned.due_at),
            )
            .values(due_at=next_due, fired_at=planned.due_at)
        )
        return moved.rowcount == 1


def _planned(row: AnyRow) -> PlannedSchedule:
    return PlannedSchedule(
        Tenant(row.tenant), row.name, row.cron, row.time_zone, row.due_at, row.fired_at
    )
