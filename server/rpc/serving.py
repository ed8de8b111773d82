"""Joins servicers, health, reflection and limits to a gRPC server that listens on one address."""

from __future__ import annotations

import logging
from concurrent.futures import Executor
from dataclasses import dataclass

import grpc
from grpc_health.v1 import health, health_pb2_grpc
from invoicejobs.v1 import (
    invoice_jobs_pb2,
    invoice_jobs_pb2_grpc,
    invoices_pb2,
    invoices_pb2_grpc,
    orders_pb2,
    orders_pb2_grpc,
    tenant_settings_pb2,
    tenant_settings_pb2_grpc,
)

from server.domain.errors import Unavailable
from server.rpc.health import HealthServicer
from server.rpc.interceptors import CallInterceptor
from server.rpc.invoice_jobs import InvoiceJobsServicer
from server.rpc.invoices import InvoicesServicer
from server.rpc.orders import OrdersServicer
from server.rpc.reflection import REFLECTION_SERVICES, add_reflection
from server.rpc.tenant_settings import TenantSettingsServicer
from server.rpc.threads import Threads
from server.service.use_cases import UseCases

logger = logging.getLogger(__name__)

#: Our services by their full names.
SERVICES = tuple(
    service.full_name
    for file in (invoice_jobs_pb2, invoices_pb2, orders_pb2, tenant_settings_pb2)
    for service in file.DESCRIPTOR.services_by_name.values()
)


@dataclass(frozen=True, slots=True)
class Limits:
    """What the server takes at most."""

    #: Bytes of one message to the server; more is RESOURCE_EXHAUSTED.
    receive_bytes: int = 64 * 1024 * 1024
    #: Bytes of one message from the server.
    send_bytes: int = 64 * 1024 * 1024
    #: Calls at the same time, but for those that watch jobs; one more is RESOURCE_EXHAUSTED.
    concurrent_calls: int = 1000
    #: Streams at the same time that watch jobs; one more is RESOURCE_EXHAUSTED.
    watches: int = 2000


class GrpcServer:
    """A server of all use cases over gRPC. Make it on the event loop that it runs on."""

    def __init__(
        self, use_cases: UseCases, executor: Executor, *, limits: Limits | None = None
    ) -> None:
        limits = limits or Limits()
        self._health = HealthServicer((*SERVICES, *REFLECTION_SERVICES, health.SERVICE_NAME))
        self._server = grpc.aio.server(
            interceptors=[CallInterceptor()],
            options=[
                ("grpc.max_receive_message_length", limits.receive_bytes),
                ("grpc.max_send_message_length", limits.send_bytes),
                # Otherwise a second server on the same port starts without an error and takes
                # half of the first one's calls.
                ("grpc.so_reuseport", 0),
                # A client that watches a job without news may ask now and then if we are there.
                ("grpc.http2.min_ping_interval_without_data_ms", 30_000),
            ],
            # However many watch jobs, there is room for all other calls.
            maximum_concurrent_rpcs=limits.concurrent_calls + limits.watches,
        )
        threads = Threads(executor)
        self._jobs = InvoiceJobsServicer(use_cases, threads, limits.watches)
        self._add_services(use_cases, threads)

    def _add_services(self, use_cases: UseCases, threads: Threads) -> None:
        server = self._server
        invoice_jobs_pb2_grpc.add_InvoiceJobsServicer_to_server(self._jobs, server)
        invoices_pb2_grpc.add_InvoicesServicer_to_server(
            InvoicesServicer(use_cases, threads), server
        )
        orders_pb2_grpc.add_OrdersServicer_to_server(OrdersServicer(use_cases, threads), server)
        tenant_settings_pb2_grpc.add_TenantSettingsServicer_to_server(
            TenantSettingsServicer(use_cases, threads), server
        )
        health_pb2_grpc.add_HealthServicer_to_server(self._health, server)
        add_reflection((*SERVICES, health.SERVICE_NAME), server)

    async def start(self, host: str, port: int) -> int:
        """Begins to listen and gives the port; port 0 takes a free one.

        Raises Unavailable when the address cannot be listened on.
        """
        address = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
        try:
            bound = self._server.add_insecure_port(address)
        except RuntimeError as error:
            raise Unavailable(
                f"Cannot listen for gRPC on {address}. Either another process listens there, or "
                "this machine does not have the address: choose another port or host.",
                reason="ADDRESS_UNAVAILABLE",
            ) from error
        await self._server.start()
        logger.info("gRPC listens on %s port %d", host, bound)
        return bound

    async def stop(self, grace: float) -> None:
        """Reports NOT_SERVING, takes no new calls, and gives running ones grace seconds to end."""
        self._health.stop()
        # They would last as long as their jobs.
        self._jobs.stop()
        await self._server.stop(grace)
        logger.info("gRPC has stopped")

    async def wait_until_stopped(self) -> None:
        """Waits until somebody stops the server."""
        await self._server.wait_for_termination()
