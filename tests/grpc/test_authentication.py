"""Every method, with every kind of token: who may not call is refused before anything is done."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import fields
from ipaddress import ip_network
from typing import Any

import grpc
import pytest
from google.protobuf import message_factory
from google.protobuf.descriptor import MethodDescriptor
from grpc_health.v1 import health_pb2
from grpc_reflection.v1alpha import reflection_pb2
from invoicejobs.v1 import (
    access_pb2,
    invoice_jobs_pb2,
    invoices_pb2,
    orders_pb2,
    tenant_settings_pb2,
    tunnel_pb2,
)

from server.domain.errors import NotFound
from server.rpc.admission import Guards
from server.rpc.authentication import Authentication, current_caller
from server.rpc.permissions import RULES
from server.rpc.serving import Limits
from server.service.use_cases import UseCases
from tests.builders import tokens
from tests.builders.tokens import bearer, token
from tests.grpc.door import DEADLINE, Door, failure_of, open_door

U, P = grpc.StatusCode.UNAUTHENTICATED, grpc.StatusCode.PERMISSION_DENIED
ALL_SCOPES = " ".join(sorted({rule.scope for rule in RULES.values() if rule.scope}))
GOOD = f"tenant=acme {ALL_SCOPES}"

OURS = {
    f"/{service.full_name}/{method.name}": method
    for file in (
        *(access_pb2, invoice_jobs_pb2, invoices_pb2, orders_pb2, tenant_settings_pb2),
        tunnel_pb2,
    )
    for service in file.DESCRIPTOR.services_by_name.values()
    for method in service.methods
}
HEALTH = {
    f"/grpc.health.v1.Health/{method.name}": method
    for method in health_pb2.DESCRIPTOR.services_by_name["Health"].methods
}
_REFLECT = reflection_pb2.DESCRIPTOR.services_by_name["ServerReflection"].methods[0]
REFLECTION = {
    f"/grpc.reflection.{version}.ServerReflection/ServerReflectionInfo": _REFLECT
    for version in ("v1", "v1alpha")
}
METHODS: dict[str, MethodDescriptor] = OURS | HEALTH | REFLECTION

BAD_TOKENS: dict[str, Callable[[], tuple[tuple[str, str], ...]]] = {
    "no token": lambda: (),
    "expired": lambda: bearer(token(GOOD, expires_in=-60)),
    "wrong key": lambda: bearer(token(GOOD, key=tokens.OTHER_SECRET)),
    "wrong audience": lambda: bearer(token(GOOD, aud="https://other.example")),
    "wrong issuer": lambda: bearer(token(GOOD, iss="https://other.example")),
    "no tenant": lambda: bearer(token(ALL_SCOPES)),
    "other scheme": lambda: (("authorization", f"Basic {token(GOOD)}"),),
    "empty": lambda: (("authorization", ""),),
    "two tokens": lambda: bearer(token(GOOD)) * 2,
}
#: We are a gateway: nobody else may open a tunnel.
LIMITS = Limits(guards=Guards(gateways=(ip_network("127.0.0.0/8"),)))


@pytest.fixture
def reached() -> list[str]:
    """The use cases that were called."""
    return []


@pytest.fixture
async def door(reached: list[str]) -> AsyncIterator[Door]:
    def use_case(name: str) -> Callable[..., Any]:
        def fake(*args: Any, **kwargs: Any) -> Any:
            if name != "follow_changes":  # asked for when the server starts
                reached.append(name)
                raise NotFound("It was reached, and there is nothing.")

        return fake

    fakes: Any = {field.name: use_case(field.name) for field in fields(UseCases)}
    verifying = Authentication(tokens.verifier())
    async with open_door(LIMITS, authentication=verifying, **fakes) as door:
        yield door


async def code_of(
    door: Door,
    path: str,
    metadata: tuple[tuple[str, str], ...],
    tenant: str = "acme",
    *,
    sends: bool = True,
) -> grpc.StatusCode:
    """Calls a method with a request that names a tenant, and gives how it ended.

    A stream may send nothing: a message that meets its refusal on the way is INTERNAL to grpc.aio.
    """
    method = METHODS[path]
    request = message_factory.GetMessageClass(method.input_type)()
    if "tenant" in method.input_type.fields_by_name:
        request.tenant = tenant  # type: ignore[attr-defined]
    # Far enough for the use case to be asked.
    for name, value in (("job_id", "1"), ("sha256", "0" * 64), ("invoice_number", "1")):
        if name in method.input_type.fields_by_name:
            setattr(request, name, value)
    deserialize = message_factory.GetMessageClass(method.output_type).FromString
    kind = f"{'stream' if method.client_streaming else 'unary'}_" + (
        "stream" if method.server_streaming else "unary"
    )
    call = getattr(door.channel, kind)(
        path,
        request_serializer=type(request).SerializeToString,
        response_deserializer=deserialize,
    )
    sent: Any = iter([request]) if method.client_streaming else request
    if method.client_streaming and not sends:
        sent = None
    running = call(sent, metadata=metadata, timeout=DEADLINE)
    try:
        if method.server_streaming:
            async for _ in running:
                running.cancel()
                return grpc.StatusCode.OK
        else:
            await running
    except grpc.aio.AioRpcError as error:
        return error.code()
    return grpc.StatusCode.OK


@pytest.mark.parametrize("path", sorted(METHODS))
async def test_every_method_with_every_token(door: Door, reached: list[str], path: str) -> None:
    rule = RULES[path]
    found = {
        name: await code_of(door, path, make(), sends=False) for name, make in BAD_TOKENS.items()
    }
    if rule.public:
        assert set(found.values()).isdisjoint({U, P})
        return
    assert found == dict.fromkeys(BAD_TOKENS, U)
    others = " ".join(scope for scope in ALL_SCOPES.split() if scope != rule.scope)
    lacking = await code_of(
        door, path, bearer(token(f"tenant=acme {others}")), sends=not rule.scope
    )
    other = await code_of(door, path, bearer(token(f"tenant=other {ALL_SCOPES}")))
    assert lacking is P if rule.scope else lacking not in {U, P}
    assert other is P if rule.has_tenant else other not in {U, P}
    assert reached == []
    assert await code_of(door, path, bearer(token(GOOD))) not in {U, P}
    if rule.scope:
        alone = bearer(token(f"tenant=acme {rule.scope}"))
        assert await code_of(door, path, alone) not in {U, P}


@pytest.mark.parametrize("path", sorted(OURS))
async def test_without_authentication_everybody_may_call(reached: list[str], path: str) -> None:
    async with open_door(LIMITS, authentication=Authentication()) as door:
        assert await code_of(door, path, ()) not in {U, P}


async def test_what_is_refused_says_why_and_what_is_missing(door: Door) -> None:
    call = door.jobs.GetInvoiceJob
    request = invoice_jobs_pb2.GetInvoiceJobRequest(tenant="acme", job_id="1")
    failure = await failure_of(call(request, timeout=DEADLINE))
    assert (failure.code, failure.reason) == (U, "TOKEN_MISSING")
    failure = await failure_of(
        call(request, metadata=bearer(token(GOOD, expires_in=-60)), timeout=DEADLINE)
    )
    assert (failure.code, failure.reason) == (U, "TOKEN_EXPIRED")
    failure = await failure_of(call(request, metadata=bearer(token()), timeout=DEADLINE))
    assert (failure.code, failure.reason) == (P, "SCOPE_MISSING")
    assert failure.metadata["details"] == "missing scope: invoice.job_read"


async def test_other_tenants_are_refused_alike_whether_they_exist_or_not(
    door: Door, reached: list[str]
) -> None:
    found = []
    for tenant in ("other", "nobody"):
        request = invoice_jobs_pb2.GetInvoiceJobRequest(tenant=tenant, job_id="1")
        call = door.jobs.GetInvoiceJob(request, metadata=bearer(token(GOOD)), timeout=DEADLINE)
        found.append((await failure_of(call)).raw)
    assert found[0] == found[1]
    assert reached == []


async def test_a_name_that_is_no_tenants_is_wrong_input(door: Door) -> None:
    path = "/invoicejobs.v1.InvoiceJobs/GetInvoiceJob"
    code = await code_of(door, path, bearer(token(GOOD)), tenant="../acme")
    assert code is grpc.StatusCode.INVALID_ARGUMENT


async def test_each_message_of_a_stream_must_be_for_the_same_tenant(
    door: Door, reached: list[str]
) -> None:
    requests = [
        orders_pb2.ImportOrdersRequest(tenant=tenant, order_json=b"{}") for tenant in ("", "other")
    ]
    call = door.orders.ImportOrders(
        iter([orders_pb2.ImportOrdersRequest(tenant="acme", order_json=b"{}"), *requests]),
        metadata=bearer(token(GOOD)),
        timeout=DEADLINE,
    )
    assert (await failure_of(call)).code is P
    assert reached == []


async def test_a_stranger_is_refused_before_the_message_is_there(door: Door) -> None:
    call: Any = door.channel.stream_stream("/invoicejobs.v1.InvoiceJobs/GetInvoiceJob")
    # The call is open and nothing was sent; whoever reads first would wait for ever.
    running = call(timeout=DEADLINE)
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await running.read()
    assert caught.value.code() is U


async def test_use_cases_can_ask_who_calls() -> None:
    callers = []

    def read_job(*args: Any) -> Any:
        callers.append(current_caller())
        raise NotFound("no job")

    async with open_door(
        authentication=Authentication(tokens.verifier()), read_job=read_job
    ) as door:
        await code_of(door, "/invoicejobs.v1.InvoiceJobs/GetInvoiceJob", bearer(token(GOOD)))
    (caller,) = callers
    assert caller is not None
    assert (caller.subject, caller.tenant) == ("shop", "acme")


async def test_a_verifier_that_fails_lets_nobody_in_and_tells_nothing() -> None:
    class Broken:
        def recall(self, token: str) -> Any:
            raise RuntimeError("the secret is 12345")

        verify = recall

    async with open_door(authentication=Authentication(Broken())) as door:
        request = invoice_jobs_pb2.GetInvoiceJobRequest(tenant="acme", job_id="1")
        call = door.jobs.GetInvoiceJob(request, metadata=bearer("x"), timeout=DEADLINE)
        failure = await failure_of(call)
    assert failure.code is grpc.StatusCode.INTERNAL
    assert b"12345" not in failure.raw
