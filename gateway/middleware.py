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

from gateway.answers import X_REQUEST_ID, error_answer
from gateway.authorization import refuse_strangers
from gateway.channel import CONFIG, DEADLINE, REQUEST_ID, REQUESTS
from gateway.errors import ApiError, from_rpc_error
from gateway.places import Admission

log = logging.getLogger("gateway")

#: A client's own id of a request is taken over when it can stand in a log line as it is.
_CLIENT_REQUEST_ID = re.compile(r"[A-Za-z0-9._:/+=-]{1,128}")
_TRACE = istr("traceparent")
_BAD_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")


@web.middleware
async def surround(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Gives the request its id and deadline, and lets its answer be observed.

    The only middleware: aiohttp asks a coroutine more of each for every request.
    """
    headers = request.headers
    request_id = headers.get(X_REQUEST_ID)
    if request_id is None or not _CLIENT_REQUEST_ID.fullmatch(request_id):
        request_id = os.urandom(16).hex()
    request[REQUEST_ID] = request_id
    request[DEADLINE] = asyncio.get_running_loop().time() + request.app[CONFIG].request_timeout
    resource = request.match_info.route.resource
    route = resource.canonical if resource else "(unknown path)"
    requests = request.app[REQUESTS]
    with requests.answering(request.method, route, request_id, headers.get(_TRACE)) as answer:
        response = await _answer(request, handler)
        answer.status = response.status
    return response


async def _answer(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Lets the handler answer if it may; turns whatever is raised into the documented error body.

    Shows no trace.
    """
    try:
        _check_path(request.raw_path)
        refuse_strangers(request)
        with Admission(request):
            return await handler(request)
    except ApiError as error:
        return error_answer(error.status, error.message, error.detail, error.headers, error.more)
    except grpc.aio.AioRpcError as error:
        answer = from_rpc_error(error)
        if answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            log.warning("%s: %s", error.code().name, error.details())
        return error_answer(
            answer.status, answer.message, answer.detail, answer.headers, answer.more
        )
    except web.HTTPException as error:
        return http_error_answer(error)
    except Exception:
        log.exception("unexpected")
        return unexpected_answer()


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
    raise ApiError(400, "The path must be UTF-8, percent-encoded.", "INVALID_PATH")
