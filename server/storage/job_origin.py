"""Who asked for a job, as its row keeps it: what is not known is NULL there and empty here."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Column

from server.domain.origin import Origin
from server.storage.tables import jobs

#: What of a job's row `origin_of` reads.
ORIGIN: tuple[Column[str], ...] = (
    jobs.c.subject,
    jobs.c.address,
    jobs.c.request_id,
    jobs.c.trace,
)


def origin_columns(origin: Origin) -> dict[str, str | None]:
    """Gives the columns of a job that say where it came from."""
    return {column.name: getattr(origin, column.name) or None for column in ORIGIN}


def origin_of(row: Any) -> Origin:
    """Reads where a job came from."""
    return Origin(row.subject or "", row.address or "", row.request_id or "", row.trace or "")
