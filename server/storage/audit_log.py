"""The audit log: a table that only grows.

The database itself refuses to change or delete an entry, so neither a defect of ours nor a careless
statement can. Whoever may alter tables can still take the triggers away; keep that right from the
service's own role where that matters.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import (
    DDL,
    Column,
    ColumnElement,
    Connection,
    Index,
    Table,
    event,
    insert,
    or_,
    select,
)

from server.domain.audit import AuditAction, AuditEntry, AuditFilter
from server.domain.origin import Origin
from server.domain.tenant import Tenant
from server.storage.columns import Key, Text, Timestamp
from server.storage.paging import AnyRow
from server.storage.prepared import Prepared
from server.storage.tables import METADATA, invoices

audit_log = Table(
    "audit_log",
    METADATA,
    Column("key", Key, primary_key=True),
    Column("at", Timestamp, nullable=False),
    Column("tenant", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("about", Text, nullable=False),
    Column("detail", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("address", Text, nullable=False),
    Column("request_id", Text, nullable=False),
    Column("trace", Text, nullable=False),
    sqlite_autoincrement=True,
)
Index("audit_log_of_tenant", audit_log.c.tenant, audit_log.c.key)
Index("audit_log_about", audit_log.c.about, audit_log.c.key)

_NEW_ENTRY = Prepared(insert(audit_log), left_out={"key"})

#: What keeps entries as they are on each database; migration 0010 says the same.
_REFUSAL = "'the audit log is append-only'"
_ON_FILE = "CREATE TRIGGER {0} BEFORE {1} ON audit_log {2}BEGIN SELECT RAISE(ABORT, {3}); END"
# INSERT OR REPLACE deletes without firing the trigger of deletions.
_IS_THERE = "WHEN EXISTS (SELECT 1 FROM audit_log WHERE key = NEW.key) "
_FUNCTION = """
CREATE OR REPLACE FUNCTION audit_log_keeps() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'the audit log is append-only'; END $$
"""
_ON_SERVER = """
CREATE TRIGGER audit_log_keeps BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_log
FOR EACH STATEMENT EXECUTE FUNCTION audit_log_keeps()
"""
GUARDS = {
    "sqlite": (
        _ON_FILE.format("audit_log_keeps_changed", "UPDATE", "", _REFUSAL),
        _ON_FILE.format("audit_log_keeps_deleted", "DELETE", "", _REFUSAL),
        _ON_FILE.format("audit_log_keeps_replaced", "INSERT", _IS_THERE, _REFUSAL),
    ),
    "postgresql": (_FUNCTION, _ON_SERVER),
}
for _dialect, _statements in GUARDS.items():
    for _statement in _statements:
        event.listen(
            audit_log,
            "after_create",
            DDL(_statement).execute_if(dialect=_dialect),  # type: ignore[no-untyped-call]
        )


class SqlAuditStore:
    """Keeps the audit log."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, *entries: AuditEntry) -> None:
        """Writes entries, in the transaction that does what they tell."""
        if entries:
            _NEW_ENTRY.run_each(self._connection, [_row(entry) for entry in entries])

    def page(
        self, chosen: AuditFilter, before: int | None, limit: int
    ) -> Sequence[tuple[int, AuditEntry]]:
        """Lists entries with their keys, the newest first, older than the key before."""
        query = select(audit_log).where(*_conditions(chosen))
        if before is not None:
            query = query.where(audit_log.c.key < before)
        rows = self._connection.execute(query.order_by(audit_log.c.key.desc()).limit(limit))
        return [(row.key, _entry(row)) for row in rows]


def _conditions(chosen: AuditFilter) -> Iterator[ColumnElement[bool]]:
    if chosen.tenant is not None:
        yield audit_log.c.tenant == chosen.tenant
    if chosen.subject is not None:
        yield audit_log.c.subject == chosen.subject
    if chosen.action is not None:
        yield audit_log.c.action == chosen.action.value
    if chosen.about is not None:
        issuing = (
            select(invoices.c.job_id)
            .where(
                invoices.c.number == chosen.about,
                invoices.c.tenant == audit_log.c.tenant,
                invoices.c.job_id != "",
            )
            .scalar_subquery()
        )
        yield or_(audit_log.c.about == chosen.about, audit_log.c.about == issuing)
    if chosen.since is not None:
        yield audit_log.c.at >= chosen.since
    if chosen.until is not None:
        yield audit_log.c.at < chosen.until


def _row(entry: AuditEntry) -> dict[str, Any]:
    return {
        "at": entry.at,
        "tenant": entry.tenant,
        "action": entry.action.value,
        "about": entry.about,
        "detail": entry.detail,
        "subject": entry.origin.subject,
        "address": entry.origin.address,
        "request_id": entry.origin.request_id,
        "trace": entry.origin.trace,
    }


def _entry(row: AnyRow) -> AuditEntry:
    return AuditEntry(
        at=row.at,
        tenant=Tenant(row.tenant),
        action=AuditAction(row.action),
        about=row.about,
        origin=Origin(row.subject, row.address, row.request_id, row.trace),
        detail=row.detail,
    )
