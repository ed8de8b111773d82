"""All that the inside needs from outside, as Protocols. `wiring` chooses who fills them.

Every implementation raises `Unavailable` when its environment fails (disk full, database away):
the same call may succeed later. Nothing here retries.
"""

from server.domain.identifiers import Identifiers
from server.ports.changes import Changes
from server.ports.database import Database, UnitOfWork
from server.ports.engine import Engine, OfferChunks
from server.ports.invoice_stores import InvoiceStore, IssuedInvoice, NumberStore, SettingsStore
from server.ports.job_stores import ChunkStore, JobLoad, JobStore
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
    "Changes",
    "CheckFonts",
    "ChunkStore",
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
    "JobStore",
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
    "SettingsStore",
    "UnitOfWork",
]
