"""A gRPC server whose tunnels do what a test tells them, well or badly."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import grpc
from invoicejobs.v1 import invoice_jobs_pb2
from invoicejobs.v1.tunnel_pb2 import (
    OpenTunnelRequest,
    OpenTunnelResponse,
    TunnelAnswer,
    TunnelCall,
)


class Peer:
    """The server's end of a tunnel that is open."""

    def __init__(self) -> None:
        self.calls: asyncio.Queue[TunnelCall] = asyncio.Queue()
        self.cancelled: asyncio.Queue[int] = asyncio.Queue()
        #: Cleared for as long as nothing is to be read.
        self.reads = asyncio.Event()
        self.reads.set()
        #: Set when no more requests come, and when the tunnel is gone.
        self.is_closed = asyncio.Event()
        self.has_left = asyncio.Event()
        self._script: asyncio.Queue[bytes | grpc.StatusCode] = asyncio.Queue()

    def answer(self, *answers: TunnelAnswer) -> None:
        """Sends answers."""
        self.send(OpenTunnelResponse(answers=answers).SerializeToString())

    def send(self, data: bytes) -> None:
        """Sends what may be no message at all."""
        self._script.put_nowait(data)

    def ask_to_close(self) -> None:
        """Asks the gateway to close the tunnel."""
        self.send(OpenTunnelResponse(is_closing=True).SerializeToString())

    def end(self, code: grpc.StatusCode) -> None:
        """Ends the tunnel."""
        self._script.put_nowait(code)

    async def read(self, requests: AsyncIterator[OpenTunnelRequest]) -> None:
        """Notes what comes."""
        await self.reads.wait()
        async for request in requests:
            for call in request.calls:
                self.calls.put_nowait(call)
            for call_id in request.cancelled_call_ids:
                self.cancelled.put_nowait(call_id)
            await self.reads.wait()
        self.is_closed.set()

    async def talk(self, context: Any) -> AsyncIterator[bytes]:
        """Does what it is told."""
        yield b""
        while isinstance(said := await self._script.get(), bytes):
            yield said
        if said is not grpc.StatusCode.OK:
            await context.abort(said, "The test says so.")


class TunnelServer:
    """Answers calls of their own at once, and lets tests act for the tunnels."""

    def __init__(self) -> None:
        #: Requests of calls that came by themselves, with what came with them.
        self.alone: list[Any] = []
        self.metadata: list[dict[str, Any]] = []
        self.peers: asyncio.Queue[Peer] = asyncio.Queue()
        #: What tunnels are refused with, and how often.
        self.refusal: grpc.StatusCode | None = None
        self.refused = 0
        #: Whether tunnels read from the start.
        self.reads = True
        self.port = 0

    @property
    def target(self) -> str:
        return f"127.0.0.1:{self.port}"

    async def _get(self, request: Any, context: Any) -> Any:
        return self._answer(request, context, invoice_jobs_pb2.GetInvoiceJobResponse())

    async def _create(self, request: Any, context: Any) -> Any:
        return self._answer(request, context, invoice_jobs_pb2.CreateInvoiceJobResponse())

    def _answer(self, request: Any, context: Any, response: Any) -> Any:
        self.alone.append(request)
        self.metadata.append(dict(context.invocation_metadata()))
        response.job.job_id = "alone"
        response.job.job_type = invoice_jobs_pb2.JOB_TYPE_MANUAL
        response.job.job_status = invoice_jobs_pb2.JOB_STATUS_DONE
        return response

    async def _open_tunnel(
        self, requests: AsyncIterator[OpenTunnelRequest], context: Any
    ) -> AsyncIterator[bytes]:
        """Lets a test act for the tunnel."""
        if self.refusal:
            self.refused += 1
            await context.abort(self.refusal, "The test says so.")
        peer = Peer()
        if not self.reads:
            peer.reads.clear()
        self.peers.put_nowait(peer)
        reading = asyncio.ensure_future(peer.read(requests))
        try:
            async for said in peer.talk(context):
                yield said
        finally:
            reading.cancel()
            peer.has_left.set()

    @asynccontextmanager
    async def serving(self, *, has_tunnels: bool = True) -> AsyncIterator[grpc.aio.Server]:
        """Serves on a free port, the same one the next time."""
        options = [("grpc.so_reuseport", 0), ("grpc.absolute_max_metadata_size", 64 * 1024)]
        server = grpc.aio.server(options=options)
        services: dict[str, dict[str, grpc.RpcMethodHandler[Any, Any]]] = {
            "invoicejobs.v1.InvoiceJobs": {
                "GetInvoiceJob": _handler(self._get, invoice_jobs_pb2.GetInvoiceJobRequest),
                "CreateInvoiceJob": _handler(
                    self._create, invoice_jobs_pb2.CreateInvoiceJobRequest
                ),
            }
        }
        if has_tunnels:
            services["invoicejobs.v1.Tunnel"] = {
                "OpenTunnel": grpc.stream_stream_rpc_method_handler(
                    self._open_tunnel, OpenTunnelRequest.FromString, bytes
                )
            }
        server.add_generic_rpc_handlers(
            [grpc.method_handlers_generic_handler(*service) for service in services.items()]
        )
        self.port = server.add_insecure_port(self.target)
        await server.start()
        try:
            yield server
        finally:
            await server.stop(None)


def _handler(behaviour: Any, request: type[Any]) -> grpc.RpcMethodHandler[Any, Any]:
    return grpc.unary_unary_rpc_method_handler(
        behaviour, request.FromString, lambda response: response.SerializeToString()
    )
