"""Calls through a tunnel, to a server that does whatever may happen to one."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any, NamedTuple

import grpc
import pytest
from invoicejobs.v1.invoice_jobs_pb2 import (
    CreateInvoiceJobRequest,
    CreateInvoiceJobResponse,
    GetInvoiceJobRequest,
    GetInvoiceJobResponse,
)
from invoicejobs.v1.invoice_jobs_pb2_grpc import InvoiceJobsStub
from invoicejobs.v1.tunnel_pb2 import TunnelAnswer

from gateway import tunnelled as module
from gateway.asked import CallMetadata
from gateway.tunnel import LARGEST_METADATA, LARGEST_REQUEST
from gateway.tunnelled import tunnelled
from tests.fakes.fake_tunnel import Peer, TunnelServer

#: Seconds for one call; none of a test needs as much.
DEADLINE = 60
PREFIX = "/invoicejobs.v1.InvoiceJobs"
#: How a tunnel may break.
BREAKS = [
    grpc.StatusCode.UNAVAILABLE,
    grpc.StatusCode.CANCELLED,
    grpc.StatusCode.INTERNAL,
    grpc.StatusCode.RESOURCE_EXHAUSTED,
    grpc.StatusCode.INVALID_ARGUMENT,
]
JOB = GetInvoiceJobResponse()
JOB.job.job_id = "in the tunnel"


class Gateway(NamedTuple):
    """What calls the server."""

    channel: Any
    jobs: Any

    def get(self, job_id: str = "1", timeout: float = DEADLINE, *more: Any) -> Awaitable[Any]:
        request = GetInvoiceJobRequest(tenant="acme", job_id=job_id)
        return self.jobs.GetInvoiceJob(request, timeout=timeout, metadata=CallMetadata(*more))

    def create(self, request_id: str = "1", timeout: float = DEADLINE) -> Awaitable[Any]:
        request = CreateInvoiceJobRequest(tenant="acme", request_id=request_id)
        metadata = CallMetadata(("x-request-id", "shop-7"))
        return self.jobs.CreateInvoiceJob(request, timeout=timeout, metadata=metadata)

    async def is_open(self) -> None:
        await until(lambda: self.channel.tunnel is not None)

    async def is_closed(self) -> None:
        await until(lambda: self.channel.tunnel is None)


async def until(holds: Callable[[], bool]) -> None:
    """Lets everything else go on until something holds."""
    async with asyncio.timeout(DEADLINE):
        while True:
            if holds():
                return
            await asyncio.sleep(0)


@asynccontextmanager
async def calling(server: TunnelServer) -> AsyncIterator[Gateway]:
    options = [("grpc.initial_reconnect_backoff_ms", 100), ("grpc.max_reconnect_backoff_ms", 200)]
    async with (
        grpc.aio.insecure_channel(server.target, options) as channel,
        tunnelled(channel) as through,
    ):
        yield Gateway(through, InvoiceJobsStub(through))


@pytest.fixture(autouse=True)
def short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PAUSE", 0.01)
    monkeypatch.setattr(module, "REFUSED_PAUSE", 0.01)


@pytest.fixture
async def server() -> AsyncIterator[TunnelServer]:
    server = TunnelServer()
    async with server.serving():
        yield server


@pytest.fixture
async def gateway(server: TunnelServer) -> AsyncIterator[Gateway]:
    async with calling(server) as gateway:
        yield gateway


@pytest.fixture
async def peer(server: TunnelServer, gateway: Gateway) -> Peer:
    peer = await server.peers.get()
    await gateway.is_open()
    return peer


def start(call: Awaitable[Any]) -> asyncio.Future[Any]:
    return asyncio.ensure_future(call)


async def error_of(call: Awaitable[Any]) -> grpc.aio.AioRpcError:
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await call
    return caught.value


async def test_a_call_goes_through_the_tunnel_and_only_there(
    server: TunnelServer, gateway: Gateway, peer: Peer
) -> None:
    asked = start(gateway.get("7", DEADLINE, ("x-request-id", "a"), ("authorization", "Bearer b")))
    call = await peer.calls.get()
    assert call.method == f"{PREFIX}/GetInvoiceJob"
    assert GetInvoiceJobRequest.FromString(call.request).job_id == "7"
    entries = [(entry.key, entry.value) for entry in call.metadata]
    assert entries == [("x-request-id", "a"), ("authorization", "Bearer b")]
    peer.answer(TunnelAnswer(call_id=call.call_id, response=JOB.SerializeToString()))
    assert (await asked) == JOB
    assert server.alone == []


async def test_answers_find_their_calls_in_whatever_order(gateway: Gateway, peer: Peer) -> None:
    asked = {str(n): start(gateway.get(str(n))) for n in range(100)}
    calls = [await peer.calls.get() for _ in asked]
    for call in reversed(calls):
        response = GetInvoiceJobResponse()
        response.job.job_id = GetInvoiceJobRequest.FromString(call.request).job_id
        peer.answer(TunnelAnswer(call_id=call.call_id, response=response.SerializeToString()))
    assert {(await call).job.job_id: job_id for job_id, call in asked.items()} == {
        job_id: job_id for job_id in asked
    }


async def test_a_tunnel_that_is_to_be_closed_gets_no_more_calls_and_answers_those_that_it_has(
    server: TunnelServer, gateway: Gateway, peer: Peer
) -> None:
    asked = start(gateway.create("1"))
    call = await peer.calls.get()
    peer.ask_to_close()
    await peer.is_closed.wait()
    assert (await gateway.create("2")).job.job_id == "alone"
    assert not asked.done()
    done = CreateInvoiceJobResponse()
    done.job.job_id = "in the tunnel"
    peer.answer(TunnelAnswer(call_id=call.call_id, response=done.SerializeToString()))
    assert (await asked).job.job_id == "in the tunnel"
    peer.end(grpc.StatusCode.OK)
    # And the next tunnel opens.
    await server.peers.get()
    assert [each.request_id for each in server.alone] == ["2"]
    assert [metadata.get("x-request-id") for metadata in server.metadata] == ["shop-7"]


async def test_calls_that_wait_to_be_sent_still_go_through_a_tunnel_that_is_to_be_closed(
    server: TunnelServer,
) -> None:
    server.reads = False
    async with calling(server) as gateway:
        peer = await server.peers.get()
        await gateway.is_open()
        # More than the transport takes while nobody reads.
        asked = [start(gateway.create("x" * 8000)) for _ in range(1000)]
        await asyncio.sleep(0)
        peer.ask_to_close()
        await gateway.is_closed()
        peer.reads.set()
        done = CreateInvoiceJobResponse().SerializeToString()
        for _ in asked:
            peer.answer(TunnelAnswer(call_id=(await peer.calls.get()).call_id, response=done))
        await asyncio.gather(*asked)
        await peer.is_closed.wait()
        peer.end(grpc.StatusCode.OK)
    assert server.alone == []


@pytest.mark.parametrize("code", BREAKS)
async def test_when_a_tunnel_breaks_a_read_is_made_again_and_what_changes_something_is_not(
    server: TunnelServer, gateway: Gateway, peer: Peer, code: grpc.StatusCode
) -> None:
    read, create = start(gateway.get("7")), start(gateway.create())
    for _ in (read, create):
        await peer.calls.get()
    peer.end(code)
    assert (await error_of(create)).code() is grpc.StatusCode.UNAVAILABLE
    assert (await read).job.job_id == "alone"
    assert [each.job_id for each in server.alone] == ["7"]
    another = await server.peers.get()
    await gateway.is_open()
    again = start(gateway.create())
    await another.calls.get()
    another.end(grpc.StatusCode.OK)  # Without an answer: nobody knows what became of it.
    assert (await error_of(again)).code() is grpc.StatusCode.UNAVAILABLE


async def test_an_answer_that_is_no_message_breaks_the_tunnel(
    server: TunnelServer, gateway: Gateway, peer: Peer
) -> None:
    create = start(gateway.create())
    await peer.calls.get()
    peer.send(b"\xff\xff")
    assert (await error_of(create)).code() is grpc.StatusCode.UNAVAILABLE
    assert server.alone == []
    await server.peers.get()


async def test_a_call_that_meets_a_tunnel_which_has_just_ended_is_made_alone(
    server: TunnelServer, gateway: Gateway, peer: Peer
) -> None:
    chosen = gateway.create()  # It is begun only when it is waited for.
    peer.end(grpc.StatusCode.UNAVAILABLE)
    await gateway.is_closed()
    assert (await chosen).job.job_id == "alone"
    assert len(server.alone) == 1


async def test_the_deadline_ends_a_call_and_the_server_is_told(
    server: TunnelServer, gateway: Gateway, peer: Peer
) -> None:
    asked = start(gateway.create(timeout=0.2))
    call = await peer.calls.get()
    assert (await error_of(asked)).code() is grpc.StatusCode.DEADLINE_EXCEEDED
    assert await peer.cancelled.get() == call.call_id
    assert server.alone == []


async def test_the_server_is_told_that_a_client_has_left(
    server: TunnelServer, gateway: Gateway, peer: Peer
) -> None:
    asked = start(gateway.get())
    call = await peer.calls.get()
    asked.cancel()
    assert await peer.cancelled.get() == call.call_id
    assert server.alone == []


@pytest.mark.parametrize(
    ("job_id", "more"),
    [("x" * LARGEST_REQUEST, ()), ("1", (("authorization", "x" * (LARGEST_METADATA // 2)),) * 3)],
    ids=["request", "metadata"],
)
async def test_a_large_call_has_a_stream_of_its_own(
    server: TunnelServer, gateway: Gateway, peer: Peer, job_id: str, more: Any
) -> None:
    assert (await gateway.get(job_id, DEADLINE, *more)).job.job_id == "alone"
    assert peer.calls.empty()
    assert len(server.alone) == 1
