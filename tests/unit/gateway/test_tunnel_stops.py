"""Gateways that stop: at once, whatever their tunnel does meanwhile."""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import grpc
import pytest
from invoicejobs.v1.invoice_jobs_pb2_grpc import InvoiceJobsStub

from gateway import tunnelled as module
from gateway.tunnelled import tunnelled
from tests.fakes.fake_tunnel import TunnelServer
from tests.unit.gateway.test_tunnelled import DEADLINE, Gateway, error_of, start, until

UNAVAILABLE = grpc.StatusCode.UNAVAILABLE


@pytest.fixture
def silent_port() -> Iterator[int]:
    """A port that takes connections and says nothing."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        yield listening.getsockname()[1]


@pytest.mark.parametrize("state", ["nobody", "silent", "refused", "opening", "open", "under way"])
@pytest.mark.parametrize("turns", [0, 1, 5, 100])
async def test_a_gateway_stops_at_once_in_every_state(
    monkeypatch: pytest.MonkeyPatch, silent_port: int, state: str, turns: int
) -> None:
    monkeypatch.setattr(module, "REFUSED_PAUSE", 1000)
    server = TunnelServer()
    server.refusal = grpc.StatusCode.UNIMPLEMENTED if state == "refused" else None
    calls: list[asyncio.Future[object]] = []
    async with server.serving() as running:
        target = {"nobody": "127.0.0.1:1", "silent": f"127.0.0.1:{silent_port}"}
        async with grpc.aio.insecure_channel(target.get(state, server.target)) as channel:
            async with tunnelled(channel) as through:
                if state == "refused":
                    await until(lambda: server.refused > 0)
                if state == "open":
                    await server.peers.get()
                if state == "under way":
                    peer = await server.peers.get()
                    gateway = Gateway(through, InvoiceJobsStub(through))
                    await gateway.is_open()
                    calls.append(start(gateway.create()))
                    await peer.calls.get()
                for _ in range(turns):
                    await asyncio.sleep(0)
                begun = time.monotonic()
            assert time.monotonic() - begun < 5
            for call in calls:
                assert (await error_of(call)).code() is UNAVAILABLE
        await running.stop(None)


class Deaf:
    """A channel whose streams take a cancellation for their end, as gRPC may while it connects."""

    def __init__(self) -> None:
        self.reading = asyncio.Event()
        self.opened = 0
        self.unary_stream = self.stream_unary = self.unary_unary = None

    def stream_stream(self, *_: Any, **__: Any) -> Any:
        """Gives what opens a stream."""

        def open_stream(**_: Any) -> Deaf:
            self.opened += 1
            return self

        return open_stream

    async def read(self) -> Any:
        """Waits for ever, and ends well when that is cancelled."""
        self.reading.set()
        with suppress(asyncio.CancelledError):
            await asyncio.Event().wait()
        return grpc.aio.EOF

    def cancel(self) -> None:
        """Does nothing: it has ended."""


async def test_a_gateway_stops_where_grpc_swallows_that_it_was_told_to() -> None:
    channel: Any = Deaf()
    async with asyncio.timeout(DEADLINE), tunnelled(channel):
        await channel.reading.wait()
    assert channel.opened == 1
