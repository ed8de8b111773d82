"""What went wrong, in REST's words: the one table from gRPC to HTTP, and the field names.

The server names fields as its contract does (`order_ids`); clients of the REST API know them by
other names (`orderIds`), and these are what messages use here.
"""

from __future__ import annotations

import logging
import math
import re
from collections.abc import Mapping
from typing import Any

import grpc
from aiohttp import hdrs
from google.protobuf.message import DecodeError
from google.rpc import error_details_pb2
from grpc_status import rpc_status

from gateway.answers import NO_HEADERS, NOTHING_MORE

log = logging.getLogger("gateway")

HTTP_STATUS: Mapping[grpc.StatusCode, int] = {
    grpc.StatusCode.INVALID_ARGUMENT: 400,
    grpc.StatusCode.OUT_OF_RANGE: 400,
    grpc.StatusCode.FAILED_PRECONDITION: 400,
    grpc.StatusCode.UNAUTHENTICATED: 401,
    grpc.StatusCode.PERMISSION_DENIED: 403,
    grpc.StatusCode.NOT_FOUND: 404,
    grpc.StatusCode.ALREADY_EXISTS: 409,
    grpc.StatusCode.ABORTED: 409,
    grpc.StatusCode.RESOURCE_EXHAUSTED: 429,
    # Whoever cancels a request is not there to be told: the server broke this call off, for it had
    # too many of them, or was stopping.
    grpc.StatusCode.CANCELLED: 503,
    grpc.StatusCode.UNIMPLEMENTED: 501,
    grpc.StatusCode.UNAVAILABLE: 503,
    grpc.StatusCode.DEADLINE_EXCEEDED: 504,
}
INTERNAL = 500  # every other code

#: Nobody knows whether what was asked for was done.
_AGAIN = "Try again; to have something done only once, with the same Idempotency-Key."
#: gRPC itself ends calls with these codes, too; its words speak of sockets and are for the log.
#: The server's own words are known by the ErrorInfo that comes with them.
_TRANSPORT_SENTENCES: Mapping[int, str] = {
    429: "Too many requests at once. Try again in a moment.",
    500: "The service failed unexpectedly. The X-Request-Id of this answer helps to find out why.",
    501: "The service does not offer this.",
    503: f"The invoice service cannot be reached at the moment. {_AGAIN}",
    504: f"The invoice service did not answer in time. {_AGAIN}",
}

REST_NAMES: Mapping[str, str] = {
    "order_ids": "orderIds",
    "order_id": "orderId",
    "order_json": "order",
    "job_type": "jobType",
    "job_status": "jobStatus",
    "job_id": "jobId",
    "created_from": "createdFrom",
    "created_before": "createdBefore",
    "page_size": "pageSize",
    "page_token": "pageToken",
    "resume_token": "Last-Event-ID",
    "skip": "pageNumber",
    "request_id": "Idempotency-Key",
    "invoice_number": "invoiceNumber",
}
_FIELD = re.compile(r"[a-z]+(?:_[a-z]+)*")
# What stands in quotes is the client's own text and stays as it is.
_MENTION = re.compile(
    r"(?<![\w'\"])(?:" + "|".join(n for n in REST_NAMES if "_" in n) + r")(?![\w'\"])"
)


class ApiError(Exception):
    """An error to answer with: status, a sentence, a reason for programs, headers, and more."""

    def __init__(
        self,
        status: int,
        message: str,
        detail: str,
        *,
        headers: Mapping[str, str] = NO_HEADERS,
        more: Mapping[str, Any] = NOTHING_MORE,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.detail = detail
        self.headers = headers
        #: Further members of the body.
        self.more = more


def invalid_field(field: str, problem: str) -> ApiError:
    """Makes the error of one wrong field, named as the client knows it."""
    return ApiError(400, f"{field}: {problem}", f"INVALID_INPUT: {field}")


def from_rpc_error(error: grpc.aio.AioRpcError) -> ApiError:
    """Translates what a call ended with.

    The message is the server's own, or a sentence for the code where gRPC itself gave up.
    """
    status = HTTP_STATUS.get(error.code(), INTERNAL)
    info, bad_request, retry = _unpack(error)
    violations = [(_rest_field(v.field), v.description) for v in bad_request.field_violations]
    message = error.details() or ""
    detail = info.reason or error.code().name
    if violations:
        message = "; ".join(f"{field}: {text}" for field, text in violations)
        detail += ": " + ", ".join(field for field, _ in violations)
    elif status == INTERNAL or (status in _TRANSPORT_SENTENCES and not info.reason) or not message:
        message = _TRANSPORT_SENTENCES.get(status, "The request was refused.")
    if field := info.metadata.get("field"):
        detail += f": {field}"  # where in the order's JSON something is wrong
    wait = math.ceil(retry.retry_delay.ToTimedelta().total_seconds())
    headers: Mapping[str, str] = {hdrs.RETRY_AFTER: str(wait)} if wait > 0 else _challenge(info)
    details = info.metadata.get("details")
    more = {"details": details.split("; ")} if details else NOTHING_MORE
    return ApiError(status, _rest_words(message), detail, headers=headers, more=more)


def _challenge(info: error_details_pb2.ErrorInfo) -> Mapping[str, str]:
    """Tells a client's library what is wrong with its token (RFC 6750, section 3)."""
    details = info.metadata.get("details", "")
    if info.reason in {"TOKEN_INVALID", "TOKEN_EXPIRED"}:
        return {hdrs.WWW_AUTHENTICATE: 'Bearer error="invalid_token"'}
    if info.reason == "SCOPE_MISSING":
        scope = details.removeprefix("missing scope: ")
        challenge = f'Bearer error="insufficient_scope", scope="{scope}"'
        return {hdrs.WWW_AUTHENTICATE: challenge}
    return NO_HEADERS


def _unpack(
    error: grpc.aio.AioRpcError,
) -> tuple[error_details_pb2.ErrorInfo, error_details_pb2.BadRequest, error_details_pb2.RetryInfo]:
    """Unpacks what the server said beyond the message; empty where it said nothing."""
    info = error_details_pb2.ErrorInfo()
    bad_request = error_details_pb2.BadRequest()
    retry = error_details_pb2.RetryInfo()
    try:
        status = rpc_status.from_call(error)  # type: ignore[arg-type]
        for packed in status.details if status else ():
            # Unpack tells whether the detail was of the message's type.
            _ = packed.Unpack(info) or packed.Unpack(bad_request) or packed.Unpack(retry)
    except (ValueError, DecodeError):
        log.warning("The details of %s cannot be read.", error.code().name)
    return info, bad_request, retry


def _rest_field(path: str) -> str:
    """Translates the first step of a field's path: order_ids[3] -> orderIds[3]."""
    return _FIELD.sub(lambda match: REST_NAMES.get(match[0], match[0]), path, count=1)


def _rest_words(message: str) -> str:
    return _MENTION.sub(lambda match: REST_NAMES[match[0]], message)
