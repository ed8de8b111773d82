"""Joins servicers, health, reflection and limits to a gRPC server that listens on one address."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

import grpc
from grpc_health.v1 import health, health_pb2_grpc
from invoicejobs.v1 import (
    access_pb2,
    access_pb2_grpc,
    invoice_jobs_pb2,
    invoice_jobs_pb2_grpc,
    invoices_pb2,
    invoices_pb2_grpc,
    orders_pb2,
    orders_pb2_grpc,
    tenant_settings_pb2,
    tenant_settings_pb2_grpc,
    tunnel_pb2,
)

from server.domain.errors import Unavailable
from server.handlers import Handler
from server.rpc.access import AccessServicer
from server.rpc.admission import AddressAdmission, Guards
from server.rpc.authentication import Authentication
from server.rpc.call_path import CallPath
from server.rpc.credentials import Certificates
from server.rpc.endings import Endings
from server.rpc.health import HealthServicer
from server.rpc.invoice_jobs import InvoiceJobsServicer, watch_handler
from server.rpc.invoices import InvoicesServicer
from server.rpc.messages import Messages
from server.rpc.orders import OrdersServicer
from server.rpc.overload import OverloadGuard
from server.rpc.reflection import REFLECTION_SERVICES, add_reflection
from server.rpc.tenant_admission import Shares, TenantAdmission
from server.rpc.tenant_settings import TenantSettingsServicer
from server.rpc.threads import Threads
from server.rpc.transport import Connections, transport_options
from server.rpc.tunnel import TunnelServicer, tunnel_handler
from server.rpc.tunnel_calls import MOST_MORE
from server.rpc.tunnelled_call import handlers_behind
from server.service.use_cases import UseCases

logger = logging.getLogger(__name__)

#: Seconds that a message may take which comes without a token.
STRANGERS_PATIENCE = 5.0
#: Asked by load balancers and the like, however much there is to do.
HEALTH_CHECK = "grpc.health.v1.Health/Check"
#: Our services by their full names.
SERVICES = tuple(
    service.full_name
    for file in (
        access_pb2,
        invoice_jobs_pb2,
        invoices_pb2,
        orders_pb2,
        tenant_settings_pb2,
        tunnel_pb2,
    )
    for service in file.DESCRIPTOR.services_by_name.values()
)


@dataclass(frozen=True, slots=True)
class Limits:
    """What the server takes at most."""

    #: Bytes of one message to the server; more is RESOURCE_EXHAUSTED.
    receive_bytes: int = 32 * 1024 * 1024
    #: Bytes of one message from the server.
    send_bytes: int = 64 * 1024 * 1024
    #: Bytes of all messages to the server that are held at the same time.
    held_bytes: int = 512 * 1024 * 1024
    #: Calls at the same time, but for those that watch jobs; one more is RESOURCE_EXHAUSTED.
    concurrent_calls: int = 1000
    #: Streams at the same time that watch jobs; one more is RESOURCE_EXHAUSTED.
    watches: int = 2000
    guards: Guards = field(default_factory=Guards)
    connections: Connections = field(default_factory=Connections)


class _Services:
    """Adds services to a server, their methods to be found by name when they are called.

    Of methods that were registered beforehand, too, grpc.aio waits for a call of each on its own,
    and begins to wait anew for all of them at every call. So this is done for one alone.
    """

    def __init__(self, server: grpc.aio.Server) -> None:
        self._server = server
        self.add_generic_rpc_handlers = server.add_generic_rpc_handlers
        #: All of them, by their full names.
        self.methods: dict[str, Handler] = {}

    def add_registered_method_handlers(self, service: str, handlers: dict[str, Any]) -> None:
        """Registers what is not to wait among all others in the transport: health checks."""
        self.methods.update({f"/{service}/{name}": each for name, each in handlers.items()})
        own = {name: each for name, each in handlers.items() if f"{service}/{name}" == HEALTH_CHECK}
        if own:
            self._server.add_registered_method_handlers(service, own)


def _readers(limits: Limits) -> tuple[Messages, Messages]:
    """Makes what reads messages, and what reads those of strangers, who get little room."""
    largest, patience = limits.receive_bytes, limits.guards.receive_timeout
    strange = max(limits.held_bytes // 8, largest)
    return (
        Messages(max(limits.held_bytes - strange, largest), largest, patience),
        Messages(strange, largest, min(patience, STRANGERS_PATIENCE), all_small=True),
    )


def _overlook(_request: Any) -> None:
    """Sees nothing in a message."""


class GrpcServer:
    """A server of all use cases over gRPC. Make it on the event loop that it runs on."""

    def __init__(
        self,
        use_cases: UseCases,
        threads: Threads,
        *,
        limits: Limits | None = None,
        authentication: Authentication | None = None,
        interceptors: Sequence[grpc.aio.ServerInterceptor] = (),
        see: Callable[[Any], None] = _overlook,
        embedded: bool = False,
    ) -> None:
        """Takes what calls go through before all else, and what sees the first message of each.

        embedded tells that the database is in this process, and no read has to wait for others.
        """
        limits = limits or Limits()
        self._health = HealthServicer((*SERVICES, *REFLECTION_SERVICES, health.SERVICE_NAME))
        guards = limits.guards
        call_path = CallPath(
            AddressAdmission(guards, limits.concurrent_calls, *_readers(limits), see),
            authentication or Authentication(),
            TenantAdmission(
                Shares(
                    rate=guards.tenant_rate,
                    calls=guards.tenant_calls,
                    watches=guards.tenant_watches,
                    imports=max(1, limits.held_bytes // limits.receive_bytes // 4),
                )
            ),
            Endings(),
        )
        self._server = grpc.aio.server(
            interceptors=[*interceptors, call_path],
            options=transport_options(limits.receive_bytes, limits.send_bytes, limits.connections),
        )
        for interceptor in interceptors:
            if isinstance(interceptor, OverloadGuard):
                interceptor.watch()
        self._jobs = InvoiceJobsServicer(use_cases, threads, limits.watches, embedded=embedded)
        self._access = AccessServicer(use_cases)
        services = _Services(self._server)
        # What waits in the transport is not for those that have come through it.
        before = [each for each in interceptors if not isinstance(each, OverloadGuard)]
        self._tunnels = TunnelServicer(
            handlers_behind([*before, call_path], services.methods),
            limits.concurrent_calls + MOST_MORE,
            limits.connections.age / 2,
            limits.send_bytes,
        )
        self._add_services(cast("grpc.aio.Server", services), use_cases, threads)

    def _add_services(self, server: grpc.aio.Server, use_cases: UseCases, threads: Threads) -> None:
        # Of two handlers the first is taken.
        server.add_generic_rpc_handlers((watch_handler(self._jobs), tunnel_handler(self._tunnels)))
        invoice_jobs_pb2_grpc.add_InvoiceJobsServicer_to_server(self._jobs, server)
        invoices_pb2_grpc.add_InvoicesServicer_to_server(
            InvoicesServicer(use_cases, threads), server
        )
        orders_pb2_grpc.add_OrdersServicer_to_server(OrdersServicer(use_cases, threads), server)
        tenant_settings_pb2_grpc.add_TenantSettingsServicer_to_server(
            TenantSettingsServicer(use_cases, threads), server
        )
        access_pb2_grpc.add_AccessServicer_to_server(self._access, server)
        health_pb2_grpc.add_HealthServicer_to_server(self._health, server)
        add_reflection((*SERVICES, health.SERVICE_NAME), server)

    async def start(self, host: str, port: int, certificates: Certificates | None = None) -> int:
        """Begins to listen and gives the port; port 0 takes a free one. No certificates: no TLS.

        Raises Unavailable when the address cannot be listened on.
        """
        address = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
        try:
            if certificates is None:
                bound = self._server.add_insecure_port(address)
            else:
                bound = self._server.add_secure_port(address, certificates.credentials())
        except RuntimeError as error:
            raise Unavailable(
                f"Cannot listen for gRPC on {address}. Either another process listens there, or "
                "this machine does not have the address: choose another port or host.",
                reason="ADDRESS_UNAVAILABLE",
            ) from error
        await self._server.start()
        logger.info(
            "gRPC listens on %s port %d, %s TLS", host, bound, "with" if certificates else "without"
        )
        return bound

    async def stop(self, grace: float) -> None:
        """Reports NOT_SERVING, takes no new calls, and gives running ones grace seconds to end."""
        self._health.stop()
        # They would last as long as their jobs.
        self._jobs.stop()
        self._tunnels.stop()
        await self._server.stop(grace)
        self._access.stop()
        self._jobs.close()
        logger.info("gRPC has stopped")

    async def wait_until_stopped(self) -> None:
        """Waits until somebody stops the server."""
        await self._server.wait_for_termination()
