"""All that the inside needs from outside, as Protocols. `wiring` chooses who fills them.

Every implementation raises `Unavailable` when its environment fails (disk full, database away):
the same call may succeed later. Nothing here retries.
"""

from server.domain.identifiers import Identifiers
from server.ports.access import MintToken, SecretHashes
from server.ports.audit_store import AuditStore
from server.ports.changes import Changes
from server.ports.client_store import ClientStore
from server.ports.database import Database, UnitOfWork
from server.ports.engine import Engine, OfferChunks
from server.ports.invoice_stores import InvoiceStore, IssuedInvoice, NumberStore, SettingsStore
from server.ports.job_starts import JobStart, JobStartStore
from server.ports.job_stores import Backlog, ChunkStore, JobLoad, JobStore
from server.ports.keys import KeptKey, SigningKey, SigningKeys, SigningKeyStore
from server.ports.order_store import DueFilter, OrderStore
from server.ports.outside import (
    CheckFonts,
    Clock,
    DocumentStore,
    FetchLogo,
    Finish,
    OrderSource,
    PrepareLogo,
    ReadOrder,
    Renderer,
)
from server.ports.paging import Page
from server.ports.request_store import RememberedRequest, RequestStore
from server.ports.schedule_store import PlannedSchedule, ScheduleStore

__all__ = [
    "AuditStore",
    "Backlog",
    "Changes",
    "CheckFonts",
    "ChunkStore",
    "ClientStore",
    "Clock",
    "Database",
    "DocumentStore",
    "DueFilter",
    "Engine",
    "FetchLogo",
    "Finish",
    "Identifiers",
    "InvoiceStore",
    "IssuedInvoice",
    "JobLoad",
    "JobStart",
    "JobStartStore",
    "JobStore",
    "KeptKey",
    "MintToken",
    "NumberStore",
    "OfferChunks",
    "OrderSource",
    "OrderStore",
    "Page",
    "PlannedSchedule",
    "PrepareLogo",
    "ReadOrder",
    "RememberedRequest",
    "Renderer",
    "RequestStore",
    "ScheduleStore",
    "SecretHashes",
    "SettingsStore",
    "SigningKey",
    "SigningKeyStore",
    "SigningKeys",
    "UnitOfWork",
]
