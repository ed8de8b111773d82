"""What every answer is made of: JSON bodies, the error body, and the headers all carry."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import orjson
from aiohttp import hdrs, web

from gateway.channel import REQUEST_ID
from process.logs import told

SERVER = "InvoiceJobs"
NO_HEADERS: Mapping[str, str] = MappingProxyType({})
#: Of an error that says nothing beyond what all say.
NOTHING_MORE: Mapping[str, Any] = MappingProxyType({})

#: Reasons http.HTTPStatus does not know; an HTTP status line must not be without one.
_REASONS = {499: "Client Closed Request"}

#: What the error itself asks of clients.
_ERROR_HEADERS: Mapping[int, Mapping[str, str]] = {
    401: {hdrs.WWW_AUTHENTICATE: "Bearer"},
    429: {hdrs.RETRY_AFTER: "1"},
    503: {hdrs.RETRY_AFTER: "1"},
}

_SAFETY_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    # A download link is a key to its document: it must not travel on in a Referer.
    "Referrer-Policy": "no-referrer",
}


def json_answer(
    payload: Any, *, status: int = 200, headers: Mapping[str, str] = NO_HEADERS
) -> web.Response:
    """Makes a JSON answer that no cache keeps."""
    return web.Response(
        status=status,
        reason=_REASONS.get(status),
        body=orjson.dumps(payload),
        content_type="application/json",
        headers={hdrs.CACHE_CONTROL: "no-store", **headers},
    )


def error_answer(
    status: int,
    message: str,
    detail: str,
    headers: Mapping[str, str] = NO_HEADERS,
    more: Mapping[str, Any] = NOTHING_MORE,
) -> web.Response:
    """Makes an error's answer: the documented body, and headers that belong to the status."""
    return json_answer(
        {"message": message, "code": str(status), "detailInfo": detail, **more, **_request_id()},
        status=status,
        headers={**_ERROR_HEADERS.get(status, {}), **headers},
    )


def _request_id() -> Mapping[str, str]:
    """Names the request, for whoever looks for it in the logs."""
    request_id = told().get("request_id")
    return {"requestId": request_id} if request_id else {}


def add_common_headers(response: web.StreamResponse, request_id: str) -> None:
    """Adds the request's id and what keeps browsers careful; names no software version."""
    response.headers[hdrs.SERVER] = SERVER
    response.headers["X-Request-Id"] = request_id
    for name, value in _SAFETY_HEADERS.items():
        response.headers.setdefault(name, value)


async def on_prepare(request: web.Request, response: web.StreamResponse) -> None:
    """Adds the common headers just before an answer is sent (aiohttp's on_response_prepare)."""
    add_common_headers(response, request.get(REQUEST_ID, "-"))
