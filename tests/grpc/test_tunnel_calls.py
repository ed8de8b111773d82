"""Each call in a tunnel is one of its own: whose it is, what it counts as, and how it ends."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Iterator
from typing import Any

import grpc
import pytest
from invoicejobs.v1.invoice_jobs_pb2 import GetInvoiceJobRequest

from process.exposition import new_registry
from process.logs import told
from process.trace import PlainTracer, current_trace
from server.domain.errors import NotFound
from server.observing.calls import ObserveCalls
from server.observing.metrics import Metrics
from server.rpc.authentication import Authentication
from server.service.origin import current_origin
from tests.builders import tokens
from tests.builders.tokens import bearer, token
from tests.grpc.door import DEADLINE, open_door
from tests.grpc.test_authentication import ALL_SCOPES
from tests.grpc.tunnel_client import (
    METADATA,
    Outcome,
    RawTunnel,
    gateway_limits,
    open_tunnel,
)

GET = "/invoicejobs.v1.InvoiceJobs/GetInvoiceJob"
ISSUE = "/invoicejobs.v1.Access/IssueToken"
CHECK = "/grpc.health.v1.Health/Check"
NOT_FOUND, REFUSED = grpc.StatusCode.NOT_FOUND, grpc.StatusCode.RESOURCE_EXHAUSTED
#: Calls a second of whom only one is let in while a test lasts.
ONCE = 1e-4


def job(job_id: str, tenant: str = "acme") -> GetInvoiceJobRequest:
    return GetInvoiceJobRequest(tenant=tenant, job_id=job_id)


class Held:
    """A use case that answers at once, but for jobs called `held`: those wait."""

    def __init__(self) -> None:
        self.begun: list[str] = []
        self._entered = threading.Event()
        self._released = threading.Event()

    def read_job(self, _tenant: str, job_id: str, *_: Any) -> Any:
        self.begun.append(job_id)
        if job_id.startswith("held"):
            self._entered.set()
            assert self._released.wait(DEADLINE)
        raise NotFound("There is none.")

    async def wait_until_entered(self) -> None:
        assert await asyncio.to_thread(self._entered.wait, DEADLINE)

    def release(self) -> None:
        self._released.set()


@pytest.fixture
def held() -> Iterator[Held]:
    held = Held()
    yield held
    held.release()


async def next_one(tunnel: RawTunnel, held: Held, metadata: METADATA) -> Outcome:
    """Asks until there is a place; what is held must not have to end for that."""
    while True:
        call_id = await tunnel.begin(GET, job("free"), metadata)
        # A refusal would have come before this answer.
        await tunnel.call(CHECK, b"")
        refused = tunnel.answers.get(call_id)
        if refused is None or refused.code != REFUSED.value[0]:
            # Only its thread may still be taken by the one before.
            held.release()
            return await tunnel.outcome(call_id)


async def test_calls_are_answered_when_they_are_done_in_whatever_order(held: Held) -> None:
    async with (
        open_door(gateway_limits(), read_job=held.read_job) as door,
        open_tunnel(door) as tunnel,
    ):
        first = await tunnel.begin(GET, job("held"))
        assert (await tunnel.call(GET, job("free"))).status is NOT_FOUND
        held.release()
        assert (await tunnel.outcome(first)).status is NOT_FOUND


async def test_calls_that_are_under_way_together_know_nothing_of_each_other() -> None:
    seen: dict[str, tuple[Any, ...]] = {}
    together = threading.Barrier(3)

    def read_job(tenant: str, job_id: str, *_: Any) -> Any:
        together.wait(DEADLINE)
        origin, trace = current_origin(), current_trace()
        assert trace
        own = (origin.subject, origin.address, origin.request_id, trace.trace_id, dict(told()))
        seen[job_id] = (tenant, *own)
        together.wait(DEADLINE)
        raise NotFound(f"There is no {job_id}.")

    def metadata(n: int) -> METADATA:
        scopes = f"tenant=tenant{n} {ALL_SCOPES}"
        return (
            *bearer(token(scopes, sub=f"subject-{n}")),
            ("x-request-id", f"id-{n}"),
            ("x-client-address", f"192.0.2.{n}"),
            ("traceparent", f"00-{n:032x}-b7ad6b7169203331-01"),
        )

    observe = ObserveCalls(PlainTracer(), Metrics(new_registry()))
    verifying = Authentication(tokens.verifier())
    async with (
        open_door(gateway_limits(), verifying, [observe], read_job=read_job) as door,
        open_tunnel(door) as tunnel,
    ):
        calls = {
            n: await tunnel.begin(GET, job(f"job-{n}", f"tenant{n}"), metadata(n))
            for n in range(1, 4)
        }
        for n, call_id in calls.items():
            assert (await tunnel.outcome(call_id)).message == f"There is no job-{n}."
    assert seen == {
        f"job-{n}": (
            *(f"tenant{n}", f"subject-{n}", f"192.0.2.{n}", f"id-{n}", f"{n:032x}"),
            {"request_id": f"id-{n}", "tenant": f"tenant{n}"},
        )
        for n in calls
    }


async def test_each_client_has_a_rate_of_its_own(held: Held) -> None:
    limits = gateway_limits(address_rate=ONCE)
    async with open_door(limits, read_job=held.read_job) as door, open_tunnel(door) as tunnel:
        here, there = ((("x-client-address", f"192.0.2.{n}"),) for n in (1, 2))
        assert (await tunnel.call(GET, job("free"), here)).status is NOT_FOUND
        refused = await tunnel.call(GET, job("free"), here)
        assert (refused.status, refused.reason) == (REFUSED, "RATE_EXCEEDED")
        assert 0 < refused.wait <= 1 / ONCE
        assert (await tunnel.call(GET, job("free"), there)).status is NOT_FOUND


async def test_each_tenant_has_a_rate_of_its_own_whichever_way_it_comes(held: Held) -> None:
    limits = gateway_limits(tenant_rate=ONCE)
    async with open_door(limits, read_job=held.read_job) as door, open_tunnel(door) as tunnel:
        with pytest.raises(grpc.aio.AioRpcError):
            await door.jobs.GetInvoiceJob(job("free"), timeout=DEADLINE)
        refused = await tunnel.call(GET, job("free"))
        assert (refused.status, refused.reason) == (REFUSED, "RATE_EXCEEDED")
        assert 0 < refused.wait <= 1 / ONCE
        assert (await tunnel.call(GET, job("free", "globex"))).status is NOT_FOUND


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({"concurrent_calls": 1}, "TOO_MANY_CALLS"),
        ({"tenant_calls": 1}, "TOO_MANY_CALLS_OF_TENANT"),
        ({"address_calls": 1}, "TOO_MANY_CALLS_OF_ADDRESS"),
    ],
)
@pytest.mark.parametrize("ending", ["answered", "cancelled", "left"])
async def test_a_call_has_its_place_until_it_ends(
    held: Held, more: dict[str, int], reason: str, ending: str
) -> None:
    here = (("x-client-address", "192.0.2.1"),)
    async with (
        open_door(gateway_limits(**more), read_job=held.read_job) as door,
        open_tunnel(door) as tunnel,
    ):
        async with open_tunnel(door) as other:
            call_id = await other.begin(GET, job("held"), here)
            await held.wait_until_entered()
            refused = await tunnel.call(GET, job("free"), here)
            assert (refused.status, refused.reason) == (REFUSED, reason)
            if ending == "cancelled":
                await other.cancel(call_id)
            elif ending == "answered":
                held.release()
            if ending != "left":
                assert (await next_one(other, held, here)).status is NOT_FOUND
        assert (await next_one(tunnel, held, here)).status is NOT_FOUND


async def test_a_cancelled_call_is_not_answered_and_others_go_on(held: Held) -> None:
    observe = ObserveCalls(PlainTracer(), Metrics(registry := new_registry()))
    async with (
        open_door(gateway_limits(), interceptors=[observe], read_job=held.read_job) as door,
        open_tunnel(door) as tunnel,
    ):
        call_id = await tunnel.begin(GET, job("held"))
        await held.wait_until_entered()
        await tunnel.cancel(call_id, 4711)  # The other one is none.
        assert (await tunnel.call(CHECK, b"")).code == 0
        await tunnel.cancel(call_id)
        await tunnel.stream.done_writing()
        assert await tunnel.end() is grpc.StatusCode.OK
        assert tunnel.answers == {}
    labels = {"method": GET[1:], "code": "CANCELLED"}
    assert registry.get_sample_value("invoicejobs_rpc_calls_total", labels) == 1


async def test_calls_are_counted_timed_and_logged_and_so_is_the_tunnel(
    held: Held, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, logger="server.observing.calls")
    value = (registry := new_registry()).get_sample_value
    observe = ObserveCalls(PlainTracer(), Metrics(registry))
    in_progress = "invoicejobs_rpc_calls_in_progress"
    async with (
        open_door(gateway_limits(), interceptors=[observe], read_job=held.read_job) as door,
        open_tunnel(door) as tunnel,
    ):
        call_id = await tunnel.begin(GET, job("held"), (("x-request-id", "shop-7"),))
        await held.wait_until_entered()
        assert value(in_progress) == 2
        await tunnel.call("/none", b"")
        held.release()
        await tunnel.outcome(call_id)
        assert value(in_progress) == 1
        await tunnel.stream.done_writing()
        assert await tunnel.end() is grpc.StatusCode.OK
        assert value(in_progress) == 0
    for method, code in (
        (GET[1:], "NOT_FOUND"),
        ("unknown", "UNIMPLEMENTED"),
        ("invoicejobs.v1.Tunnel/OpenTunnel", "OK"),
    ):
        assert value("invoicejobs_rpc_calls_total", {"method": method, "code": code}) == 1
    assert value("invoicejobs_rpc_seconds_count", {"method": GET[1:]}) == 1
    lines = [r.getMessage() for r in caplog.records if r.name == "server.observing.calls"]
    assert [line.rsplit(" ", 2)[0] for line in lines] == [
        f"{GET[1:]} NOT_FOUND",
        "invoicejobs.v1.Tunnel/OpenTunnel OK",
    ]
