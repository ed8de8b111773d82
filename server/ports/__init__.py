"""All that the inside needs from outside, as Protocols. `wiring` chooses who fills them.

Every implementation raises `Unavailable` when its environment fails (disk full, database away):
the same call may succeed later. Nothing here retries.
"""

from server.domain.identifiers import Identifiers
from server.ports.database import Database, UnitOfWork
from server.ports.invoice_stores import InvoiceStore, IssuedInvoice, NumberStore, SettingsStore
from server.ports.job_stores import ChunkStore, JobStore
from server.ports.order_store import DueFilter, OrderStore
from server.ports.outside import (
    CheckFonts,
    Clock,
    DocumentStore,
    FetchLogo,
    OrderSource,
    PrepareLogo,
    ReadOrder,
    Renderer,
)
from server.ports.paging import Page
from server.ports.request_store import RememberedRequest, RequestStore

__all__ = [
    "CheckFonts",
    "ChunkStore",
    "Clock",
    "Database",
    "DocumentStore",
    "DueFilter",
    "FetchLogo",
    "Identifiers",
    "InvoiceStore",
    "IssuedInvoice",
    "JobStore",
    "NumberStore",
    "OrderSource",
    "OrderStore",
    "Page",
    "PrepareLogo",
    "ReadOrder",
    "RememberedRequest",
    "Renderer",
    "RequestStore",
    "SettingsStore",
    "UnitOfWork",
]
