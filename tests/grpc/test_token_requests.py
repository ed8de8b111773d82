"""Many who ask for tokens hold up nobody else, and each network counts as one."""

from __future__ import annotations

import asyncio
import ipaddress
from threading import Event, Lock
from typing import Any

import grpc
from invoicejobs.v1 import access_pb2, access_pb2_grpc, invoice_jobs_pb2

from server.domain.errors import NotFound
from server.rpc.access import AT_ONCE, MOST_CALLS
from server.rpc.addresses import CLIENT_ADDRESS
from server.rpc.admission import Guards
from server.rpc.serving import Limits
from server.service.issue_token import IssuedToken
from tests.grpc.door import DEADLINE, failure_of, open_door, raising

ISSUED = IssuedToken("the.token", 3600, "tenant=acme")
REQUEST = access_pb2.IssueTokenRequest(client_id="shop", client_secret="secret")


async def test_who_guesses_secrets_holds_up_no_other_call() -> None:
    go, lock, running = Event(), Lock(), [0, 0]

    def slow(*_: Any) -> IssuedToken:
        with lock:
            running[0] += 1
            running[1] = max(running)
        assert go.wait(DEADLINE)
        with lock:
            running[0] -= 1
        return ISSUED

    async with open_door(issue_token=slow, read_job=raising(NotFound("no job"))) as door:
        stub: Any = access_pb2_grpc.AccessStub(door.channel)
        asked = [stub.IssueToken(REQUEST, timeout=DEADLINE) for _ in range(MOST_CALLS + 1)]
        calls = [asyncio.ensure_future(_code(call)) for call in asked]
        # One more than there may be is the only one to be answered: it is refused at once.
        (refused,), waiting = await asyncio.wait(calls, return_when=asyncio.FIRST_COMPLETED)
        assert refused.result() is grpc.StatusCode.RESOURCE_EXHAUSTED
        request = invoice_jobs_pb2.GetInvoiceJobRequest(tenant="acme", job_id="1")
        failure = await failure_of(door.jobs.GetInvoiceJob(request, timeout=DEADLINE))
        assert failure.code is grpc.StatusCode.NOT_FOUND
        go.set()
        assert {await call for call in waiting} == {grpc.StatusCode.OK}
    assert running[1] <= AT_ONCE


async def test_all_addresses_of_a_network_count_as_one() -> None:
    seen = []

    def issue(_id: str, _secret: str, _scope: str, address: str) -> IssuedToken:
        seen.append(address)
        return ISSUED

    loopback = (ipaddress.ip_network("127.0.0.0/8"),)
    async with open_door(Limits(guards=Guards(gateways=loopback)), issue_token=issue) as door:
        stub: Any = access_pb2_grpc.AccessStub(door.channel)
        for address in ("2001:db8::1", "2001:db8::2", "192.0.2.1", "127.0.0.1"):
            metadata = ((CLIENT_ADDRESS, address),)
            await stub.IssueToken(REQUEST, metadata=metadata, timeout=DEADLINE)
    assert seen == ["2001:db8::/64", "2001:db8::/64", "192.0.2.1", "127.0.0.1"]


async def _code(call: Any) -> grpc.StatusCode:
    code: grpc.StatusCode = await call.code()
    return code
