"""Requests whose calls go through a tunnel: what clients are told when it closes or breaks."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
import grpc
import pytest
from invoicejobs.v1.invoice_jobs_pb2 import (
    JOB_STATUS_DONE,
    JOB_TYPE_MANUAL,
    CreateInvoiceJobResponse,
    GetInvoiceJobResponse,
    InvoiceJob,
)
from invoicejobs.v1.tunnel_pb2 import TunnelAnswer

from gateway.serving import running
from server.domain.errors import NotFound
from server.service.origin import current_origin
from tests.fakes.fake_tunnel import Peer, TunnelServer
from tests.grpc.door import open_door
from tests.grpc.tunnel_client import gateway_limits
from tests.rest.service import Service, config_for, read_error

JOBS = "/invoice/acme/jobs/invoices"
BODY = {"jobType": "MANUAL", "orderIds": ["order-1"]}


@asynccontextmanager
async def opened(server: TunnelServer) -> AsyncIterator[tuple[aiohttp.ClientSession, Peer]]:
    """Runs a gateway until requests go through its tunnel."""
    async with (
        server.serving(),
        running(config_for(server.target)) as url,
        aiohttp.ClientSession(url) as client,
    ):
        peer = await server.peers.get()
        async with asyncio.timeout(60):
            while True:  # Until the gateway knows of it, calls come by themselves.
                asked = asyncio.ensure_future(client.get(f"{JOBS}/first"))
                coming = asyncio.ensure_future(peer.calls.get())
                await asyncio.wait({asked, coming}, return_when=asyncio.FIRST_COMPLETED)
                if coming.done():
                    break
                coming.cancel()
        missing = TunnelAnswer(call_id=coming.result().call_id, code=5, message="None.")
        peer.answer(missing)
        assert (await asked).status == 404
        server.alone.clear()
        yield client, peer


async def test_a_request_is_answered_through_the_tunnel() -> None:
    async with opened(server := TunnelServer()) as (client, peer):
        asked = asyncio.ensure_future(client.get(f"{JOBS}/7", headers={"X-Request-Id": "shop-7"}))
        call = await peer.calls.get()
        metadata = {entry.key: entry.value for entry in call.metadata}
        assert metadata["x-request-id"] == "shop-7"
        assert metadata["x-client-address"] == "127.0.0.1"
        job = InvoiceJob(job_id="7", job_type=JOB_TYPE_MANUAL, job_status=JOB_STATUS_DONE)
        response = GetInvoiceJobResponse(job=job)
        peer.answer(TunnelAnswer(call_id=call.call_id, response=response.SerializeToString()))
        answer = await asked
        assert answer.status == 200
        assert (await answer.json())["jobStatus"] == "DONE"
    assert server.alone == []


async def test_a_tunnel_that_is_closed_is_not_seen_by_clients() -> None:
    async with opened(server := TunnelServer()) as (client, peer):
        asked = asyncio.ensure_future(client.post(JOBS, json=BODY))
        call = await peer.calls.get()
        peer.ask_to_close()
        await peer.is_closed.wait()
        job = InvoiceJob(job_id="7", job_type=JOB_TYPE_MANUAL)
        response = CreateInvoiceJobResponse(job=job).SerializeToString()
        peer.answer(TunnelAnswer(call_id=call.call_id, response=response))
        peer.end(grpc.StatusCode.OK)
        answer = await asked
        assert answer.status == 201
        assert (await answer.json())["jobId"] == "7"
    assert server.alone == []


async def test_a_job_that_a_broken_tunnel_may_have_created_is_the_clients_to_repeat() -> None:
    async with opened(server := TunnelServer()) as (client, peer):
        asked = asyncio.ensure_future(client.post(JOBS, json=BODY))
        await peer.calls.get()
        peer.end(grpc.StatusCode.INTERNAL)
        error = await read_error(await asked, 503)
        assert error["message"].startswith("The invoice service cannot be reached at the moment.")
        assert server.alone == []


async def test_a_client_that_leaves_ends_its_call() -> None:
    async with opened(TunnelServer()) as (client, peer):
        asked = asyncio.ensure_future(client.get(f"{JOBS}/7"))
        call = await peer.calls.get()
        asked.cancel()
        assert await asyncio.wait_for(peer.cancelled.get(), 60) == call.call_id


async def test_a_gateway_that_is_told_so_opens_no_tunnel() -> None:
    server = TunnelServer()
    async with (
        server.serving(),
        running(config_for(server.target, GRPC_TUNNEL="off")) as url,
        aiohttp.ClientSession(url) as client,
    ):
        for _ in range(20):
            async with client.get(f"{JOBS}/7") as response:
                assert response.status == 200
    assert server.peers.empty()
    assert len(server.alone) == 20


@pytest.mark.parametrize("port", [0, 1])
async def test_a_gateway_stops_at_once_with_a_tunnel_or_while_it_waits_for_one(port: int) -> None:
    server = TunnelServer()
    async with server.serving():
        target = "127.0.0.1:1" if port else server.target
        async with running(config_for(target)):
            if not port:
                await server.peers.get()
            begun = time.monotonic()
    assert time.monotonic() - begun < 5


async def test_use_cases_know_the_client_and_not_the_gateway() -> None:
    seen = []

    def read_job(*_: object) -> None:
        seen.append((current_origin().address, current_origin().request_id))
        raise NotFound("There is none.", reason="JOB_NOT_FOUND")

    async with (
        open_door(gateway_limits(), read_job=read_job) as door,
        running(config_for(f"127.0.0.1:{door.port}", TRUSTED_PROXIES="127.0.0.0/8")) as url,
        aiohttp.ClientSession(url) as client,
    ):
        for n in range(20):
            headers = {"X-Forwarded-For": f"192.0.2.{n}"}
            async with client.get(f"{Service(url).jobs}/x", headers=headers) as response:
                await read_error(response, 404)
    assert [address for address, _ in seen] == [f"192.0.2.{n}" for n in range(20)]
