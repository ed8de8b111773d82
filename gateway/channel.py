"""The gateway's way to the gRPC server: the channel, its stubs, and what goes with every call."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, TypeAlias, TypedDict

import grpc
from aiohttp import web
from grpc_health.v1 import health_pb2
from invoicejobs.v1 import invoice_jobs_pb2, invoice_jobs_pb2_grpc, invoices_pb2_grpc

from gateway.config import Config

if TYPE_CHECKING:  # these classes exist in the .pyi files only
    from invoicejobs.v1.invoice_jobs_pb2_grpc import InvoiceJobsAsyncStub
    from invoicejobs.v1.invoices_pb2_grpc import InvoicesAsyncStub

MAX_MESSAGE_BYTES = 64 * 1024 * 1024

CHANNEL_OPTIONS = (
    ("grpc.max_send_message_length", MAX_MESSAGE_BYTES),
    ("grpc.max_receive_message_length", MAX_MESSAGE_BYTES),
    # Keeps what lies between from forgetting a quiet connection. Rarer than the deadline of a
    # call, so that a server which counts pings never takes us for an attacker. What finds a server
    # that went away without a word are deadlines, and the silence of a stream (see job_events).
    ("grpc.keepalive_time_ms", 60_000),
    ("grpc.keepalive_timeout_ms", 10_000),
    # gRPC waits up to two minutes before it looks for a restarted server again.
    ("grpc.initial_reconnect_backoff_ms", 100),
    ("grpc.min_reconnect_backoff_ms", 1_000),
    ("grpc.max_reconnect_backoff_ms", 2_000),
    # The server is a neighbour; http_proxy in the environment is meant for the world outside.
    ("grpc.enable_http_proxy", 0),
)

HealthCheck: TypeAlias = (
    "grpc.aio.UnaryUnaryMultiCallable[health_pb2.HealthCheckRequest,"
    " health_pb2.HealthCheckResponse]"
)
WatchJob: TypeAlias = (
    "grpc.aio.UnaryStreamMultiCallable[invoice_jobs_pb2.WatchInvoiceJobRequest, bytes]"
)

CONFIG = web.AppKey("CONFIG", Config)
JOBS: web.AppKey[InvoiceJobsAsyncStub] = web.AppKey("JOBS")
INVOICES: web.AppKey[InvoicesAsyncStub] = web.AppKey("INVOICES")
#: Watches a job. Its responses come as bytes: those who watch the same job are told the same.
WATCH_JOB: web.AppKey[WatchJob] = web.AppKey("WATCH_JOB")
#: Asks whether the server serves. grpc_health's own stub is not typed.
CHECK_HEALTH: web.AppKey[HealthCheck] = web.AppKey("CHECK_HEALTH")

REQUEST_ID = web.RequestKey("REQUEST_ID", str)
#: When the request must be answered, in the event loop's time.
DEADLINE = web.RequestKey("DEADLINE", float)


async def connect(app: web.Application) -> AsyncIterator[None]:
    """Opens the channel for the app's life. Does not wait for the server: it may come later."""
    target = app[CONFIG].grpc_target
    async with grpc.aio.insecure_channel(target, options=CHANNEL_OPTIONS) as channel:
        app[JOBS] = invoice_jobs_pb2_grpc.InvoiceJobsStub(channel)
        app[INVOICES] = invoices_pb2_grpc.InvoicesStub(channel)
        watch_job: WatchJob = channel.unary_stream(
            "/invoicejobs.v1.InvoiceJobs/WatchInvoiceJob",
            request_serializer=invoice_jobs_pb2.WatchInvoiceJobRequest.SerializeToString,
            response_deserializer=bytes,
        )
        app[WATCH_JOB] = watch_job
        check_health: HealthCheck = channel.unary_unary(
            "/grpc.health.v1.Health/Check",
            request_serializer=health_pb2.HealthCheckRequest.SerializeToString,
            response_deserializer=health_pb2.HealthCheckResponse.FromString,
        )
        app[CHECK_HEALTH] = check_health
        yield


class CallOptions(TypedDict):
    """What goes with a call, as keyword arguments of a stub's method."""

    #: Seconds until the deadline.
    timeout: float
    metadata: tuple[tuple[str, str], ...]


def call_options(request: web.Request) -> CallOptions:
    """Gives the rest of the request's time and its id: however many calls, one deadline."""
    rest = request[DEADLINE] - asyncio.get_running_loop().time()
    return {"timeout": max(rest, 0.0), "metadata": call_metadata(request)}


def call_metadata(request: web.Request) -> tuple[tuple[str, str], ...]:
    """Gives the request's id, for the server's log."""
    return (("x-request-id", request[REQUEST_ID]),)
