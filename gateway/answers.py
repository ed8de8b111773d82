"""What every answer is made of: JSON bodies, the error body, and the headers all carry."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import orjson
from aiohttp import hdrs, web
from multidict import CIMultiDict, istr

from gateway.asked import ASKED
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

_COMMON_HEADERS = (
    (hdrs.SERVER, SERVER),
    (istr("X-Content-Type-Options"), "nosniff"),
    # A download link is a key to its document: it must not travel on in a Referer.
    (istr("Referrer-Policy"), "no-referrer"),
)
#: Copied for each answer: to put them together takes longer.
_JSON_HEADERS = CIMultiDict(
    [
        (hdrs.CONTENT_TYPE, "application/json"),
        (hdrs.CACHE_CONTROL, "no-store"),
        *_COMMON_HEADERS,
    ]
)


def json_answer(
    payload: Any, *, status: int = 200, headers: Mapping[str, str] = NO_HEADERS
) -> web.Response:
    """Makes a JSON answer that no cache keeps."""
    given = _JSON_HEADERS.copy()
    given.update(headers)
    return web.Response(status=status, body=orjson.dumps(payload), headers=given)


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
    headers[X_REQUEST_ID] = request_id
    # aiohttp's own Server comes only after these.
    if hdrs.SERVER not in headers:
        for name, value in _COMMON_HEADERS:
            headers.setdefault(name, value)


def request_id_of(request: web.BaseRequest) -> str:
    """Gives the request's id; a dash where aiohttp refused the request before it got one."""
    asked = request.get(ASKED)
    return asked.request_id if asked else "-"


async def begin(request: web.Request, response: web.StreamResponse) -> None:
    """Sends the head of an answer whose body comes in pieces."""
    add_common_headers(response, request_id_of(request))
    await response.prepare(request)
