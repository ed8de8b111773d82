"""Starts the real gRPC door over fake use cases, and reads its errors back."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, fields
from typing import Any

import grpc
import pytest
from google.rpc import error_details_pb2
from grpc_health.v1 import health_pb2_grpc
from grpc_status import rpc_status
from invoicejobs.v1 import (
    invoice_jobs_pb2_grpc,
    invoices_pb2_grpc,
    orders_pb2_grpc,
    tenant_settings_pb2_grpc,
)

from server.observing.calls import tell_tenant
from server.rpc.authentication import Authentication
from server.rpc.serving import GrpcServer, Limits
from server.rpc.threads import Threads
from server.service.use_cases import UseCases

#: Seconds for one call; no call of a test needs as much.
DEADLINE = 60


class Door:
    """A running server and stubs for it."""

    def __init__(self, server: GrpcServer, port: int, channel: grpc.aio.Channel) -> None:
        self.server = server
        self.port = port
        self.channel = channel
        self.jobs = invoice_jobs_pb2_grpc.InvoiceJobsStub(channel)
        self.invoices = invoices_pb2_grpc.InvoicesStub(channel)
        self.orders = orders_pb2_grpc.OrdersStub(channel)
        self.settings = tenant_settings_pb2_grpc.TenantSettingsStub(channel)
        self.health: Any = health_pb2_grpc.HealthStub(channel)


@asynccontextmanager
async def open_door(
    limits: Limits | None = None,
    authentication: Authentication | None = None,
    interceptors: Sequence[grpc.aio.ServerInterceptor] = (),
    *,
    embedded: bool = False,
    **fakes: Callable[..., Any],
) -> AsyncIterator[Door]:
    """Serves on a free port; use cases without a fake fail the call as unexpected errors."""
    with Threads(4) as threads:
        server = GrpcServer(
            fake_use_cases(**fakes),
            threads,
            limits=limits,
            authentication=authentication,
            interceptors=interceptors,
            see=tell_tenant,
            embedded=embedded,
        )
        port = await server.start("127.0.0.1", 0)
        options = [("grpc.max_receive_message_length", 64 * 1024 * 1024)]
        try:
            async with grpc.aio.insecure_channel(f"127.0.0.1:{port}", options) as channel:
                yield Door(server, port, channel)
        finally:
            await server.stop(0)


def fake_use_cases(**fakes: Callable[..., Any]) -> UseCases:
    """Makes use cases of which only the given ones may be called."""

    def unexpected(*args: Any, **kwargs: Any) -> Any:
        raise AssertionError("this use case was not expected to be called")

    chosen: dict[str, Any] = {field.name: unexpected for field in fields(UseCases)}
    chosen |= {"sign_links": lambda _tenant: unsigned} | fakes
    return UseCases(**chosen)


def unsigned(_number: str, _sha256: str) -> str:
    """Signs nothing."""
    return ""


def raising(error: Exception) -> Callable[..., Any]:
    """Makes a use case that always raises."""

    def use_case(*args: Any, **kwargs: Any) -> Any:
        raise error

    return use_case


@dataclass(frozen=True)
class Failure:
    """How a call failed, its details read back from the trailers."""

    code: grpc.StatusCode
    message: str
    reason: str
    metadata: dict[str, str]
    #: Descriptions by field.
    violations: dict[str, str]
    #: Everything the client received about the error.
    raw: bytes


async def failure_of(call: Awaitable[Any]) -> Failure:
    """Awaits a call that must fail."""
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await call
    status = rpc_status.from_call(caught.value)  # type: ignore[arg-type] # has the same methods
    info = error_details_pb2.ErrorInfo()
    request = error_details_pb2.BadRequest()
    for detail in status.details:
        detail.Unpack(info) or detail.Unpack(request)
    assert info.domain == "invoicejobs"
    return Failure(
        code=caught.value.code(),
        message=status.message,
        reason=info.reason,
        metadata=dict(info.metadata),
        violations={v.field: v.description for v in request.field_violations},
        raw=status.SerializeToString(),
    )
