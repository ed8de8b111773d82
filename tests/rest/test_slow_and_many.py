"""Clients that are slow, too many, or ask for too much: others are served all the same."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import time

import aiohttp
import pytest
from invoicejobs.v1.invoice_jobs_pb2 import JOB_TYPE_MANUAL

from gateway import places, protocol
from tests.fakes.fake_grpc_probes import Hold
from tests.rest.service import Service, fake_service, read_error

WAIT = 60  # seconds until a test gives up; the machine may be busy


async def connect(service: Service) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    host, _, port = service.url.removeprefix("http://").rpartition(":")
    return await asyncio.open_connection(host, int(port))


async def is_ended(reader: asyncio.StreamReader) -> None:
    """Waits until the gateway has ended a connection, without a word."""
    with contextlib.suppress(ConnectionError):
        assert await asyncio.wait_for(reader.read(), WAIT) == b""


async def is_alive(service: Service) -> bool:
    async with aiohttp.ClientSession(service.url) as client, client.get("/healthz") as response:
        return response.status == 200


@pytest.fixture
def short_head(monkeypatch):
    monkeypatch.setattr(protocol, "HEAD_TIMEOUT", 0.3)


@pytest.mark.usefixtures("short_head")
@pytest.mark.parametrize("sent", [b"", b"GET /healthz HTTP/1.1\r\nHost: x\r\nX-Slow: "])
async def test_a_head_that_never_ends_is_not_waited_for(service, sent):
    reader, writer = await connect(service)
    writer.write(sent)
    await is_ended(reader)
    writer.close()


@pytest.mark.usefixtures("short_head")
async def test_a_head_that_comes_byte_by_byte_has_no_more_time(service):
    reader, writer = await connect(service)
    start = time.monotonic()
    writer.write(b"GET / HTTP/1.1\r\nX-Slow: ")
    closed = asyncio.ensure_future(reader.read())
    while not closed.done() and time.monotonic() < start + WAIT:
        writer.write(b"x")
        await asyncio.wait({closed}, timeout=0.05)
    assert closed.done()
    assert closed.exception() or closed.result() == b""
    writer.close()


@pytest.mark.usefixtures("short_head")
async def test_a_second_head_on_a_kept_connection_has_the_same_time(service):
    reader, writer = await connect(service)
    writer.write(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
    assert (await asyncio.wait_for(reader.readuntil(b"}"), WAIT)).startswith(b"HTTP/1.1 200")
    writer.write(b"GET /healthz")
    await is_ended(reader)
    writer.close()


@pytest.mark.usefixtures("short_head")
async def test_a_request_that_takes_longer_than_its_head_may_is_answered(service, fake):
    fake.holds["GetInvoiceJob"] = hold = Hold()
    fake.add_job("j", JOB_TYPE_MANUAL, ["order-1"])
    async with aiohttp.ClientSession(service.url) as client:
        answer = asyncio.ensure_future(client.get(f"{service.jobs}/j"))
        await asyncio.wait_for(hold.entered.wait(), WAIT)
        await asyncio.wait({answer}, timeout=0.6)
        hold.released.set()
        assert (await asyncio.wait_for(answer, WAIT)).status == 200


async def test_one_connection_too_many_ends_the_one_that_has_been_idle_longest():
    async with fake_service(REST_MAX_CONNECTIONS="3") as (service, _):
        slow = [await connect(service) for _ in range(3)]
        # Each is known to the gateway once it has answered on it, but for the first.
        for reader, writer in slow[1:]:
            writer.write(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
            await asyncio.wait_for(reader.readuntil(b"}"), WAIT)
        assert await is_alive(service)
        await is_ended(slow[0][0])
        for _, writer in slow:
            writer.close()


async def test_connections_that_are_all_at_work_are_kept_and_one_more_is_told_so():
    async with fake_service(REST_MAX_CONNECTIONS="1") as (service, fake):
        fake.add_job("j", JOB_TYPE_MANUAL, ["order-1"])
        fake.holds["GetInvoiceJob"] = hold = Hold()
        async with aiohttp.ClientSession(service.url) as client:
            answer = asyncio.ensure_future(client.get(f"{service.jobs}/j"))
            await asyncio.wait_for(hold.entered.wait(), WAIT)
            async with (
                aiohttp.ClientSession(service.url) as other,
                other.get("/healthz") as response,
            ):
                await read_full(response)
            hold.released.set()
            assert (await asyncio.wait_for(answer, WAIT)).status == 200


async def read_full(response: aiohttp.ClientResponse) -> None:
    assert response.status == 503
    assert response.headers["Retry-After"] == "1"
    body = await response.json()
    assert (body["code"], body["detailInfo"]) == ("503", "TOO_MANY_CONNECTIONS")


async def test_one_request_too_many_is_refused_at_once_and_the_next_is_served():
    async with (
        fake_service(REST_MAX_REQUESTS="2") as (service, fake),
        aiohttp.ClientSession(service.url) as client,
    ):
        fake.add_job("j", JOB_TYPE_MANUAL, ["order-1"])
        fake.holds["GetInvoiceJob"] = hold = Hold()
        answers = [asyncio.ensure_future(client.get(f"{service.jobs}/j")) for _ in range(10)]
        done: set[asyncio.Task[aiohttp.ClientResponse]] = set()
        async with asyncio.timeout(WAIT):
            while len(done) < 8:
                done, _ = await asyncio.wait(answers, return_when=asyncio.FIRST_COMPLETED)
                await asyncio.sleep(0)
        for task in done:
            error = await read_error(task.result(), 503)
            assert error["detailInfo"] == "TOO_MANY_REQUESTS"
            assert task.result().headers["Retry-After"] == "1"
        async with client.get("/healthz") as response:
            assert response.status == 200
        hold.released.set()
        rest = await asyncio.wait_for(asyncio.gather(*(set(answers) - done)), WAIT)
        assert {response.status for response in rest} == {200}
        async with client.get(f"{service.jobs}/j") as response:
            assert response.status == 200


async def test_one_address_has_a_share_of_the_places_and_others_are_answered():
    async with (
        fake_service(REST_MAX_REQUESTS="10", ADDRESS_CALLS="2", TRUSTED_PROXIES="127.0.0.1") as (
            service,
            fake,
        ),
        aiohttp.ClientSession(service.url) as client,
    ):
        fake.add_job("j", JOB_TYPE_MANUAL, ["order-1"])
        fake.holds["GetInvoiceJob"] = hold = Hold()

        def ask(address: str) -> asyncio.Task[aiohttp.ClientResponse]:
            headers = {"X-Forwarded-For": address}
            return asyncio.ensure_future(client.get(f"{service.jobs}/j", headers=headers))

        # All are of one customer.
        answers = [ask(f"2001:db8::{n}") for n in range(4)]
        async with asyncio.timeout(WAIT):
            refused: set[asyncio.Task[aiohttp.ClientResponse]] = set()
            while len(refused) < 2:
                refused, _ = await asyncio.wait(answers, return_when=asyncio.FIRST_COMPLETED)
                await asyncio.sleep(0)
        for task in refused:
            error = await read_error(task.result(), 429)
            assert error["detailInfo"] == "TOO_MANY_REQUESTS_OF_ADDRESS"
            assert task.result().headers["Retry-After"] == "1"
        other = ask("2001:db8:0:1::1")
        hold.released.set()
        rest = await asyncio.wait_for(asyncio.gather(other, *(set(answers) - refused)), WAIT)
        assert {response.status for response in rest} == {200}


@pytest.mark.parametrize("path", ["/oauth/token", "/invoice/acme/jobs/invoices"])
async def test_a_small_body_that_does_not_come_is_not_waited_for(service, path, monkeypatch):
    monkeypatch.setattr(places, "BODY_PATIENCE", 0.3)
    kind = "application/x-www-form-urlencoded" if "token" in path else "application/json"
    reader, writer = await connect(service)
    head = f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Type: {kind}\r\nContent-Length: 100\r\n\r\n"
    writer.write(head.encode())
    line = await asyncio.wait_for(reader.readline(), WAIT)
    assert line.startswith(b"HTTP/1.1 408 ")
    writer.close()


async def test_bodies_that_do_not_fit_together_are_refused_for_now():
    async with (
        fake_service(MAX_BODY_BYTES="100000", REST_MAX_BODIES_BYTES="150000") as (service, fake),
        aiohttp.ClientSession(service.url) as client,
    ):
        fake.holds["CreateInvoiceJob"] = hold = Hold()
        large = {"jobType": "MANUAL", "orderIds": ["x" * 100] * 900}
        first = asyncio.ensure_future(client.post(service.jobs, json=large))
        await asyncio.wait_for(hold.entered.wait(), WAIT)
        async with client.post(service.jobs, json=large) as response:
            assert (await read_error(response, 503))["detailInfo"] == "TOO_MANY_BODIES"
        hold.released.set()
        assert (await asyncio.wait_for(first, WAIT)).status == 201
        small = {"jobType": "MANUAL", "orderIds": ["order-1"]}
        async with client.post(service.jobs, json=small) as response:
            assert response.status == 201


async def test_a_body_that_a_watcher_announces_keeps_no_others_from_sending_theirs():
    async with (
        fake_service(MAX_BODY_BYTES="100000", REST_MAX_BODIES_BYTES="150000") as (service, fake),
        aiohttp.ClientSession(service.url) as client,
    ):
        fake.add_job("j", JOB_TYPE_MANUAL, ["order-1"])
        fake.holds["outcomes"] = Hold()
        reader, writer = await connect(service)
        head = f"GET {service.jobs}/j/events HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n"
        writer.write(head.encode())
        assert b"retry: " in await asyncio.wait_for(reader.readuntil(b"retry: "), WAIT)
        large = {"jobType": "MANUAL", "orderIds": ["x" * 100] * 900}
        async with client.post(service.jobs, json=large) as response:
            assert response.status == 201
        writer.close()


@pytest.mark.parametrize(("page", "requests"), [(1000, 100), (100, 1000)])
async def test_a_client_that_does_not_read_its_answers_is_left(page, requests):
    async with fake_service(REQUEST_TIMEOUT="0.5") as (service, fake):
        fake.add_job("j", JOB_TYPE_MANUAL, [f"{n:0>120}" for n in range(1000)])
        host, _, port = service.url.removeprefix("http://").rpartition(":")
        with socket.socket() as reader:
            reader.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            reader.setblocking(False)
            loop = asyncio.get_running_loop()
            await loop.sock_connect(reader, (host, int(port)))
            # As many answers as no buffer of the system holds.
            request = f"GET {service.jobs}/j?pageSize={page} HTTP/1.1\r\nHost: x\r\n\r\n"
            await loop.sock_sendall(reader, request.encode() * requests)
            async with asyncio.timeout(WAIT):
                while True:
                    try:
                        reader.send(b"x")
                    except ConnectionError:
                        break
                    except BlockingIOError:
                        pass
                    await asyncio.sleep(0.05)  # until the gateway has left


@pytest.mark.parametrize(
    ("head", "status"),
    [
        (b"GET /" + b"x" * 20_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n", b" 400 "),
        (b"GET / HTTP/1.1\r\nHost: x\r\nX-Long: " + b"x" * 20_000 + b"\r\n\r\n", b" 400 "),
        (b"GET / HTTP/1.1\r\n" + b"X-Many: x\r\n" * 500 + b"\r\n", b" 400 "),
    ],
)
async def test_a_head_that_is_too_large_is_refused(service, head, status):
    reader, writer = await connect(service)
    writer.write(head)
    assert status in await asyncio.wait_for(reader.readline(), WAIT)
    writer.close()
    assert await is_alive(service)
