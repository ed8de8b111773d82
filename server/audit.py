"""`python -m server audit`: lists who did what.

It reads the database itself, also while the service runs.
"""

from __future__ import annotations

import getpass
import json
import sys
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from datetime import UTC, datetime

from server.config import Config
from server.domain.audit import AuditAction, AuditEntry, AuditFilter
from server.domain.errors import InvalidInput, InvoiceJobsError
from server.domain.origin import Origin
from server.domain.tenant import parse_tenant
from server.service.read_audit import ReadAudit
from server.storage import open_database, refuse_unmigrated

#: Exit codes besides 0.
WRONG_USE, FAILED = 2, 3


def operator() -> Origin:
    """Tells who runs a command on this machine."""
    try:
        name = getpass.getuser()
    except (OSError, KeyError):  # a container's user without a name
        name = "unknown"
    return Origin(subject=f"operator:{name}")


def add_audit(parser: ArgumentParser) -> None:
    """Adds the filters."""
    parser.add_argument("--tenant", default="", help="of this tenant only")
    parser.add_argument("--subject", help="by this caller only")
    parser.add_argument("--action", choices=[action.value for action in AuditAction])
    parser.add_argument("--about", help="about this job, invoice or order")
    parser.add_argument("--since", type=_moment, help="from this moment on (ISO 8601)")
    parser.add_argument("--until", type=_moment, help="before this moment (ISO 8601)")
    parser.add_argument("--limit", type=int, default=100, help="at most so many")
    parser.add_argument("--json", action="store_true", help="tell it as JSON, one a line")


def audit(config: Config, asked: Namespace) -> int:
    """Prints the entries, the newest first. Gives the exit code."""
    try:
        chosen = AuditFilter(
            tenant=parse_tenant(asked.tenant) if asked.tenant else None,
            subject=asked.subject,
            action=AuditAction(asked.action) if asked.action else None,
            about=asked.about,
            since=asked.since,
            until=asked.until,
        )
        refuse_unmigrated(config.database_url)
        database = open_database(config.database_url)
        try:
            for entry in ReadAudit(database)(chosen, asked.limit):
                sys.stdout.write((_as_json(entry) if asked.json else _as_text(entry)) + "\n")
        finally:
            database.close()
    except InvoiceJobsError as error:
        sys.stderr.write(f"{error.message}\n")
        return WRONG_USE if isinstance(error, InvalidInput) else FAILED
    return 0


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError(
            f"{text!r} is no date or time such as 2026-03-10 or 2026-03-10T06:00:00Z"
        ) from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _as_json(entry: AuditEntry) -> str:
    told = {
        "at": entry.at.isoformat().replace("+00:00", "Z"),
        "tenant": entry.tenant,
        "action": entry.action.value,
        "about": entry.about,
        "detail": entry.detail,
        "subject": entry.origin.subject,
        "address": entry.origin.address,
        "requestId": entry.origin.request_id,
        "trace": entry.origin.trace,
    }
    return json.dumps({name: value for name, value in told.items() if value})


def _as_text(entry: AuditEntry) -> str:
    origin = entry.origin
    who = " ".join(filter(None, (origin.subject or "-", origin.address)))
    what = " ".join(filter(None, (entry.action.value, entry.about, entry.detail)))
    # What a client chose could move the cursor of whoever reads it.
    line = f"{entry.at:%Y-%m-%d %H:%M:%S} {entry.tenant or '-'} {who}: {what} {origin.request_id}"
    return "".join(c if c.isprintable() else "?" for c in line.rstrip())
