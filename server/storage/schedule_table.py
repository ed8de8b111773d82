"""The table of schedules; like `tables`, whose rules hold here, too."""

from __future__ import annotations

from sqlalchemy import Column, Index, Table

from server.storage.columns import Text, Timestamp
from server.storage.tables import METADATA

schedules = Table(
    "schedules",
    METADATA,
    Column("tenant", Text, primary_key=True),
    Column("name", Text, primary_key=True),
    # Both as the settings had them when due_at was worked out.
    Column("cron", Text, nullable=False),
    Column("time_zone", Text, nullable=False),
    # NULL while the schedule is paused.
    Column("due_at", Timestamp),
    # The due time that came last; NULL before the first.
    Column("fired_at", Timestamp),
)

#: Schedules that are not paused.
PLANNED = schedules.c.due_at.is_not(None)

Index(
    "schedules_due",
    schedules.c.due_at,
    schedules.c.tenant,
    schedules.c.name,
    sqlite_where=PLANNED,
    postgresql_where=PLANNED,
)
