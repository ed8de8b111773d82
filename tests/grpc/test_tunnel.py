"""A call in a tunnel ends as it would by itself, to the byte; whatever it is and whoever calls."""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator
from dataclasses import fields
from typing import Any

import grpc
import pytest
from google.protobuf import message_factory
from invoicejobs.v1 import tunnel_pb2_grpc
from invoicejobs.v1.access_pb2 import IssueTokenRequest

from process.exposition import new_registry
from process.trace import PlainTracer
from server.domain.errors import (
    Conflict,
    InvalidInput,
    LimitExceeded,
    LogoRefused,
    NotFound,
    NotReady,
    OrderRejected,
    OutOfRange,
    PermissionDenied,
    Unauthenticated,
    Unavailable,
)
from server.observing.calls import ObserveCalls
from server.observing.metrics import Metrics
from server.rpc import admission, tunnel
from server.rpc.authentication import Authentication
from server.rpc.permissions import RULES
from server.service.issue_token import IssuedToken
from server.service.use_cases import UseCases
from tests.builders import tokens
from tests.builders.tokens import bearer, token
from tests.grpc.door import DEADLINE, Door, failure_of, open_door
from tests.grpc.test_authentication import ALL_SCOPES, BAD_TOKENS, GOOD, METHODS
from tests.grpc.tunnel_client import RawTunnel, call_alone, gateway_limits, open_tunnel

UNARY = sorted(
    path
    for path, method in METHODS.items()
    if not method.client_streaming and not method.server_streaming
)
ERRORS = [
    InvalidInput.field("order_ids", "is wrong"),
    LogoRefused("It is no picture."),
    Unauthenticated("Who are you?", reason="TOKEN_MISSING"),
    PermissionDenied("No.", reason="SCOPE_MISSING"),
    NotFound("There is none – ‚nirgends‘.", reason="JOB_NOT_FOUND"),
    Conflict("It was changed.", reason="ETAG_DIFFERS"),
    Conflict("Another one.", reason="REQUEST_ID_REUSED"),
    NotReady("Not yet.", reason="JOB_NOT_DONE"),
    OutOfRange("Too far.", reason="PAST_THE_END"),
    LimitExceeded("Too many.", reason="TOO_MANY_JOBS", retry_after=7.5),
    OrderRejected("It has no lines.", reason="NO_LINES"),
    Unavailable("The database is away.", reason="STORAGE_UNAVAILABLE"),
    RuntimeError("the secret is 12345"),
    NotFound("x" * 10_000),
]
#: The id under which an unexpected error stands in the log is in the answer.
ID = (("x-request-id", "shop-7"),)


def request_of(path: str, tenant: str) -> bytes:
    """Makes a request that gets as far as the use case."""
    method = METHODS[path]
    request: Any = message_factory.GetMessageClass(method.input_type)()
    given = {"tenant": tenant, "job_id": "1", "invoice_number": "1", "order_id": "1"}
    for name, value in given.items():
        if name in method.input_type.fields_by_name:
            setattr(request, name, value)
    return bytes(request.SerializeToString())


def requests_of(path: str) -> list[bytes]:
    good = request_of(path, "acme")
    return [
        *(good, request_of(path, "nobody"), request_of(path, "../acme"), b""),
        *(b"\xff\xff", good[:-1], good + b"\x0a\x02\xc3\x28", b"\x00" * 100),
    ]


async def assert_alike(door: Door, tunnel: RawTunnel, path: str, request: bytes, more: Any) -> int:
    alone = await call_alone(door, path, request, (*ID, *more))
    assert await tunnel.call(path, request, (*ID, *more)) == alone, (path, request)
    return alone.code


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
async def test_every_method_fails_alike_however_its_use_case_fails(error: Exception) -> None:
    def use_case(name: str) -> Any:
        def fake(*_: Any, **__: Any) -> Any:
            if name != "follow_changes":
                raise error

        return fake

    fakes = {field.name: use_case(field.name) for field in fields(UseCases)}
    codes = set()
    # It makes the request's id the one of the error.
    observe = ObserveCalls(PlainTracer(), Metrics(new_registry()))
    async with (
        open_door(gateway_limits(), interceptors=[observe], **fakes) as door,
        open_tunnel(door) as tunnel,
    ):
        for path in UNARY:
            for request in requests_of(path):
                codes.add(await assert_alike(door, tunnel, path, request, ()))
    assert grpc.StatusCode.INVALID_ARGUMENT.value[0] in codes
    assert 0 in codes  # health checks
    assert len(codes) >= 2


@pytest.fixture
def reached() -> list[str]:
    """The use cases that were called."""
    return []


@pytest.fixture
async def door(reached: list[str]) -> AsyncIterator[Door]:
    def use_case(name: str) -> Any:
        def fake(*_: Any, **__: Any) -> Any:
            if name != "follow_changes":
                reached.append(name)
                raise NotFound("It was reached, and there is nothing.")

        return fake

    fakes = {field.name: use_case(field.name) for field in fields(UseCases)}
    verifying = Authentication(tokens.verifier())
    async with open_door(gateway_limits(), authentication=verifying, **fakes) as door:
        yield door


@pytest.mark.parametrize("path", UNARY)
async def test_every_method_with_every_token_ends_alike(
    door: Door, reached: list[str], path: str
) -> None:
    rule = RULES[path]
    others = " ".join(scope for scope in ALL_SCOPES.split() if scope != rule.scope)
    refused = {name: make() for name, make in BAD_TOKENS.items()}
    refused["too few scopes"] = bearer(token(f"tenant=acme {others}"))
    refused["another tenant"] = bearer(token(f"tenant=other {ALL_SCOPES}"))
    request = request_of(path, "acme")
    async with open_tunnel(door) as tunnel:
        for name, metadata in refused.items():
            code = await assert_alike(door, tunnel, path, request, metadata)
            assert rule.public or code in {16, 7}, name
        assert rule.public or reached == []
        # The next call is not taken for one of whoever came before.
        assert await assert_alike(door, tunnel, path, request, bearer(token(GOOD))) not in {16, 7}
        code = await assert_alike(door, tunnel, path, request, ())
        assert rule.public or code == 16


@pytest.mark.parametrize(
    "path", [*sorted(set(METHODS) - set(UNARY)), "/invoicejobs.v1.Orders/None", "none", "", "/"]
)
async def test_what_has_streams_or_is_not_there_is_not_in_a_tunnel(door: Door, path: str) -> None:
    async with open_tunnel(door) as tunnel:
        outcome = await tunnel.call(path, request_of(UNARY[0], "acme"), bearer(token(GOOD)))
        assert outcome.status is grpc.StatusCode.UNIMPLEMENTED
        assert outcome.message
        assert outcome.response == b""
        check = await tunnel.call("/grpc.health.v1.Health/Check", b"")
    assert check.code == 0


async def test_a_gateway_that_relies_on_tokens_is_refused_by_a_server_that_checks_none() -> None:
    path = "/invoicejobs.v1.InvoiceJobs/GetInvoiceJob"
    relies = (("x-invoicejobs-auth", "jwt"),)
    async with open_door(gateway_limits()) as door, open_tunnel(door) as tunnel:
        await assert_alike(door, tunnel, path, request_of(path, "acme"), relies)
        outcome = await tunnel.call(path, request_of(path, "acme"), relies)
    assert outcome.reason == "AUTH_DIFFERS"


async def test_only_gateways_may_open_a_tunnel() -> None:
    async with open_door() as door:
        stream = tunnel_pb2_grpc.TunnelStub(door.channel).OpenTunnel(timeout=DEADLINE)
        failure = await failure_of(stream.read())
    assert (failure.code, failure.reason) == (grpc.StatusCode.PERMISSION_DENIED, "NOT_A_GATEWAY")


async def test_there_are_so_many_tunnels_and_one_that_ends_makes_room(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(admission, "MOST_TUNNELS", 2)
    async with open_door(gateway_limits(concurrent_calls=1)) as door, open_tunnel(door):
        async with open_tunnel(door):
            stream = tunnel_pb2_grpc.TunnelStub(door.channel).OpenTunnel(timeout=DEADLINE)
            failure = await failure_of(stream.read())
        assert failure.reason == "TOO_MANY_TUNNELS"
        assert failure.code is grpc.StatusCode.RESOURCE_EXHAUSTED
        while True:
            stream = tunnel_pb2_grpc.TunnelStub(door.channel).OpenTunnel(timeout=DEADLINE)
            try:
                await stream.read()
            except grpc.aio.AioRpcError:
                continue
            stream.cancel()
            break


async def test_a_response_that_is_too_large_ends_its_own_call_alone() -> None:
    sizes = {"small": 1000, "just": 1024 * 1024 - 2 * tunnel.AROUND_RESPONSE, "large": 2_000_000}

    def issue(client_id: str, *_: Any) -> IssuedToken:
        return IssuedToken("x" * sizes[client_id], 3600, "")

    path = "/invoicejobs.v1.Access/IssueToken"
    limits = gateway_limits(send_bytes=1024 * 1024)
    async with open_door(limits, issue_token=issue) as door, open_tunnel(door) as through:
        requests = {name: IssueTokenRequest(client_id=name) for name in sizes}
        asked = {
            await through.begin(path, request): await call_alone(door, path, request)
            for request in [*requests.values()] * 3
        }
        for call_id, alone in asked.items():
            outcome = await through.outcome(call_id)
            assert (outcome.status, outcome.response) == (alone.status, alone.response)
    assert alone.status is grpc.StatusCode.RESOURCE_EXHAUSTED


async def test_responses_that_come_together_are_not_too_large_for_one_message() -> None:
    together = threading.Barrier(2)

    def issue(*_: Any) -> IssuedToken:
        # Both are there before the event loop can take one.
        together.wait(DEADLINE)
        return IssuedToken("x" * 900_000, 3600, "")

    path = "/invoicejobs.v1.Access/IssueToken"
    limits = gateway_limits(send_bytes=1024 * 1024)
    async with open_door(limits, issue_token=issue) as door, open_tunnel(door) as through:
        for _ in range(10):
            asked = [await through.begin(path, IssueTokenRequest()) for _ in range(2)]
            assert {(await through.outcome(each)).code for each in asked} == {0}
