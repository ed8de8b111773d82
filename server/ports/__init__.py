"""All that the inside needs from outside, as Protocols. `wiring` chooses who fills them.

Every implementation raises `Unavailable` when its environment fails (disk full, database away):
the same call may succeed later. Nothing here retries.
"""

from server.ports.database import Database, UnitOfWork
from server.ports.invoice_stores import InvoiceStore, IssuedInvoice, NumberStore, SettingsStore
from server.ports.job_stores import ChunkStore, JobStore, RememberedRequest
from server.ports.order_store import DueFilter, OrderStore
from server.ports.outside import Clock, DocumentStore, OrderSource, ReadOrder, Renderer
from server.ports.paging import Page

__all__ = [
    "ChunkStore",
    "Clock",
    "Database",
    "DocumentStore",
    "DueFilter",
    "InvoiceStore",
    "IssuedInvoice",
    "JobStore",
    "NumberStore",
    "OrderSource",
    "OrderStore",
    "Page",
    "ReadOrder",
    "RememberedRequest",
    "Renderer",
    "SettingsStore",
    "UnitOfWork",
]
