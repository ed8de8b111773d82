"""A job of more orders than are held at once: its answer is sent as it is read."""

from __future__ import annotations

import asyncio
import json
import socket

import aiohttp
import grpc
import pytest
from invoicejobs.v1.invoice_jobs_pb2 import JOB_TYPE_MANUAL

from gateway import streaming
from tests.fakes.fake_grpc_errors import refusal
from tests.fakes.fake_grpc_probes import Hold
from tests.rest.service import fake_service, read_done_job, send_raw

IDS = [f"absent-{number}" for number in range(3500)]
GONE = refusal(grpc.StatusCode.UNAVAILABLE, "GONE", "The database is away.")
WAIT = 60  # seconds until a test gives up; the machine may be busy


@pytest.fixture
def job_id(fake):
    fake.add_job("long", JOB_TYPE_MANUAL, IDS)
    return "long"


async def test_all_orders_come_in_their_order(client, service, job_id):
    job = await read_done_job(client, service, job_id)
    assert list(job) == ["jobStatus", "jobType", "orders"]
    assert [order["orderId"] for order in job["orders"]] == IDS


async def test_the_first_orders_arrive_before_the_next_are_read(client, service, fake, job_id):
    fake.holds["page 1000"] = hold = Hold()
    async with client.get(f"{service.jobs}/{job_id}") as response:
        assert response.status == 200
        assert response.headers["X-Total-Count"] == str(len(IDS))
        assert (await response.content.read(20)).startswith(b'{"jobStatus"')
        hold.released.set()
        body = await response.read()
    assert body.endswith(b"]}")


async def test_an_error_on_the_way_breaks_the_connection(client, service, fake, job_id):
    fake.failures["page 2000"] = GONE
    async with client.get(f"{service.jobs}/{job_id}") as response:
        assert response.status == 200
        with pytest.raises(aiohttp.ClientError):
            await response.read()


async def test_an_old_client_sees_broken_json_rather_than_a_part_of_the_job(service, fake, job_id):
    fake.failures["page 2000"] = GONE
    request = f"GET {service.jobs}/{job_id} HTTP/1.0\r\nHost: x\r\n\r\n".encode()
    try:
        answer = await send_raw(service, request)
    except ConnectionError:
        return
    with pytest.raises(json.JSONDecodeError):
        json.loads(answer.partition(b"\r\n\r\n")[2])


async def test_an_error_of_the_first_page_is_an_ordinary_one(client, service, fake, job_id):
    fake.failures["GetInvoiceJob"] = GONE
    async with client.get(f"{service.jobs}/{job_id}") as response:
        assert response.status == 503


async def test_the_calls_end_when_the_client_leaves(client, service, fake, job_id):
    fake.holds["page 3000"] = hold = Hold()
    async with client.get(f"{service.jobs}/{job_id}") as response:
        await asyncio.wait_for(hold.entered.wait(), WAIT)
        response.close()
    await asyncio.wait_for(hold.cancelled.wait(), WAIT)


async def test_a_page_that_does_not_come_in_time_breaks_the_connection():
    async with (
        fake_service(REQUEST_TIMEOUT="0.5") as (service, fake),
        aiohttp.ClientSession(service.url) as client,
    ):
        fake.add_job("long", JOB_TYPE_MANUAL, IDS)
        fake.holds["page 3000"] = Hold()
        async with client.get(f"{service.jobs}/long") as response:
            with pytest.raises(aiohttp.ClientError):
                await response.read()


async def test_no_more_is_read_than_the_client_takes_and_a_client_that_takes_nothing_is_left(
    monkeypatch,
):
    left = asyncio.Event()
    monkeypatch.setattr(streaming.log, "warning", lambda *_: left.set())
    async with fake_service(REQUEST_TIMEOUT="0.5") as (service, fake):
        fake.add_job("long", JOB_TYPE_MANUAL, [f"{n:0>120}" for n in range(100_000)])
        host, _, port = service.url.removeprefix("http://").rpartition(":")
        with socket.socket() as reader:
            reader.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            reader.setblocking(False)
            await asyncio.get_running_loop().sock_connect(reader, (host, int(port)))
            reader.send(f"GET {service.jobs}/long HTTP/1.1\r\nHost: x\r\n\r\n".encode())
            await asyncio.wait_for(left.wait(), WAIT)
    assert 0 < len(fake.calls) < 50  # of 100 pages


async def test_head_reads_one_page_only(client, service, fake, job_id):
    async with client.head(f"{service.jobs}/{job_id}") as response:
        assert response.status == 200
        assert response.headers["X-Total-Count"] == str(len(IDS))
    assert len(fake.calls) == 1
