"""Who is let in how often, and how long the door waits for what they ask."""

from __future__ import annotations

import asyncio
from ipaddress import ip_network
from typing import Any

import grpc
import pytest
from google.rpc import error_details_pb2
from grpc_health.v1.health_pb2 import HealthCheckRequest
from grpc_status import rpc_status
from invoicejobs.v1 import invoice_jobs_pb2, orders_pb2

from server.domain.errors import NotFound
from server.rpc.admission import CHECK_RATE, Guards
from server.rpc.serving import Limits
from server.service.origin import current_origin
from tests.grpc.door import DEADLINE, failure_of, open_door, raising

LOOPBACK = (ip_network("127.0.0.0/8"),)
NO_JOB = raising(NotFound("There is none."))
#: Calls a second of whom only one is let in while a test lasts, however slow the machine is.
ONCE = 1e-4
GET = "/invoicejobs.v1.InvoiceJobs/GetInvoiceJob"


def limits(**guards) -> Limits:
    return Limits(guards=Guards(gateways=LOOPBACK, **guards))


async def ask(door, tenant="acme", address="192.0.2.1"):
    """Asks for a job; gives the code and after how many seconds to come again."""
    call = door.jobs.GetInvoiceJob(
        invoice_jobs_pb2.GetInvoiceJobRequest(tenant=tenant, job_id="x"),
        metadata=(("x-client-address", address),),
        timeout=DEADLINE,
    )
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await call
    retry = error_details_pb2.RetryInfo()
    for detail in rpc_status.from_call(caught.value).details:  # type: ignore[arg-type]
        detail.Unpack(retry)
    return caught.value.code(), retry.retry_delay.ToTimedelta().total_seconds()


async def test_an_address_that_asks_too_often_is_told_when_to_come_again_and_others_go_on():
    async with open_door(limits(address_rate=ONCE), read_job=NO_JOB) as door:
        assert await ask(door) == (grpc.StatusCode.NOT_FOUND, 0)
        code, wait = await ask(door)
        assert code is grpc.StatusCode.RESOURCE_EXHAUSTED
        assert 0 < wait <= 1 / ONCE
        assert (await ask(door, address="192.0.2.2"))[0] is grpc.StatusCode.NOT_FOUND


async def test_a_tenant_that_asks_too_often_is_refused_wherever_it_asks_from():
    async with open_door(limits(tenant_rate=ONCE), read_job=NO_JOB) as door:
        codes = [(await ask(door, address=f"192.0.2.{n}"))[0] for n in range(2)]
        assert codes == [grpc.StatusCode.NOT_FOUND, grpc.StatusCode.RESOURCE_EXHAUSTED]
        assert (await ask(door, tenant="globex"))[0] is grpc.StatusCode.NOT_FOUND


async def test_names_that_no_tenant_can_have_are_counted_as_one_and_so_not_kept():
    async with open_door(limits(tenant_rate=ONCE), read_job=NO_JOB) as door:
        codes = [(await ask(door, tenant=f"{n}" * 1000))[0] for n in range(2)]
        assert codes == [grpc.StatusCode.INVALID_ARGUMENT, grpc.StatusCode.RESOURCE_EXHAUSTED]
        assert (await ask(door, tenant="a" * 16))[0] is grpc.StatusCode.NOT_FOUND


async def test_who_asks_too_often_is_still_told_that_the_server_lives_and_that_has_a_bound_too():
    here = (("x-client-address", "192.0.2.1"),)
    async with open_door(limits(address_rate=ONCE, address_calls=1), read_job=NO_JOB) as door:
        # Takes the one call that the address may have open, and more calls than it may make.
        watch = door.health.Watch(HealthCheckRequest(), metadata=here)
        await watch.read()
        assert (await ask(door))[0] is grpc.StatusCode.RESOURCE_EXHAUSTED

        async def check(metadata=here):
            await door.health.Check(HealthCheckRequest(), metadata=metadata, timeout=DEADLINE)

        for _ in range(CHECK_RATE):
            await check()
        # More than come at once, and than a busy machine lets through in a while.
        checks = [check() for _ in range(20 * CHECK_RATE)]
        answers = await asyncio.gather(*checks, return_exceptions=True)
        codes = {each.code() for each in answers if isinstance(each, grpc.aio.AioRpcError)}
        assert codes == {grpc.StatusCode.RESOURCE_EXHAUSTED}
        await check((("x-client-address", "192.0.2.2"),))
        watch.cancel()


async def test_this_machine_itself_has_no_rate():
    async with open_door(limits(address_rate=ONCE), read_job=NO_JOB) as door:
        codes = [(await ask(door, address=""))[0] for _ in range(10)]
    assert set(codes) == {grpc.StatusCode.NOT_FOUND}


async def test_use_cases_are_told_the_address():
    seen = []

    def read_job(*_):
        seen.append(current_origin().address)
        raise NotFound("There is none.")

    async with open_door(limits(), read_job=read_job) as door:
        await ask(door, address="2001:db8::1")
    assert seen == ["2001:db8::1"]


async def test_a_stream_counts_once():
    def import_orders(*_):
        raise NotFound("There is none.")

    async with open_door(limits(tenant_rate=1), import_orders=import_orders) as door:
        requests = [orders_pb2.ImportOrdersRequest(tenant="acme") for _ in range(10)]
        failure = await failure_of(door.orders.ImportOrders(iter(requests), timeout=DEADLINE))
    assert failure.code is grpc.StatusCode.NOT_FOUND


async def test_a_message_that_never_comes_is_not_waited_for():
    async with open_door(limits(receive_timeout=0.3)) as door:
        # A client that says it will send a message, and does not.
        call: Any = door.channel.stream_unary(GET)()
        assert await asyncio.wait_for(call.code(), DEADLINE) is grpc.StatusCode.DEADLINE_EXCEEDED


async def test_a_stream_that_falls_silent_is_ended():
    async with open_door(limits(receive_timeout=0.3)) as door:
        call = door.orders.ImportOrders(timeout=DEADLINE)
        await call.write(orders_pb2.ImportOrdersRequest(tenant="acme"))
        assert await call.code() is grpc.StatusCode.DEADLINE_EXCEEDED


async def test_a_call_without_a_message_is_refused():
    async with open_door(limits()) as door:
        call: Any = door.channel.stream_unary(GET)(iter([]))
        assert await asyncio.wait_for(call.code(), DEADLINE) is grpc.StatusCode.INVALID_ARGUMENT


async def test_slow_clients_do_not_keep_others_out():
    tight = Limits(concurrent_calls=20, guards=Guards(receive_timeout=0.3))
    async with open_door(tight) as door:
        slow: list[Any] = [door.channel.stream_unary(GET)() for _ in range(20)]
        for call in slow:
            await asyncio.wait_for(call.code(), DEADLINE)
        await door.health.Check(HealthCheckRequest(), timeout=DEADLINE)


async def test_a_message_that_is_too_large_is_refused_and_the_next_is_served():
    small = Limits(receive_bytes=10_000)
    async with open_door(small, read_job=NO_JOB) as door:
        request = invoice_jobs_pb2.GetInvoiceJobRequest(tenant="acme", job_id="x" * 20_000)
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await door.jobs.GetInvoiceJob(request, timeout=DEADLINE)
        assert caught.value.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
        assert (await ask(door))[0] is grpc.StatusCode.NOT_FOUND


async def test_metadata_that_is_too_large_is_refused_and_the_next_is_served():
    async with open_door(read_job=NO_JOB) as door:
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await door.health.Check(
                HealthCheckRequest(), timeout=DEADLINE, metadata=(("x-long", "x" * 100_000),)
            )
        assert caught.value.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
        assert (await ask(door))[0] is grpc.StatusCode.NOT_FOUND
