"""Nobody takes the places of all others: neither an address, nor a tenant, nor a stranger."""

from __future__ import annotations

import asyncio
import threading
from contextlib import contextmanager
from typing import Any

import grpc
import pytest
from grpc_health.v1.health_pb2 import HealthCheckRequest
from invoicejobs.v1 import access_pb2, invoice_jobs_pb2, orders_pb2
from invoicejobs.v1.access_pb2_grpc import AccessStub

from server.domain.errors import NotFound
from server.rpc import health, serving
from server.rpc.admission import Guards
from server.rpc.serving import Limits
from server.service.import_orders import ImportResult
from tests.grpc.door import DEADLINE, failure_of, open_door
from tests.grpc.test_admission import LOOPBACK, NO_JOB, ask
from tests.grpc.test_orders import messages
from tests.grpc.test_watch_jobs import Jobs, watch

DOWNLOAD = "/invoicejobs.v1.Invoices/DownloadInvoice"
ISSUE = "/invoicejobs.v1.Access/IssueToken"
REFUSED = grpc.StatusCode.RESOURCE_EXHAUSTED
MEBIBYTE = 1024 * 1024


def get(door, tenant):
    return door.jobs.GetInvoiceJob(
        invoice_jobs_pb2.GetInvoiceJobRequest(tenant=tenant, job_id="x"), timeout=DEADLINE
    )


@contextmanager
def held():
    """Makes a use case that answers only when the block has ended."""
    released = threading.Event()

    def read_job(tenant, *_):
        if tenant == "acme":
            assert released.wait(DEADLINE)
        raise NotFound("There is none.")

    try:
        yield read_job
    finally:
        released.set()


async def test_an_address_has_so_many_calls_open_and_others_are_served():
    limits = Limits(guards=Guards(gateways=LOOPBACK, address_calls=2))
    async with open_door(limits, read_job=NO_JOB) as door:
        here = (("x-client-address", "2001:db8::1"),)
        streams = [door.health.Watch(HealthCheckRequest(), metadata=here) for _ in range(2)]
        for stream in streams:
            await stream.read()
        # Another address of the same customer.
        code, wait = await ask(door, address="2001:db8::2")
        assert (code, wait) == (REFUSED, 1)
        assert (await ask(door, address="192.0.2.1"))[0] is grpc.StatusCode.NOT_FOUND
        streams[0].cancel()
        while (await ask(door, address="2001:db8::2"))[0] is REFUSED:
            pass
        streams[1].cancel()


async def test_a_tenant_has_so_many_calls_open_and_others_are_served():
    with held() as read_job:
        async with open_door(Limits(guards=Guards(tenant_calls=2)), read_job=read_job) as door:
            calls = [asyncio.ensure_future(failure_of(get(door, "acme"))) for _ in range(3)]
            done, _ = await asyncio.wait(calls, return_when=asyncio.FIRST_COMPLETED)
            failure = done.pop().result()
            assert (failure.code, failure.reason) == (REFUSED, "TOO_MANY_CALLS_OF_TENANT")
            assert b"RetryInfo" in failure.raw
            assert (await failure_of(get(door, "globex"))).code is grpc.StatusCode.NOT_FOUND


async def test_a_tenant_has_so_many_watches_and_they_take_no_place_of_its_calls():
    jobs = Jobs(3)
    limits = Limits(guards=Guards(tenant_calls=1, tenant_watches=2))
    async with open_door(
        limits, watch_job=jobs.watch_job, follow_changes=jobs.follow_changes, read_job=NO_JOB
    ) as door:
        streams = [watch(door), watch(door)]
        for stream in streams:
            await stream.read()
        failure = await failure_of(watch(door).read())
        assert (failure.code, failure.reason) == (REFUSED, "TOO_MANY_WATCHES_OF_TENANT")
        assert (await failure_of(get(door, "acme"))).code is grpc.StatusCode.NOT_FOUND
        for stream in streams:
            stream.cancel()


async def test_a_tenant_imports_with_a_quarter_of_the_room_at_once():
    limits = Limits(receive_bytes=MEBIBYTE, held_bytes=4 * MEBIBYTE)
    async with open_door(limits, import_orders=lambda *_: ImportResult(1, 0, 0, ())) as door:
        first, second = (door.orders.ImportOrders(timeout=DEADLINE) for _ in range(2))
        for stream in (first, second):
            await stream.write(orders_pb2.ImportOrdersRequest(tenant="acme", order_json=b"{}"))
        calls = [asyncio.ensure_future(stream.code()) for stream in (first, second)]
        done, _ = await asyncio.wait(calls, return_when=asyncio.FIRST_COMPLETED)
        assert [task.result() for task in done] == [REFUSED]
        brought = await door.orders.ImportOrders(messages([b"{}"], "globex"), timeout=DEADLINE)
        assert brought.created_count == 1
        first.cancel()
        second.cancel()


async def test_who_watches_health_takes_no_place_of_calls_and_has_a_bound(monkeypatch):
    monkeypatch.setattr(health, "MOST_WATCHES", 3)
    async with open_door(Limits(concurrent_calls=1), read_job=NO_JOB) as door:
        streams = [door.health.Watch(HealthCheckRequest(), timeout=DEADLINE) for _ in range(3)]
        for stream in streams:
            await stream.read()
        assert (await ask(door))[0] is grpc.StatusCode.NOT_FOUND
        failure = await failure_of(door.health.Watch(HealthCheckRequest()).read())
        assert (failure.code, failure.reason) == (REFUSED, "TOO_MANY_WATCHERS")
        for stream in streams:
            stream.cancel()


async def test_slow_messages_of_strangers_take_no_room_of_others(monkeypatch):
    monkeypatch.setattr(serving, "STRANGERS_PATIENCE", 0.6)
    limits = Limits(receive_bytes=MEBIBYTE, held_bytes=2 * MEBIBYTE)
    async with open_door(limits, import_orders=lambda *_: ImportResult(1, 0, 0, ())) as door:
        link = (("x-invoicejobs-link", "none"),)
        # Clients that say they will send a message, and do not.
        slow: list[Any] = [
            *(door.channel.stream_unary(ISSUE)() for _ in range(2)),
            *(door.channel.stream_stream(DOWNLOAD)(metadata=link) for _ in range(2)),
        ]
        # By now one is waited for, and the others are refused.
        for each in asyncio.as_completed([call.code() for call in slow]):
            assert await each is REFUSED
            break
        brought = await door.orders.ImportOrders(messages([b"{}"]), timeout=DEADLINE)
        assert brought.created_count == 1
        codes = [await call.code() for call in slow]
    late = grpc.StatusCode.DEADLINE_EXCEEDED
    assert sorted(codes, key=str) == [late, REFUSED, REFUSED, REFUSED]


async def test_a_large_message_without_a_token_is_refused():
    async with open_door() as door:
        request = access_pb2.IssueTokenRequest(client_id="x" * 100_000)
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await AccessStub(door.channel).IssueToken(request, timeout=DEADLINE)
    assert caught.value.code() is REFUSED
    assert caught.value.details() == "The message may have at most 65536 bytes without a token."
