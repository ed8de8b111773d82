"""The audit log: who did what. Nothing in it is ever changed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from server.domain.origin import Origin
from server.domain.tenant import Tenant


class AuditAction(StrEnum):
    """What was done."""

    CREATE_JOB = "CREATE_JOB"
    RETRY_JOB = "RETRY_JOB"
    CANCEL_JOB = "CANCEL_JOB"
    ISSUE_INVOICES = "ISSUE_INVOICES"
    CANCEL_INVOICE = "CANCEL_INVOICE"
    UPDATE_SETTINGS = "UPDATE_SETTINGS"
    DOWNLOAD_DOCUMENT = "DOWNLOAD_DOCUMENT"
    ERASE_ORDER = "ERASE_ORDER"
    CREATE_CLIENT = "CREATE_CLIENT"
    REVOKE_CLIENT = "REVOKE_CLIENT"
    ROTATE_KEYS = "ROTATE_KEYS"
    PURGE = "PURGE"


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One thing that was done. It names things by their ids and never quotes an order."""

    #: UTC.
    at: datetime
    #: Empty for what is done for all of them.
    tenant: Tenant
    action: AuditAction
    #: The id of the job, order or client, the number of the invoice, what the keys are for; empty
    #: for settings.
    about: str
    origin: Origin
    #: More for people to read, such as the numbers that a job gave.
    detail: str = ""


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """Which entries a list shows; None does not filter."""

    tenant: Tenant | None = None
    subject: str | None = None
    action: AuditAction | None = None
    #: The id of a job or an order, or the number of an invoice or credit note. For an invoice also
    #: what is told of the job that issued it.
    about: str | None = None
    #: At this moment or later.
    since: datetime | None = None
    #: Earlier than this moment.
    until: datetime | None = None
