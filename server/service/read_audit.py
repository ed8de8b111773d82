"""Reads the audit log."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from server.domain.audit import AuditEntry, AuditFilter
from server.ports import Database

#: Entries of one transaction.
PAGE = 500


@dataclass(frozen=True, slots=True)
class ReadAudit:
    """Lists who did what."""

    database: Database

    def __call__(self, chosen: AuditFilter, limit: int) -> Iterator[AuditEntry]:
        """Gives at most limit entries, the newest first."""
        before: int | None = None
        while limit > 0:
            with self.database.read() as unit:
                page = unit.audit.page(chosen, before, min(limit, PAGE))
            for before, entry in page:  # noqa: B007 - the last one's is where the next page begins
                yield entry
            if len(page) < min(limit, PAGE):
                return
            limit -= len(page)
