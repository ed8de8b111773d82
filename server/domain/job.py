"""Jobs, their orders and their chunks."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from server.domain.origin import UNKNOWN, Origin
from server.domain.tenant import Tenant


class JobType(StrEnum):
    """How a job finds its orders."""

    #: The ids the request names.
    MANUAL = "MANUAL"
    #: All orders that are due by the tenant's rule.
    AUTOMATIC = "AUTOMATIC"


class JobStatus(StrEnum):
    """How far a job is."""

    IN_PROGRESS = "IN_PROGRESS"
    #: No order is PENDING any more.
    DONE = "DONE"


class JobOrderStatus(StrEnum):
    """What became of one order of a job."""

    PENDING = "PENDING"
    SUCCESS = "SUCCESS"
    FAILURE = "FAILURE"


class ChunkKind(StrEnum):
    """What a chunk of work does."""

    #: Selects the due orders of an AUTOMATIC job and makes its other chunks.
    PLAN = "PLAN"
    #: Invoices a range of a job's orders.
    ORDERS = "ORDERS"


class Job(NamedTuple):
    """A job, without its orders. Every read makes one, and a tuple is made soonest."""

    job_id: str
    tenant: Tenant
    job_type: JobType
    #: UTC.
    created_at: datetime
    #: UTC; None while an order is PENDING or orders are still being selected.
    done_at: datetime | None = None
    order_count: int = 0
    success_count: int = 0
    failure_count: int = 0
    #: The job whose failed orders this one tries again; empty for all others.
    retry_of: str = ""
    #: UTC; None where nobody stopped it.
    cancelled_at: datetime | None = None
    #: Who asked for it.
    origin: Origin = UNKNOWN

    @property
    def status(self) -> JobStatus:
        """Tells how far the job is."""
        return JobStatus.DONE if self.done_at else JobStatus.IN_PROGRESS

    @property
    def pending_count(self) -> int:
        """Counts the orders whose outcome is not known yet."""
        return self.order_count - self.outcome_count

    @property
    def outcome_count(self) -> int:
        """Counts the orders whose outcome is known."""
        return self.success_count + self.failure_count


@dataclass(frozen=True, slots=True)
class JobFilter:
    """Which jobs a list shows; None does not filter."""

    status: JobStatus | None = None
    job_type: JobType | None = None
    #: Created at this moment or later.
    created_from: datetime | None = None
    #: Created earlier than this moment.
    created_before: datetime | None = None


class JobOrder(NamedTuple):
    """One order of a job and what became of it. Reads make very many of them."""

    #: Counted from 0, in the order of the request.
    position: int
    order_id: str
    status: JobOrderStatus = JobOrderStatus.PENDING
    #: A sentence for a shop clerk.
    message: str = ""
    #: UPPER_SNAKE_CASE; set on FAILURE.
    reason: str = ""
    #: The path of the wrong field in the order's JSON; may be empty.
    field: str = ""
    invoice_number: str = ""
    #: Of the invoice's PDF; set on SUCCESS.
    pdf_sha256: str = ""


@dataclass(frozen=True, slots=True)
class Chunk:
    """A piece of a job's work, held by one worker at a time. Never shown to clients."""

    job_id: str
    tenant: Tenant
    #: Counted from 0 within the job.
    index: int
    kind: ChunkKind
    #: Positions of its first order and of the one after its last.
    first: int
    end: int
    #: Who works on it: a new token for every claim, so that a late worker is told apart.
    holder: str
    #: How often it was claimed, this time included.
    attempts: int
    #: Who asked for the job.
    origin: Origin = UNKNOWN


#: A job of more chunks than this has them twice as large.
_FEW_CHUNKS = 40


def orders_of_chunk(order_count: int, fewest: int) -> int:
    """Tells how many orders of a job are one chunk: fewest, or twice as many in a large job.

    What a chunk costs by itself is shared by more of them there. In a small job every core shall
    get some of them.
    """
    return fewest if order_count <= _FEW_CHUNKS * fewest else 2 * fewest


ORDER_ID_LENGTH = 128
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")


def id_problem(text: str) -> str:
    """Says what is wrong with an order's or a request's id; empty when nothing is."""
    if not text:
        return "must not be empty"
    if len(text) > ORDER_ID_LENGTH:
        return f"must have at most {ORDER_ID_LENGTH} characters"
    if _CONTROL.search(text):
        return "must not contain control characters"
    return ""
