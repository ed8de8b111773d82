"""What is kept of who did what."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from server.domain.audit import AuditEntry, AuditFilter


class AuditStore(Protocol):
    """Keeps the audit log. Nothing changes or deletes an entry: the database refuses it."""

    def add(self, *entries: AuditEntry) -> None:
        """Writes entries, in the transaction that does what they tell."""
        ...

    def page(
        self, chosen: AuditFilter, before: int | None, limit: int
    ) -> Sequence[tuple[int, AuditEntry]]:
        """Lists entries with their keys, the newest first, older than the key before."""
        ...
