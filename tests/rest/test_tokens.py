"""POST /oauth/token: client credentials in, a token out, errors in the words of RFC 6749."""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from gateway.serving import running
from server.domain.errors import LimitExceeded, NotReady, Unauthenticated
from server.rpc.authentication import Authentication
from server.service.issue_token import IssuedToken
from tests.builders import tokens
from tests.grpc.door import open_door
from tests.rest.service import config_for

ISSUED = IssuedToken("the.token.itself", 3600, "tenant=acme invoice.job_read")
FORM = {"grant_type": "client_credentials", "client_id": "shop 1", "client_secret": "s+e:c&r%t"}


class Issuer:
    """Stands in for the use case and notes what it is asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str, str]] = []
        self.error: Exception | None = None

    def __call__(self, client_id: str, secret: str, scope: str, address: str) -> IssuedToken:
        self.asked.append((client_id, secret, scope))
        if self.error:
            raise self.error
        return ISSUED


@pytest.fixture
def issuer() -> Issuer:
    return Issuer()


@pytest.fixture
async def endpoint(issuer: Issuer) -> AsyncIterator[aiohttp.ClientSession]:
    async with (
        open_door(authentication=Authentication(tokens.verifier()), issue_token=issuer) as door,
        running(config_for(f"127.0.0.1:{door.port}", AUTH="jwt")) as url,
        aiohttp.ClientSession(url) as client,
    ):
        yield client


def _basic(pair: str) -> dict[str, str]:
    return {"Authorization": f"Basic {base64.b64encode(pair.encode()).decode()}"}


async def _ask(
    client: aiohttp.ClientSession, form: Any, status: int, **options: Any
) -> tuple[dict[str, Any], Any]:
    async with client.post("/oauth/token", data=form, **options) as answer:
        body = await answer.json()
        assert answer.status == status, body
        return body, answer.headers


async def test_a_client_gets_its_token_by_form(
    endpoint: aiohttp.ClientSession, issuer: Issuer
) -> None:
    body, headers = await _ask(endpoint, {**FORM, "scope": "invoice.job_read"}, 200)
    assert body == {
        "access_token": "the.token.itself",
        "token_type": "Bearer",
        "expires_in": 3600,
        "scope": "tenant=acme invoice.job_read",
    }
    assert headers["Cache-Control"] == "no-store"
    assert headers["Pragma"] == "no-cache"
    assert issuer.asked == [("shop 1", "s+e:c&r%t", "invoice.job_read")]


async def test_a_client_gets_its_token_by_http_basic(
    endpoint: aiohttp.ClientSession, issuer: Issuer
) -> None:
    # Both parts are encoded as in forms first (RFC 6749, section 2.3.1).
    headers = _basic("shop+1:s%2Be%3Ac%26r%25t")
    await _ask(endpoint, {"grant_type": "client_credentials"}, 200, headers=headers)
    assert issuer.asked == [("shop 1", "s+e:c&r%t", "")]


@pytest.mark.parametrize(
    ("form", "status", "error"),
    [
        ({}, 400, "invalid_request"),
        ({**FORM, "grant_type": "password"}, 400, "unsupported_grant_type"),
        ({**FORM, "client_id": ""}, 401, "invalid_client"),
        ({"grant_type": "client_credentials"}, 401, "invalid_client"),
        ([*FORM.items(), ("scope", "a"), ("scope", "b")], 400, "invalid_request"),
        ({**FORM, "scope": "x" * 9000}, 413, "invalid_request"),
    ],
)
async def test_a_wrong_form_is_told_in_the_words_of_the_rfc(
    endpoint: aiohttp.ClientSession, issuer: Issuer, form: Any, status: int, error: str
) -> None:
    body, _ = await _ask(endpoint, aiohttp.FormData(form), status, headers=_FORM_TYPE)
    assert body["error"] == error
    assert body["error_description"] == body["message"]
    assert body["code"] == str(status)
    assert issuer.asked == []


_FORM_TYPE = {"Content-Type": "application/x-www-form-urlencoded"}


@pytest.mark.parametrize("body", [b"grant_type=%FF", b"\xff", b"&" * 50 + b"a=1&" * 50])
async def test_bytes_that_are_no_form_are_refused(
    endpoint: aiohttp.ClientSession, body: bytes
) -> None:
    answer, _ = await _ask(endpoint, body, 400, headers=_FORM_TYPE)
    assert answer["error"] == "invalid_request"


async def test_json_is_no_form(endpoint: aiohttp.ClientSession) -> None:
    async with endpoint.post("/oauth/token", json=FORM) as answer:
        assert answer.status == 415
        assert (await answer.json())["error"] == "invalid_request"


@pytest.mark.parametrize("basic", ["Basic !", "Basic c2hvcA==", "Bearer x", "Basic /w==", ""])
async def test_a_wrong_basic_header_is_refused(endpoint: aiohttp.ClientSession, basic: str) -> None:
    form = {"grant_type": "client_credentials"}
    body, headers = await _ask(endpoint, form, 401, headers={"Authorization": basic})
    assert body["error"] == "invalid_client"
    assert headers["WWW-Authenticate"].startswith("Basic ")


async def test_a_secret_comes_one_way_only(endpoint: aiohttp.ClientSession) -> None:
    body, _ = await _ask(endpoint, FORM, 400, headers=_basic("shop:secret"))
    assert body["error"] == "invalid_request"


@pytest.mark.parametrize(
    ("raised", "status", "error"),
    [
        (Unauthenticated("Wrong.", reason="INVALID_CLIENT"), 401, "invalid_client"),
        (NotReady("None here.", reason="NO_TOKENS_HERE"), 400, "unauthorized_client"),
        (
            LimitExceeded("Too many.", reason="TOO_MANY_ATTEMPTS", retry_after=7.5),
            429,
            "temporarily_unavailable",
        ),
        (RuntimeError("the secret"), 500, "temporarily_unavailable"),
    ],
)
async def test_what_the_server_refuses_is_told_in_the_words_of_the_rfc(
    endpoint: aiohttp.ClientSession, issuer: Issuer, raised: Exception, status: int, error: str
) -> None:
    issuer.error = raised
    body, headers = await _ask(endpoint, FORM, status)
    assert body["error"] == error
    assert "the secret" not in str(body)
    assert headers.get("Retry-After") == ("8" if status == 429 else None)
