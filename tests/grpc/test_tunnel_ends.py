"""How a tunnel ends: by the server, by its lifetime, by the gateway; nothing of it is left."""

from __future__ import annotations

import asyncio
import gc
import threading
import weakref
from typing import Any

import grpc
import pytest
from grpc_health.v1.health_pb2 import HealthCheckRequest, HealthCheckResponse
from invoicejobs.v1 import tunnel_pb2_grpc
from invoicejobs.v1.access_pb2 import IssueTokenRequest
from invoicejobs.v1.tunnel_pb2 import OpenTunnelRequest, OpenTunnelResponse

from process.exposition import new_registry
from process.trace import PlainTracer
from server.domain.errors import NotFound
from server.observing.calls import ObserveCalls
from server.observing.metrics import Metrics
from server.rpc import serving
from server.rpc.admission import OPEN_TUNNEL
from server.rpc.transport import Connections
from server.service.issue_token import IssuedToken
from tests.grpc.door import DEADLINE, Door, failure_of, open_door
from tests.grpc.test_call_ends import no_collections
from tests.grpc.test_tunnel_calls import CHECK, GET, ISSUE, Held, held, job
from tests.grpc.tunnel_client import RawTunnel, gateway_limits, open_tunnel, tunnel_call

__all__ = ["held", "no_collections"]
NOT_FOUND, OK = grpc.StatusCode.NOT_FOUND, grpc.StatusCode.OK
#: Far longer than a test may take: the stop must not wait for it.
GRACE = 1000


async def begin_to_stop(door: Door) -> asyncio.Task[None]:
    """Begins to stop the server; returns when it is about to."""
    watch = door.health.Watch(HealthCheckRequest(), timeout=DEADLINE)
    await watch.read()
    stopping = asyncio.ensure_future(door.server.stop(GRACE))
    assert (await watch.read()).status == HealthCheckResponse.NOT_SERVING
    return stopping


async def test_a_server_that_stops_answers_all_calls_until_the_gateway_has_closed_the_tunnel(
    held: Held,
) -> None:
    async with (
        open_door(gateway_limits(), read_job=held.read_job) as door,
        open_tunnel(door) as tunnel,
    ):
        first = await tunnel.begin(GET, job("held"))
        await held.wait_until_entered()
        stopping = await begin_to_stop(door)
        # It was on its way already.
        assert (await tunnel.call(GET, job("free"))).status is NOT_FOUND
        assert tunnel.shall_close
        await tunnel.stream.done_writing()
        held.release()
        assert (await tunnel.outcome(first)).status is NOT_FOUND
        assert await tunnel.end() is OK
        await asyncio.wait_for(stopping, DEADLINE)


async def test_a_server_that_stops_does_not_wait_for_a_call_that_is_cancelled(held: Held) -> None:
    async with (
        open_door(gateway_limits(), read_job=held.read_job) as door,
        open_tunnel(door) as tunnel,
    ):
        call_id = await tunnel.begin(GET, job("held"))
        await held.wait_until_entered()
        stopping = await begin_to_stop(door)
        await tunnel.cancel(call_id)
        assert await tunnel.close_when_asked() is OK
        await asyncio.wait_for(stopping, DEADLINE)


async def test_a_tunnel_that_gets_its_turn_when_the_server_stops_does_not_hold_it_up() -> None:
    entered, released = asyncio.Event(), asyncio.Event()

    class Late(grpc.aio.ServerInterceptor):
        async def intercept_service(self, continuation: Any, handler_call_details: Any) -> Any:
            if handler_call_details.method == OPEN_TUNNEL:
                entered.set()
                await released.wait()
            return await continuation(handler_call_details)

    async with open_door(gateway_limits(), interceptors=[Late()]) as door:
        stream = tunnel_pb2_grpc.TunnelStub(door.channel).OpenTunnel(timeout=DEADLINE)
        reading = asyncio.ensure_future(stream.read())
        await entered.wait()
        stopping = await begin_to_stop(door)
        released.set()
        await reading
        assert await RawTunnel(stream).close_when_asked() is OK
        await asyncio.wait_for(stopping, DEADLINE)


async def test_a_tunnel_is_to_be_closed_well_before_its_connection_is_too_old() -> None:
    limits = gateway_limits(connections=Connections(age=2))
    async with open_door(limits) as door, open_tunnel(door) as tunnel:
        assert (await tunnel.call(CHECK, b"")).code == 0
        assert await tunnel.close_when_asked() is OK
        async with open_tunnel(door) as another:
            assert (await another.call(CHECK, b"")).code == 0


async def test_two_calls_with_one_id_end_the_tunnel_when_the_others_are_answered(
    held: Held,
) -> None:
    async with (
        open_door(gateway_limits(), read_job=held.read_job) as door,
        open_tunnel(door) as tunnel,
    ):
        await tunnel.begin(GET, job("held"), call_id=7)
        await held.wait_until_entered()
        # With the answer to the one before it, the second of them has been seen, too.
        calls = [tunnel_call(call_id, GET, job("free")) for call_id in (8, 7)]
        await tunnel.stream.write(OpenTunnelRequest(calls=calls))
        assert (await tunnel.outcome(8)).status is NOT_FOUND
        held.release()
        assert (await tunnel.outcome(7)).status is NOT_FOUND
        failure = await failure_of(tunnel.stream.read())
    assert failure.code is grpc.StatusCode.INVALID_ARGUMENT
    assert list(failure.violations) == ["call_id"]
    assert held.begun == ["held", "free"]


async def test_an_id_may_come_again_when_its_call_is_answered(held: Held) -> None:
    async with (
        open_door(gateway_limits(), read_job=held.read_job) as door,
        open_tunnel(door) as tunnel,
    ):
        for call_id in (7, 7, 2**64 - 1):
            await tunnel.begin(GET, job("free"), call_id=call_id)
            assert (await tunnel.outcome(call_id)).status is NOT_FOUND


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"\xff\xff", "UNDECODABLE"),
        (
            OpenTunnelRequest(calls=[tunnel_call(1, GET, bytes(2**20))]).SerializeToString(),
            "INVALID_INPUT",
        ),
    ],
    ids=["no message", "too large"],
)
async def test_bytes_that_are_no_message_or_too_many_end_the_tunnel(
    held: Held, data: bytes, reason: str
) -> None:
    async with open_door(gateway_limits(), read_job=held.read_job) as door:
        call: Any = door.channel.stream_stream(OPEN_TUNNEL)
        stream = call(timeout=DEADLINE)
        assert await stream.read() == b""
        await stream.write(data)
        failure = await failure_of(stream.read())
    assert (failure.code, failure.reason) == (grpc.StatusCode.INVALID_ARGUMENT, reason)
    assert list(failure.violations) == ["request"]


async def test_calls_of_a_gateway_that_leaves_are_broken_off_and_nothing_is_left(
    held: Held,
) -> None:
    problems: list[Any] = []
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda _, context: problems.append(context))
    value = (registry := new_registry()).get_sample_value
    observe = ObserveCalls(PlainTracer(), Metrics(registry))
    async with open_door(gateway_limits(), interceptors=[observe], read_job=held.read_job) as door:
        await door.health.Check(HealthCheckRequest(), timeout=DEADLINE)
        before = len(asyncio.all_tasks())
        async with open_tunnel(door) as tunnel:
            for n in range(3):
                await tunnel.begin(GET, job(f"held-{n}"))
            await held.wait_until_entered()
        while value("invoicejobs_rpc_calls_in_progress"):
            await door.health.Check(HealthCheckRequest(), timeout=DEADLINE)
        while len(asyncio.all_tasks()) > before:
            await door.health.Check(HealthCheckRequest(), timeout=DEADLINE)
    for method in (GET[1:], OPEN_TUNNEL[1:]):
        labels = {"method": method, "code": "CANCELLED"}
        assert value("invoicejobs_rpc_calls_total", labels)
    gc.collect()
    assert problems == []


@pytest.mark.usefixtures("no_collections")
async def test_nothing_of_a_call_is_left_to_the_garbage_collector() -> None:
    seen: list[Any] = []
    gone: asyncio.Queue[object] = asyncio.Queue()

    def read_job(*_: Any) -> Any:
        # It runs in the call's own task.
        seen.append(weakref.ref(asyncio.current_task(), gone.put_nowait))
        raise NotFound("There is none.")

    observe = ObserveCalls(PlainTracer(), Metrics(new_registry()))
    async with (
        open_door(
            gateway_limits(), interceptors=[observe], embedded=True, read_job=read_job
        ) as door,
        open_tunnel(door) as tunnel,
    ):
        for _ in range(3):
            await tunnel.call(GET, job("free"))
        for _ in seen:
            await asyncio.wait_for(gone.get(), DEADLINE)


async def test_a_gateway_that_takes_no_answers_is_not_read_from_without_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(serving, "MOST_MORE", 5)
    begun = 0
    lock = threading.Lock()

    def issue(*_: Any) -> IssuedToken:
        nonlocal begun
        with lock:
            begun += 1
        return IssuedToken("x" * 300_000, 3600, "")

    calls = range(1, 301)
    request = IssueTokenRequest(client_id="shop")
    async with (
        open_door(gateway_limits(concurrent_calls=5), issue_token=issue) as door,
        open_tunnel(door) as tunnel,
    ):

        async def send() -> None:
            for call_id in calls:
                await tunnel.begin(ISSUE, request, call_id=call_id)

        sending = asyncio.ensure_future(send())
        still = last = 0
        while still < 100:
            await door.health.Check(HealthCheckRequest(), timeout=DEADLINE)
            still, last = (still + 1, last) if begun == last and last else (0, begun)
        # Those that wait, and what the transport holds.
        assert 10 <= begun < 100
        answered = [await tunnel.outcome(call_id) for call_id in calls]
        await sending
    assert len(answered) == len(calls)


async def test_many_calls_in_one_message_are_all_answered(held: Held) -> None:
    limits = gateway_limits(concurrent_calls=3)
    async with open_door(limits, read_job=held.read_job) as door, open_tunnel(door) as tunnel:
        calls = [tunnel_call(n, GET, job("free")) for n in range(2000)]
        await tunnel.stream.write(OpenTunnelRequest(calls=calls))
        codes = {(await tunnel.outcome(n)).status for n in range(2000)}
        assert codes == {NOT_FOUND, grpc.StatusCode.RESOURCE_EXHAUSTED}
        await tunnel.stream.write(OpenTunnelRequest())
        assert (await tunnel.call(GET, job("free"))).status is NOT_FOUND
    assert OpenTunnelResponse() not in tunnel.answers.values()
