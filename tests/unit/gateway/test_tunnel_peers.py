"""Servers that answer oddly, refuse tunnels, come late or go."""

from __future__ import annotations

import asyncio
import logging
import socket

import grpc
import pytest
from invoicejobs.v1.tunnel_pb2 import TunnelAnswer

from server.domain.errors import NotFound
from server.rpc.status import status_of
from server.rpc.tunnelled_call import STATUS_DETAILS
from tests.fakes.fake_tunnel import Peer, TunnelServer
from tests.unit.gateway.test_tunnelled import (
    DEADLINE,
    JOB,
    Gateway,
    calling,
    error_of,
    gateway,
    peer,
    server,
    short_pauses,
    start,
)

__all__ = ["gateway", "peer", "server", "short_pauses"]
UNAVAILABLE, OK = grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.OK


async def test_an_answer_that_says_unavailable_is_asked_for_again_alone_where_it_is_a_read(
    server: TunnelServer, gateway: Gateway, peer: Peer
) -> None:
    read, create = start(gateway.get("7")), start(gateway.create())
    for _ in (read, create):
        call = await peer.calls.get()
        peer.answer(TunnelAnswer(call_id=call.call_id, code=14, message="The disk is full."))
    error = await error_of(create)
    assert (error.code(), error.details()) == (UNAVAILABLE, "The disk is full.")
    assert (await read).job.job_id == "alone"
    assert [each.job_id for each in server.alone] == ["7"]


async def test_an_error_is_what_a_call_of_its_own_would_have_ended_with(
    gateway: Gateway, peer: Peer
) -> None:
    status = status_of(NotFound("There is none.", reason="JOB_NOT_FOUND"), "")
    details = dict(status.trailing_metadata or ())[STATUS_DETAILS]
    assert isinstance(details, bytes)
    asked = start(gateway.get())
    call = await peer.calls.get()
    peer.answer(
        TunnelAnswer(call_id=call.call_id, code=5, message=status.details, status_details=details)
    )
    error = await error_of(asked)
    assert (error.code(), error.details()) == (grpc.StatusCode.NOT_FOUND, "There is none.")
    assert tuple(error.trailing_metadata()) == ((STATUS_DETAILS, details),)


@pytest.mark.parametrize("code", [2, 17, 99, -1, 2**31 - 1])
async def test_a_code_that_nobody_knows_is_unknown(gateway: Gateway, peer: Peer, code: int) -> None:
    asked = start(gateway.create())
    call = await peer.calls.get()
    peer.answer(TunnelAnswer(call_id=call.call_id, code=code, message="odd"))
    assert (await error_of(asked)).code() is grpc.StatusCode.UNKNOWN


async def test_answers_that_nobody_waits_for_do_no_harm(
    server: TunnelServer, gateway: Gateway, peer: Peer
) -> None:
    left = start(gateway.get())
    left_id = (await peer.calls.get()).call_id
    left.cancel()
    await peer.cancelled.get()
    asked = start(gateway.get())
    call_id = (await peer.calls.get()).call_id
    strange = [TunnelAnswer(call_id=each, code=5) for each in (left_id, 4711, 0, 2**64 - 1)]
    good = TunnelAnswer(call_id=call_id, response=JOB.SerializeToString())
    peer.answer(*strange, good, TunnelAnswer(call_id=call_id, code=5), *strange)
    peer.answer(good)
    assert await asked == JOB
    again = start(gateway.get())
    peer.answer(TunnelAnswer(call_id=(await peer.calls.get()).call_id, code=5))
    assert (await error_of(again)).code() is grpc.StatusCode.NOT_FOUND
    assert server.alone == []


async def test_calls_that_were_not_sent_yet_are_made_alone_when_the_tunnel_breaks(
    server: TunnelServer,
) -> None:
    server.reads = False
    async with calling(server) as gateway:
        peer = await server.peers.get()
        await gateway.is_open()
        # More than the transport takes while nobody reads.
        reads = [start(gateway.get("x" * 8000)) for _ in range(1000)]
        create = start(gateway.create())
        await asyncio.sleep(0)
        peer.end(UNAVAILABLE)
        assert (await create).job.job_id == "alone"
        await asyncio.gather(*reads)
    assert len(server.alone) == len(reads) + 1


async def test_a_call_that_is_given_up_before_it_is_sent_is_never_begun(
    server: TunnelServer,
) -> None:
    server.reads = False
    async with calling(server) as gateway:
        peer = await server.peers.get()
        await gateway.is_open()
        reads = [start(gateway.get("x" * 8000)) for _ in range(1000)]
        create = start(gateway.create())
        await asyncio.sleep(0)
        create.cancel()
        last = start(gateway.get("last"))
        peer.reads.set()
        methods = [(await peer.calls.get()).method for _ in (*reads, last)]
        peer.end(OK)
        await asyncio.gather(*reads, last)  # Reads are made again.
    assert {method.rpartition("/")[2] for method in methods} == {"GetInvoiceJob"}


@pytest.mark.parametrize("refusal", ["UNIMPLEMENTED", "PERMISSION_DENIED"])
async def test_a_server_that_opens_no_tunnel_is_called_without_and_warned_of_once(
    caplog: pytest.LogCaptureFixture, refusal: str
) -> None:
    caplog.set_level(logging.WARNING, logger="gateway")
    server = TunnelServer()
    server.refusal = grpc.StatusCode[refusal]
    async with server.serving(), calling(server) as gateway:
        while server.refused < 3:
            assert (await gateway.get()).job.job_id == "alone"
        server.refusal = None
        await server.peers.get()
    (warning,) = (r for r in caplog.records if r.levelno >= logging.WARNING)
    assert "The server opens no tunnel" in warning.getMessage()


async def test_a_server_that_knows_no_tunnels_is_called_without(
    caplog: pytest.LogCaptureFixture,
) -> None:
    server = TunnelServer()
    async with server.serving(has_tunnels=False), calling(server) as gateway:
        while "opens no tunnel" not in caplog.text:
            assert (await gateway.get()).job.job_id == "alone"


async def test_a_server_that_comes_later_or_again_gets_a_tunnel_by_itself() -> None:
    server = TunnelServer()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        server.port = probe.getsockname()[1]
    async with calling(server) as gateway:
        assert (await error_of(gateway.create())).code() is UNAVAILABLE
        for _ in range(2):
            async with server.serving() as running:
                peer = await asyncio.wait_for(server.peers.get(), DEADLINE)
                await gateway.is_open()
                create = start(gateway.create())
                await peer.calls.get()
                # As if it were killed.
                await running.stop(None)
                assert (await error_of(create)).code() is UNAVAILABLE
    assert server.alone == []
