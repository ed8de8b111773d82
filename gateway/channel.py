"""The gateway's way to the gRPC server: the channel, and its stubs."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import nullcontext
from typing import TYPE_CHECKING, TypeAlias

import grpc
from aiohttp import web
from grpc_health.v1 import health_pb2
from invoicejobs.v1 import (
    access_pb2_grpc,
    invoice_jobs_pb2,
    invoice_jobs_pb2_grpc,
    invoices_pb2_grpc,
)

from gateway.config import Config
from gateway.credentials import channel_credentials, name_options
from gateway.observing.requests import Requests
from gateway.retrying import RETRY_OPTIONS
from gateway.tunnelled import tunnelled

if TYPE_CHECKING:  # these classes exist in the .pyi files only
    from invoicejobs.v1.access_pb2_grpc import AccessAsyncStub
    from invoicejobs.v1.invoice_jobs_pb2_grpc import InvoiceJobsAsyncStub
    from invoicejobs.v1.invoices_pb2_grpc import InvoicesAsyncStub

MAX_MESSAGE_BYTES = 64 * 1024 * 1024

#: Seconds of silence on the connection after which the server is asked whether it is there, and
#: seconds that its answer may take. Without one the connection is taken for dead, and the next call
#: makes another. The server permits to ask every ten seconds.
KEEPALIVE = 15.0
KEEPALIVE_TIMEOUT = 8.0

CHANNEL_OPTIONS = (
    ("grpc.max_send_message_length", MAX_MESSAGE_BYTES),
    ("grpc.max_receive_message_length", MAX_MESSAGE_BYTES),
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
REQUESTS = web.AppKey("REQUESTS", Requests)
JOBS: web.AppKey[InvoiceJobsAsyncStub] = web.AppKey("JOBS")
INVOICES: web.AppKey[InvoicesAsyncStub] = web.AppKey("INVOICES")
ACCESS: web.AppKey[AccessAsyncStub] = web.AppKey("ACCESS")
#: Watches a job. Its responses come as bytes: those who watch the same job are told the same.
WATCH_JOB: web.AppKey[WatchJob] = web.AppKey("WATCH_JOB")
#: Asks whether the server serves. grpc_health's own stub is not typed.
CHECK_HEALTH: web.AppKey[HealthCheck] = web.AppKey("CHECK_HEALTH")


def open_channel(config: Config) -> grpc.aio.Channel:
    """Opens a channel to the server. Raises CredentialsUnreadable."""
    credentials = channel_credentials(
        config.grpc_ca, config.grpc_client_certificate, config.grpc_client_key
    )
    options = (
        *CHANNEL_OPTIONS,
        *_keepalive(),
        *RETRY_OPTIONS,
        *name_options(config.grpc_server_name),
    )
    if credentials is None:
        return grpc.aio.insecure_channel(config.grpc_target, options=options)
    return grpc.aio.secure_channel(config.grpc_target, credentials, options=options)


def _keepalive() -> tuple[tuple[str, int], ...]:
    return (
        ("grpc.keepalive_time_ms", int(KEEPALIVE * 1000)),
        ("grpc.keepalive_timeout_ms", int(KEEPALIVE_TIMEOUT * 1000)),
        # gRPC asks of its own accord, too, and asks no more while an answer is still to come.
        ("grpc.http2.ping_timeout_ms", int(KEEPALIVE_TIMEOUT * 1000)),
        # While nobody calls, too: otherwise the first who do would have to wait for all of this.
        ("grpc.keepalive_permit_without_calls", 1),
        ("grpc.http2.max_pings_without_data", 0),
    )


async def connect(app: web.Application) -> AsyncIterator[None]:
    """Opens the channel for the app's life. Does not wait for the server: it may come later."""
    has_tunnel = app[CONFIG].grpc_tunnel == "on"
    async with (
        open_channel(app[CONFIG]) as channel,
        tunnelled(channel) if has_tunnel else nullcontext(channel) as through,
    ):
        app[JOBS] = invoice_jobs_pb2_grpc.InvoiceJobsStub(through)
        app[INVOICES] = invoices_pb2_grpc.InvoicesStub(through)
        app[ACCESS] = access_pb2_grpc.AccessStub(through)
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
