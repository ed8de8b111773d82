"""The server as a whole: where it listens, its health, how it stops."""

import asyncio
import threading

import grpc
import pytest
from grpc_health.v1.health_pb2 import HealthCheckRequest, HealthCheckResponse
from invoicejobs.v1 import orders_pb2

from server.domain.errors import NotFound, Unavailable
from server.rpc.serving import SERVICES, GrpcServer
from server.rpc.threads import Threads
from tests.grpc.door import DEADLINE, failure_of, fake_use_cases, open_door


def test_the_six_services_are_served():
    assert sorted(SERVICES) == [
        "invoicejobs.v1.Access",
        "invoicejobs.v1.InvoiceJobs",
        "invoicejobs.v1.Invoices",
        "invoicejobs.v1.Orders",
        "invoicejobs.v1.TenantSettings",
        "invoicejobs.v1.Tunnel",
    ]


@pytest.mark.parametrize("service", ["", *SERVICES, "grpc.health.v1.Health"])
async def test_each_service_is_healthy(service):
    async with open_door() as door:
        response = await door.health.Check(HealthCheckRequest(service=service), timeout=DEADLINE)
    assert response.status == HealthCheckResponse.SERVING


async def test_the_health_of_an_unknown_service_is_not_found_and_watched_as_unknown():
    async with open_door() as door:
        request = HealthCheckRequest(service="nobody")
        failure = await failure_of(door.health.Check(request, timeout=DEADLINE))
        watched = await door.health.Watch(request, timeout=DEADLINE).read()
    assert failure.code is grpc.StatusCode.NOT_FOUND
    assert watched.status == HealthCheckResponse.SERVICE_UNKNOWN


async def test_a_watch_hears_that_the_server_stops_and_does_not_hold_it_up():
    async with open_door() as door:
        watch = door.health.Watch(HealthCheckRequest(), timeout=DEADLINE)
        first = await watch.read()
        # Far longer than the test may take: the stop must not wait for it.
        await door.server.stop(grace=1000)
        last = await watch.read()
        assert await watch.read() is grpc.aio.EOF
    assert first.status == HealthCheckResponse.SERVING
    assert last.status == HealthCheckResponse.NOT_SERVING


async def test_a_running_call_ends_before_the_server_stops():
    started, release = asyncio.Event(), threading.Event()
    loop = asyncio.get_running_loop()

    def read_order(tenant, order_id):
        loop.call_soon_threadsafe(started.set)
        assert release.wait(DEADLINE)
        raise NotFound("There is none.")

    async with open_door(read_order=read_order) as door:
        request = orders_pb2.GetOrderRequest(tenant="acme", order_id="o1")
        running = asyncio.ensure_future(failure_of(door.orders.GetOrder(request, timeout=DEADLINE)))
        await started.wait()
        watch = door.health.Watch(HealthCheckRequest(), timeout=DEADLINE)
        await watch.read()
        stopping = asyncio.ensure_future(door.server.stop(grace=DEADLINE))
        told = await watch.read()
        assert told.status == HealthCheckResponse.NOT_SERVING
        assert not stopping.done()
        release.set()
        failure = await running
        await stopping
    assert failure.code is grpc.StatusCode.NOT_FOUND


async def test_a_stopped_server_takes_no_calls_and_lets_waiters_go():
    async with open_door() as door:
        waiting = asyncio.ensure_future(door.server.wait_until_stopped())
        await door.server.stop(0)
        await waiting
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await door.health.Check(HealthCheckRequest(), timeout=DEADLINE)
    assert caught.value.code() is grpc.StatusCode.UNAVAILABLE


async def test_a_port_that_is_taken_is_a_clear_error():
    async with open_door() as door:
        with Threads(1) as threads:
            second = GrpcServer(fake_use_cases(), threads)
            with pytest.raises(Unavailable, match=f"127.0.0.1:{door.port}.*choose another port"):
                await second.start("127.0.0.1", door.port)


async def test_the_server_listens_on_addresses_of_ip_version_6():
    with Threads(1) as threads:
        server = GrpcServer(fake_use_cases(), threads)
        port = await server.start("::1", 0)
        async with grpc.aio.insecure_channel(f"[::1]:{port}") as channel:
            await asyncio.wait_for(channel.channel_ready(), DEADLINE)
        await server.stop(0)
