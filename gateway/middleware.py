"""What happens around every request: its id and deadline, the log line, and all errors' answers."""

from __future__ import annotations

import asyncio
import logging
import os
import re
import urllib.parse
from http import HTTPStatus

import grpc
from aiohttp import hdrs, web
from aiohttp.typedefs import Handler
from multidict import istr

from gateway.addresses import client_address
from gateway.answers import X_REQUEST_ID, add_common_headers, error_answer
from gateway.asked import ASKED, Asked
from gateway.authorization import refuse_strangers
from gateway.channel import CONFIG, REQUESTS
from gateway.errors import ApiError, from_rpc_error
from gateway.places import Admission

log = logging.getLogger("gateway")

#: A client's own id of a request is taken over when it can stand in a log line as it is.
_CLIENT_REQUEST_ID = re.compile(r"[A-Za-z0-9._:/+=-]{1,128}")
_TRACE = istr("traceparent")
_BAD_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")


@web.middleware
async def surround(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Gives the request its id and deadline, observes it, and lets it be answered if it may.

    The only middleware: aiohttp asks a coroutine more of each for every request.
    """
    app, headers = request.app, request.headers
    config = app[CONFIG]
    request_id = headers.get(X_REQUEST_ID)
    if request_id is None or not _CLIENT_REQUEST_ID.fullmatch(request_id):
        request_id = os.urandom(16).hex()
    address = client_address(request, config.trusted_proxies, config.proxy_header)
    deadline = asyncio.get_running_loop().time() + config.request_timeout
    request[ASKED] = Asked(config, request_id, address, deadline)
    resource = request.match_info.route.resource
    route = resource.canonical if resource else "(unknown path)"
    observed = app[REQUESTS].answering(request.method, route, request_id, headers.get(_TRACE))
    with observed as answer:
        response: web.StreamResponse
        try:
            _check_path(request.raw_path)
            if config.auth != "off":
                refuse_strangers(request)
            with Admission(request, app, route):
                response = await handler(request)
        except Exception as error:  # noqa: BLE001 - whatever it is, the client is told
            response = _error_answer(error)
        answer.status = response.status
    if not response.prepared:
        add_common_headers(response, request_id)
    return response


def _error_answer(error: Exception) -> web.Response:
    """Turns what was raised into the documented error body. Shows no trace."""
    if isinstance(error, web.HTTPException):
        return http_error_answer(error)
    if isinstance(error, grpc.aio.AioRpcError):
        answer = from_rpc_error(error)
        if answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            log.warning("%s: %s", error.code().name, error.details())
    elif isinstance(error, ApiError):
        answer = error
    else:
        log.error("unexpected", exc_info=error)
        return unexpected_answer()
    return error_answer(answer.status, answer.message, answer.detail, answer.headers, answer.more)


def http_error_answer(error: web.HTTPException) -> web.Response:
    """Turns aiohttp's own errors (unknown path, wrong method, ...) into the documented body."""
    reason = HTTPStatus(error.status)
    headers: dict[str, str] = {}
    message = f"{reason.phrase}: {reason.description or 'the request was refused'}."
    match error:
        case web.HTTPNotFound():
            message = "There is nothing at this path. /openapi.json describes what there is."
        case web.HTTPMethodNotAllowed():
            headers[hdrs.ALLOW] = allowed = ", ".join(sorted(error.allowed_methods))
            message = f"{error.method} is not allowed at this path, but: {allowed}."
        case web.HTTPExpectationFailed():
            message = "The Expect header may only say 100-continue."
    return error_answer(error.status, message, reason.name, headers)


def unexpected_answer() -> web.Response:
    """Answers for a defect of the gateway's own."""
    return error_answer(
        500,
        "The gateway failed unexpectedly. The X-Request-Id of this answer helps to find out why.",
        "INTERNAL",
    )


def _check_path(raw_path: str) -> None:
    """Refuses a path that is not percent-encoded UTF-8, before anything guesses what it means."""
    if "%" not in raw_path and raw_path.isascii():
        return
    if not _BAD_PERCENT.search(raw_path):
        try:
            urllib.parse.unquote_to_bytes(raw_path).decode()
            return
        except UnicodeError:
            pass
    raise ApiError(400, "The path and its query must be UTF-8, percent-encoded.", "INVALID_PATH")
