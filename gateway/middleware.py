"""What happens around every request: its id and deadline, the log line, and all errors' answers."""

from __future__ import annotations

import asyncio
import logging
import re
import urllib.parse
import uuid
from http import HTTPStatus

import grpc
from aiohttp import hdrs, web
from aiohttp.typedefs import Handler

from gateway.answers import error_answer
from gateway.channel import CONFIG, DEADLINE, REQUEST_ID, REQUESTS
from gateway.errors import ApiError, from_rpc_error

log = logging.getLogger("gateway")

#: A client's own id of a request is taken over when it can stand in a log line as it is.
_CLIENT_REQUEST_ID = re.compile(r"[A-Za-z0-9._:/+=-]{1,128}")
_BAD_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")


@web.middleware
async def identify(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Gives the request its id and deadline, and lets it be observed."""
    given = request.headers.get("X-Request-Id", "")
    request[REQUEST_ID] = given if _CLIENT_REQUEST_ID.fullmatch(given) else uuid.uuid4().hex
    request[DEADLINE] = asyncio.get_running_loop().time() + request.app[CONFIG].request_timeout
    resource = request.match_info.route.resource
    route = resource.canonical if resource else "(unknown path)"
    given_trace = request.headers.get("traceparent")
    requests = request.app[REQUESTS]
    with requests.answering(request.method, route, request[REQUEST_ID], given_trace) as answer:
        response = await handler(request)
        answer.status = response.status
    return response


@web.middleware
async def answer_errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Turns whatever a handler raises into the documented error body; shows no trace."""
    try:
        _check_path(request.raw_path)
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
    if not _BAD_PERCENT.search(raw_path):
        try:
            urllib.parse.unquote_to_bytes(raw_path).decode()
            return
        except UnicodeError:
            pass
    raise ApiError(400, "The path must be UTF-8, percent-encoded.", "INVALID_PATH")
