"""Where the gRPC door is, and what answers there."""

from __future__ import annotations

from dataclasses import dataclass

from process.config.variable import Variable, between, host


@dataclass(frozen=True, kw_only=True)
class Doors:
    """Where the server listens, and the threads behind it."""

    grpc_host: str
    #: 0 takes a free port.
    grpc_port: int
    #: Threads that answer calls.
    grpc_threads: int


VARIABLES = (
    Variable("INVOICEJOBS_GRPC_HOST", "grpc_host", "127.0.0.1", host,
             "Address the server listens on; must be loopback while INVOICEJOBS_AUTH is off."),
    Variable("INVOICEJOBS_GRPC_PORT", "grpc_port", "50051", between(0, 65535),
             "Port the server listens on; 0 takes any free one."),
    Variable("INVOICEJOBS_GRPC_THREADS", "grpc_threads", "16", between(1, 256),
             "Threads that answer calls."),
)  # fmt: skip
