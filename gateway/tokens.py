"""The token endpoint of OAuth 2.0 (RFC 6749): client credentials in, a bearer token out.

Its errors have the words of the RFC beside those that all errors here have.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import urllib.parse
from collections.abc import Mapping

import grpc
from aiohttp import hdrs, web
from aiohttp.http_exceptions import HttpProcessingError
from invoicejobs.v1.access_pb2 import IssueTokenRequest

from gateway.answers import NO_HEADERS, json_answer
from gateway.asked import call_options
from gateway.channel import ACCESS
from gateway.errors import ApiError, from_rpc_error
from gateway.places import body_seconds

FORM = "application/x-www-form-urlencoded"
MAX_BYTES = 8192
MAX_FIELDS = 20

_ERRORS: Mapping[str, str] = {
    "INVALID_CLIENT": "invalid_client",
    "INVALID_SCOPE: scope": "invalid_scope",
    "NO_TOKENS_HERE": "unauthorized_client",
}
_BASIC: Mapping[str, str] = {hdrs.WWW_AUTHENTICATE: 'Basic realm="invoicejobs", charset="UTF-8"'}


async def issue_token(request: web.Request) -> web.Response:
    """Issues a token to a client that shows its id and secret, in the form or by HTTP Basic."""
    call = await _read(request)
    try:
        issued = await request.app[ACCESS].IssueToken(call, **call_options(request))
    except grpc.aio.AioRpcError as error:
        raise _in_their_words(from_rpc_error(error)) from error
    return json_answer(
        {
            "access_token": issued.access_token,
            "token_type": "Bearer",
            "expires_in": issued.expires_in,
            "scope": issued.scope,
        },
        headers={hdrs.PRAGMA: "no-cache"},
    )


async def _read(request: web.Request) -> IssueTokenRequest:
    if request.content_type != FORM:
        raise _refusal(f"The body must be a form ({FORM}).", "invalid_request", 415)
    form = _form(await _body(request))
    grant = form.get("grant_type", "")
    if not grant:
        raise _refusal("grant_type: must be client_credentials", "invalid_request")
    if grant != "client_credentials":
        raise _refusal("grant_type: only client_credentials is known", "unsupported_grant_type")
    client_id, secret = form.get("client_id", ""), form.get("client_secret", "")
    if hdrs.AUTHORIZATION in request.headers:
        if secret:
            raise _refusal(
                "Send the secret in the form or as HTTP Basic, not both.", "invalid_request"
            )
        named, secret = _basic(request.headers.getall(hdrs.AUTHORIZATION))
        if client_id not in ("", named):
            raise _refusal("client_id: is another than that of HTTP Basic", "invalid_request")
        client_id = named
    if not client_id or not secret:
        message = "client_id and client_secret must be given, in the form or as HTTP Basic."
        raise _refusal(message, "invalid_client", 401, _BASIC)
    return IssueTokenRequest(client_id=client_id, client_secret=secret, scope=form.get("scope", ""))


async def _body(request: web.Request) -> bytes:
    body = b""
    try:
        async with asyncio.timeout(body_seconds(request)):
            async for piece in request.content.iter_any():
                body += piece
                if len(body) > MAX_BYTES:
                    message = f"The body is larger than {MAX_BYTES} bytes."
                    raise _refusal(message, "invalid_request", 413)
    except (web.RequestPayloadError, HttpProcessingError) as error:
        raise _refusal("The body cannot be read.", "invalid_request") from error
    except TimeoutError as error:
        raise _refusal("The body did not arrive in time.", "invalid_request", 408) from error
    return body


def _form(body: bytes) -> dict[str, str]:
    try:
        pairs = urllib.parse.parse_qsl(
            body.decode(), keep_blank_values=True, errors="strict", max_num_fields=MAX_FIELDS
        )
    except ValueError as error:
        raise _refusal("The body is no form in UTF-8.", "invalid_request") from error
    form = dict(pairs)
    if len(form) < len(pairs):
        raise _refusal("No field may be given twice.", "invalid_request")
    return form


def _basic(given: list[str]) -> tuple[str, str]:
    """Reads HTTP Basic, whose two parts are encoded as in forms (RFC 6749, section 2.3.1)."""
    scheme, _, encoded = given[0].partition(" ")
    try:
        if len(given) > 1 or scheme.lower() != "basic":
            raise ValueError
        pair = base64.b64decode(encoded.strip(), validate=True).decode()
        client_id, colon, secret = pair.partition(":")
        if not colon:
            raise ValueError
        named, shown = (
            urllib.parse.unquote_plus(part, errors="strict") for part in (client_id, secret)
        )
    except (ValueError, binascii.Error) as error:
        message = "The Authorization header is no HTTP Basic with client id and secret."
        raise _refusal(message, "invalid_client", 401, _BASIC) from error
    return named, shown


def _refusal(
    message: str, error: str, status: int = 400, headers: Mapping[str, str] = NO_HEADERS
) -> ApiError:
    words = {"error": error, "error_description": message}
    return ApiError(status, message, error.upper(), headers=headers, more=words)


def _in_their_words(error: ApiError) -> ApiError:
    """Adds the words of the RFC to what the server refused."""
    usual = "invalid_request" if error.status < 429 else "temporarily_unavailable"  # noqa: PLR2004
    word = _ERRORS.get(error.detail, usual)
    headers = _BASIC if error.status == 401 else error.headers  # noqa: PLR2004
    words = {"error": word, "error_description": error.message}
    return ApiError(error.status, error.message, error.detail, headers=headers, more=words)
