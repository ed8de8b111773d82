"""What every answer is made of: JSON bodies, the error body, and the headers all carry."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import orjson
from aiohttp import hdrs, web
from multidict import istr

from gateway.channel import REQUEST_ID
from process.logs import told

SERVER = "InvoiceJobs"
X_REQUEST_ID = istr("X-Request-Id")
NO_HEADERS: Mapping[str, str] = MappingProxyType({})
#: Of an error that says nothing beyond what all say.
NOTHING_MORE: Mapping[str, Any] = MappingProxyType({})

#: What the error itself asks of clients.
_ERROR_HEADERS: Mapping[int, Mapping[str, str]] = {
    401: {hdrs.WWW_AUTHENTICATE: "Bearer"},
    429: {hdrs.RETRY_AFTER: "1"},
    503: {hdrs.RETRY_AFTER: "1"},
}

_SAFETY_HEADERS = (
    (istr("X-Content-Type-Options"), "nosniff"),
    # A download link is a key to its document: it must not travel on in a Referer.
    (istr("Referrer-Policy"), "no-referrer"),
)


def json_answer(
    payload: Any, *, status: int = 200, headers: Mapping[str, str] = NO_HEADERS
) -> web.Response:
    """Makes a JSON answer that no cache keeps."""
    return web.Response(
        status=status,
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
    headers = response.headers
    headers[hdrs.SERVER] = SERVER
    headers[X_REQUEST_ID] = request_id
    for name, value in _SAFETY_HEADERS:
        headers.setdefault(name, value)


async def begin(request: web.Request, response: web.StreamResponse) -> None:
    """Sends the head of an answer whose body comes in pieces."""
    add_common_headers(response, request.get(REQUEST_ID, "-"))
    await response.prepare(request)
