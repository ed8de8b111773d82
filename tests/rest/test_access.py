"""Every endpoint, with every kind of token, through the real gateway and the real gRPC door."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import fields
from typing import Any

import aiohttp
import pytest

from gateway.app import make_app
from gateway.serving import running
from server.domain.errors import NotFound
from server.rpc.authentication import Authentication
from server.service.use_cases import UseCases
from tests.builders import tokens
from tests.builders.tokens import token
from tests.grpc.door import open_door
from tests.rest.service import config_for

ALL_SCOPES = (
    "invoice.job_manage invoice.job_read invoice.invoice_read invoice.invoice_manage "
    "invoice.settings_manage order.order_manage order.order_read"
)
GOOD = f"tenant=acme {ALL_SCOPES}"

JOBS = "/invoice/{tenant}/jobs/invoices"
INVOICES = "/invoice/{tenant}/invoices"
DOCUMENT = INVOICES + "/{invoiceNumber}/documents/{sha256}.{ending}"
#: The scope of each endpoint that is about a tenant, and a body that it takes.
ENDPOINTS: dict[tuple[str, str], tuple[str, Any]] = {
    ("POST", JOBS): ("invoice.job_manage", {"jobType": "MANUAL", "orderIds": ["1"]}),
    ("GET", JOBS): ("invoice.job_read", None),
    ("GET", JOBS + "/{jobId}"): ("invoice.job_read", None),
    ("GET", JOBS + "/{jobId}/events"): ("invoice.job_read", None),
    ("POST", JOBS + "/{jobId}/cancel"): ("invoice.job_manage", {}),
    ("POST", JOBS + "/{jobId}/retry"): ("invoice.job_manage", {}),
    ("GET", INVOICES + "/{invoiceNumber}"): ("invoice.invoice_read", None),
    ("POST", INVOICES + "/preview"): ("invoice.invoice_read", {"orderId": "1"}),
    ("POST", INVOICES + "/{invoiceNumber}/cancel"): ("invoice.invoice_manage", {"reason": "x"}),
    ("GET", DOCUMENT): ("invoice.invoice_read", None),
}
PUBLIC = {"/oauth/token", "/healthz", "/readyz", "/openapi.json", "/docs", "/docs/{asset}", "/"}

BAD_TOKENS: dict[str, Callable[[], str | None]] = {
    "no token": lambda: None,
    "expired": lambda: f"Bearer {token(GOOD, expires_in=-60)}",
    "wrong key": lambda: f"Bearer {token(GOOD, key=tokens.OTHER_SECRET)}",
    "wrong audience": lambda: f"Bearer {token(GOOD, aud='https://other.example')}",
    "other scheme": lambda: "Basic c2hvcDpzZWNyZXQ=",
    "no ASCII": lambda: "Bearer tökén",
    "empty": lambda: "",
}

Door = tuple[aiohttp.ClientSession, list[str]]


@pytest.fixture
async def doors() -> AsyncIterator[Door]:
    """A client of both doors, and the use cases that were reached."""
    reached: list[str] = []

    def use_case(name: str) -> Callable[..., Any]:
        def fake(*args: Any, **kwargs: Any) -> Any:
            if name != "follow_changes":
                reached.append(name)
                raise NotFound("There is no such thing.")

        return fake

    fakes: Any = {field.name: use_case(field.name) for field in fields(UseCases)}
    async with (
        open_door(authentication=Authentication(tokens.verifier()), **fakes) as door,
        running(config_for(f"127.0.0.1:{door.port}", AUTH="jwt")) as url,
        aiohttp.ClientSession(url) as client,
    ):
        yield client, reached


def test_no_endpoint_is_left_out() -> None:
    app = make_app(config_for("127.0.0.1:1"))
    served = {
        (route.method, route.resource.canonical)
        for route in app.router.routes()
        if route.resource and route.method != "HEAD"
    }
    tested = set(ENDPOINTS)
    assert {(method, path) for method, path in served if path not in PUBLIC} == tested


def _fill(path: str, tenant: str = "acme") -> str:
    values = {"tenant": tenant, "jobId": "1", "invoiceNumber": "1", "sha256": "0" * 64}
    return path.format(**values, ending="pdf")


async def _status(
    client: aiohttp.ClientSession,
    endpoint: tuple[str, str],
    authorization: str | None,
    tenant: str = "acme",
) -> tuple[int, dict[str, Any], Any]:
    method, path = endpoint
    body = ENDPOINTS[endpoint][1]
    headers = {} if authorization is None else {"Authorization": authorization}
    async with client.request(method, _fill(path, tenant), json=body, headers=headers) as answer:
        return answer.status, await answer.json(), answer.headers


@pytest.mark.parametrize("endpoint", sorted(ENDPOINTS), ids=" ".join)
async def test_every_endpoint_with_every_token(doors: Door, endpoint: tuple[str, str]) -> None:
    client, reached = doors
    scope = ENDPOINTS[endpoint][0]
    for name, make in BAD_TOKENS.items():
        status, body, headers = await _status(client, endpoint, make())
        assert (status, body["code"]) == (401, "401"), (name, body)
        assert headers["WWW-Authenticate"].startswith("Bearer")
        assert "details" not in body
    others = " ".join(word for word in ALL_SCOPES.split() if word != scope)
    lacking = f"Bearer {token(f'tenant=acme {others}')}"
    status, body, headers = await _status(client, endpoint, lacking)
    assert (status, body["code"]) == (403, "403")
    assert body["details"] == [f"missing scope: {scope}"]
    assert headers["WWW-Authenticate"] == f'Bearer error="insufficient_scope", scope="{scope}"'
    status, body, _ = await _status(client, endpoint, f"Bearer {token(GOOD)}", tenant="other")
    assert (status, body["detailInfo"]) == (403, "OTHER_TENANT")
    assert reached == []
    status, body, _ = await _status(client, endpoint, f"Bearer {token(GOOD)}")
    assert status == 404, body
    assert len(reached) == 1


async def test_why_a_token_does_not_hold_is_told_to_programs(doors: Door) -> None:
    client, _ = doors
    endpoint = ("GET", JOBS)
    _, body, headers = await _status(client, endpoint, None)
    assert (body["detailInfo"], headers["WWW-Authenticate"]) == ("TOKEN_MISSING", "Bearer")
    expired = f"Bearer {token(GOOD, expires_in=-60)}"
    _, body, headers = await _status(client, endpoint, expired)
    assert body["detailInfo"] == "TOKEN_EXPIRED"
    assert headers["WWW-Authenticate"] == 'Bearer error="invalid_token"'


@pytest.mark.parametrize("path", sorted(PUBLIC - {"/oauth/token", "/docs/{asset}"}))
async def test_public_paths_need_no_token(doors: Door, path: str) -> None:
    client, _ = doors
    async with client.get(path) as answer:
        assert answer.status == 200


async def test_a_stranger_is_refused_before_his_body_is_read(doors: Door) -> None:
    client, _ = doors

    async def endless() -> AsyncIterator[bytes]:
        yield b"{"
        await asyncio.Event().wait()

    async with client.post(
        _fill(JOBS), data=endless(), headers={"Content-Type": "application/json"}
    ) as answer:
        assert answer.status == 401


async def test_a_server_that_checks_no_tokens_answers_for_no_locked_gateway() -> None:
    reached: list[str] = []
    async with (
        open_door(authentication=Authentication(), list_jobs=lambda *_: reached.append("")) as door,
        running(config_for(f"127.0.0.1:{door.port}", AUTH="jwt")) as url,
        aiohttp.ClientSession(url) as client,
    ):
        for path in ("/invoice/acme/jobs/invoices", "/readyz"):
            async with client.get(path, headers={"Authorization": "garbage"}) as answer:
                body = await answer.json()
                assert answer.status == 503, body
                assert body["detailInfo"] == "AUTH_DIFFERS"
        assert reached == []
