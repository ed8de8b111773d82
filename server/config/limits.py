"""What the server takes at most."""

from __future__ import annotations

from dataclasses import dataclass

from process.config.variable import Variable, between

MEBIBYTE = 1024 * 1024


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What the server takes at most."""

    #: Bytes of a gRPC message.
    grpc_max_message_bytes: int
    #: Bytes of all messages of clients that are held at the same time.
    grpc_max_messages_bytes: int
    #: Calls at the same time, but for those that watch jobs.
    grpc_max_calls: int
    #: Open connections.
    grpc_max_connections: int
    #: Streams at the same time that watch jobs.
    grpc_max_watches: int
    #: Orders of one job.
    max_job_orders: int
    #: Jobs of one tenant that are not done.
    max_running_jobs: int
    #: PENDING orders of one tenant.
    max_waiting_orders: int
    #: Bytes of one order's JSON.
    max_order_bytes: int


VARIABLES = (
    Variable("INVOICEJOBS_GRPC_MAX_MESSAGE_BYTES", "grpc_max_message_bytes",
             str(32 * MEBIBYTE), between(MEBIBYTE, 1024 * MEBIBYTE),
             "Largest gRPC message in bytes, either way."),
    Variable("INVOICEJOBS_GRPC_MAX_MESSAGES_BYTES", "grpc_max_messages_bytes",
             str(512 * MEBIBYTE), between(MEBIBYTE, 1_000_000 * MEBIBYTE),
             "Bytes of all messages of clients that the server holds at once, those up to 64 KiB "
             "not counted; one more is refused for now. So many imports, and slow messages, as the "
             "largest message fits into it."),
    Variable("INVOICEJOBS_GRPC_MAX_CALLS", "grpc_max_calls", "1000", between(1, 100_000),
             "Calls at the same time, those that watch jobs not counted."),
    Variable("INVOICEJOBS_GRPC_MAX_CONNECTIONS", "grpc_max_connections", "4000",
             between(1, 100_000),
             "Connections that the server keeps open; one more is closed. Those without a call are "
             "closed after five minutes. Fewer where this process may not have as many files "
             "open."),
    Variable("INVOICEJOBS_GRPC_MAX_WATCHES", "grpc_max_watches", "2000", between(0, 100_000),
             "Streams at the same time that watch jobs; one more is refused for now."),
    Variable("INVOICEJOBS_MAX_JOB_ORDERS", "max_job_orders", "50000", between(1, 1_000_000),
             "Most orders a MANUAL job may name."),
    Variable("INVOICEJOBS_MAX_RUNNING_JOBS", "max_running_jobs", "100", between(1, 100_000),
             "Most jobs of a tenant that are not done yet; one more is refused for now."),
    Variable("INVOICEJOBS_MAX_WAITING_ORDERS", "max_waiting_orders", "1000000",
             between(1, 1_000_000_000),
             "Most orders of a tenant that wait in its jobs; a job that adds more is refused "
             "for now."),
    Variable("INVOICEJOBS_MAX_ORDER_BYTES", "max_order_bytes", str(4 * MEBIBYTE),
             between(1024, 64 * MEBIBYTE), "Largest order that can be imported, in bytes."),
)  # fmt: skip
