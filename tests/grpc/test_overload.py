"""Whoever asks for more than can be answered is told so at once, and soon all is well again."""

from __future__ import annotations

import asyncio
import json
import sys
import time

import grpc
import pytest
from invoicejobs.v1.invoice_jobs_pb2 import GetInvoiceJobRequest

from process.exposition import new_registry
from server.domain.job import Job, JobType
from server.domain.tenant import Tenant
from server.observing.metrics import Metrics
from server.observing.refused import CountRefused
from server.rpc import overload
from server.rpc.overload import MOST_WAITING, OverloadGuard
from server.rpc.transport import MOST_PENDING
from tests.builders.storage_values import NOON
from tests.grpc.door import DEADLINE, open_door
from tests.grpc.test_places import get
from tests.grpc.tunnel_client import gateway_limits, open_tunnel
from tests.journeys.service import ROOT

#: Seconds of the event loop that each answer takes.
WORK = 0.005
#: To answer so many would take 6 seconds.
CALLS = 1200
#: Calls that may wait here, so that few are enough to be too many.
FEW = 256
JOB = Job("x", Tenant("acme"), JobType.MANUAL, created_at=NOON, done_at=NOON)


def work(*_):
    """Answers, and keeps the loop busy for that long."""
    end = time.perf_counter() + WORK
    while time.perf_counter() < end:
        pass
    return JOB, ()


def flooded_door(count=lambda: None, most_waiting=FEW):
    """Opens a door with the guard that is tested."""
    guard = OverloadGuard(count, most_waiting)
    return open_door(interceptors=[guard], embedded=True, read_job=work)


async def flood(port, calls=CALLS):
    """Floods the door from a process of its own."""
    command = (sys.executable, "-m", "tests.grpc.flood", str(port), str(calls))
    process = await asyncio.create_subprocess_exec(
        *command, cwd=ROOT, stdout=asyncio.subprocess.PIPE
    )
    said, _ = await process.communicate()
    assert process.returncode == 0
    return json.loads(said)


async def test_a_flood_is_refused_clearly_and_fast_and_health_is_told_meanwhile():
    metrics = Metrics(registry := new_registry())
    async with flooded_door(CountRefused(metrics)) as door:
        outcome = await flood(door.port)
        assert set(outcome["counts"]) == {"OK", "RESOURCE_EXHAUSTED"}
        assert outcome["counts"]["RESOURCE_EXHAUSTED"] > CALLS / 2
        labels = {"method": "any", "code": "RESOURCE_EXHAUSTED"}
        counted = registry.get_sample_value("invoicejobs_rpc_calls_total", labels)
        assert counted == outcome["counts"]["RESOURCE_EXHAUSTED"]
        assert outcome["request_ids"] == ["flood"]
        # Those that found a place are answered all the same.
        assert outcome["counts"]["OK"] >= FEW
        assert outcome["told"] == ["The server has more to do than it can. Try again in a moment."]
        # All would have waited for 6 seconds; a busy machine is forgiven much.
        assert outcome["slowest"]["RESOURCE_EXHAUSTED"] < CALLS * WORK / 2
        assert outcome["check"] < CALLS * WORK / 2


async def test_after_a_flood_all_is_answered_again():
    async with flooded_door() as door:
        await flood(door.port)
        for _ in range(20):
            await get(door, "acme")


async def test_a_burst_of_some_hundred_is_not_refused():
    async with flooded_door(most_waiting=MOST_WAITING) as door:
        outcome = await flood(door.port, MOST_WAITING * 9 // 10)
        assert set(outcome["counts"]) == {"OK"}


async def test_calls_that_the_transport_broke_off_are_not_taken_for_waiting_ones():
    async with flooded_door() as door:
        # Far beyond what it lets wait it breaks off what is more, unless the flood comes slowly.
        broken_off = 0
        for more in (1500, 5000, 15000):
            outcome = await flood(door.port, MOST_PENDING + more)
            broken_off += outcome["counts"].get("CANCELLED", 0)
            if broken_off > FEW:
                break
        assert broken_off > FEW
        async with asyncio.timeout(DEADLINE):
            while (await flood(door.port, 8))["counts"] != {"OK": 8}:
                pass


@pytest.mark.parametrize("told", ["{}", '{"server": [{"ref": {"serverId": "1"}}]}'])
async def test_where_grpc_tells_no_counts_all_is_answered_without_the_guard(monkeypatch, told):
    monkeypatch.setattr("grpc._cython.cygrpc.channelz_get_servers", lambda _: told)
    monkeypatch.setattr("grpc._cython.cygrpc.channelz_get_server", lambda _: told)
    async with flooded_door() as door:
        for _ in range(20):
            await get(door, "acme")


async def test_calls_are_answered_while_grpc_cannot_tell_how_many_wait(monkeypatch):
    known = overload._newest_server
    unknown = iter([10**9])
    monkeypatch.setattr(overload, "_newest_server", lambda: next(unknown, None) or known())
    async with flooded_door() as door:
        for _ in range(40):
            assert (await get(door, "acme")).job.job_id == "x"
    assert not list(unknown)


async def test_a_call_in_a_tunnel_has_not_waited_in_the_transport():
    guard = OverloadGuard(lambda: None)
    async with (
        open_door(gateway_limits(), interceptors=[guard], embedded=True, read_job=work) as door,
        open_tunnel(door) as tunnel,
    ):
        guard._most_waiting = -CALLS  # From now on all that comes through it is too much.
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await get(door, "acme")
        assert caught.value.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
        for _ in range(10):
            request = GetInvoiceJobRequest(tenant="acme", job_id="x")
            outcome = await tunnel.call("/invoicejobs.v1.InvoiceJobs/GetInvoiceJob", request)
            assert outcome.status is grpc.StatusCode.OK
