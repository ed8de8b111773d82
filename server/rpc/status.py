"""The one table from errors to gRPC statuses, and the details clients read by program (AIP-193)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

import grpc
from google.protobuf import any_pb2, duration_pb2
from google.protobuf.message import Message
from google.rpc import error_details_pb2, status_pb2
from grpc_status import rpc_status

from server.domain.errors import (
    Conflict,
    Interrupted,
    InvalidInput,
    InvoiceJobsError,
    LimitExceeded,
    LogoRefused,
    NotFound,
    NotReady,
    OrderRejected,
    OutOfRange,
    PermissionDenied,
    Unauthenticated,
    Unavailable,
)
from server.service.origin import current_origin

ERROR_DOMAIN = "invoicejobs"

_CODES: dict[type[InvoiceJobsError], grpc.StatusCode] = {
    InvalidInput: grpc.StatusCode.INVALID_ARGUMENT,
    LogoRefused: grpc.StatusCode.INVALID_ARGUMENT,
    Unauthenticated: grpc.StatusCode.UNAUTHENTICATED,
    PermissionDenied: grpc.StatusCode.PERMISSION_DENIED,
    NotFound: grpc.StatusCode.NOT_FOUND,
    Conflict: grpc.StatusCode.ABORTED,
    NotReady: grpc.StatusCode.FAILED_PRECONDITION,
    OutOfRange: grpc.StatusCode.OUT_OF_RANGE,
    LimitExceeded: grpc.StatusCode.RESOURCE_EXHAUSTED,
    OrderRejected: grpc.StatusCode.FAILED_PRECONDITION,
    Interrupted: grpc.StatusCode.UNAVAILABLE,
    Unavailable: grpc.StatusCode.UNAVAILABLE,
}
#: Reasons that a client must tell apart by the code, too.
_CODES_BY_REASON = {"REQUEST_ID_REUSED": grpc.StatusCode.ALREADY_EXISTS}

# Clients refuse more than 8 KiB of trailers unless told otherwise, and would then see an error
# about metadata in place of ours. The message travels twice, once percent-encoded, and the details
# as base64: these bytes keep the whole below the limit in the worst case.
_MESSAGE_BYTES = 512
_FIELD_BYTES = 256
_VIOLATIONS_BYTES = 3072


def code_of(error: BaseException) -> grpc.StatusCode:
    """Gives the status code of an error; INTERNAL for all that was not raised on purpose."""
    if not isinstance(error, InvoiceJobsError):
        return grpc.StatusCode.INTERNAL
    known = (_CODES[kind] for kind in type(error).__mro__ if kind in _CODES)
    return _CODES_BY_REASON.get(error.reason) or next(known, grpc.StatusCode.INTERNAL)


def status_of(error: BaseException, error_id: str) -> grpc.Status:
    """Makes the status that ends a call.

    An unexpected error tells clients nothing but error_id, under which the server's log has it.
    """
    code = code_of(error)
    if code is grpc.StatusCode.INTERNAL or not isinstance(error, InvoiceJobsError):
        message = f"The server failed unexpectedly. Its log has the cause under id {error_id}."
        info = _info("INTERNAL", error_id=error_id)
        return _status(code, message, info)
    if isinstance(error, InvalidInput):
        shown = list(_shown(error))
        left_out = len(error.violations) - len(shown)
        info = _info(error.reason, violations_left_out=str(left_out) if left_out else "")
        return _status(
            code, error.message, info, error_details_pb2.BadRequest(field_violations=shown)
        )
    field = error.field if isinstance(error, OrderRejected) else ""
    details = "; ".join(error.details) if isinstance(error, PermissionDenied) else ""
    info = _info(error.reason, field=field, details=details)
    if isinstance(error, LimitExceeded) and error.retry_after:
        return _status(code, error.message, info, _retry(error.retry_after))
    return _status(code, error.message, info)


def _shown(error: InvalidInput) -> Iterator[error_details_pb2.BadRequest.FieldViolation]:
    room = _VIOLATIONS_BYTES
    for violation in error.violations:
        message = error_details_pb2.BadRequest.FieldViolation(
            field=_cut(violation.field, _FIELD_BYTES),
            description=_cut(violation.description, _MESSAGE_BYTES),
        )
        room -= message.ByteSize()
        if room < 0:
            return
        yield message


def _info(reason: str, **metadata: str) -> error_details_pb2.ErrorInfo:
    given = {key: _cut(value, _FIELD_BYTES) for key, value in metadata.items() if value}
    return error_details_pb2.ErrorInfo(reason=reason, domain=ERROR_DOMAIN, metadata=given)


def _retry(seconds: float) -> error_details_pb2.RetryInfo:
    delay = duration_pb2.Duration()
    delay.FromTimedelta(timedelta(seconds=seconds))
    return error_details_pb2.RetryInfo(retry_delay=delay)


def _status(code: grpc.StatusCode, message: str, *details: Message) -> grpc.Status:
    status = status_pb2.Status(code=code.value[0], message=_cut(message, _MESSAGE_BYTES))
    for detail in details:
        packed = any_pb2.Any()
        packed.Pack(detail)
        status.details.append(packed)
    made: grpc.Status = rpc_status.to_status(status)
    request_id = current_origin().request_id
    # To end a call with a status takes the place of trailing metadata that was set before.
    more = (("x-request-id", request_id),) if request_id else ()
    return _Status(made.code, made.details, (*(made.trailing_metadata or ()), *more))


@dataclass(frozen=True, slots=True)
class _Status(grpc.Status):
    """What ends a call."""

    code: grpc.StatusCode
    details: str
    trailing_metadata: tuple[tuple[str, str | bytes], ...]


def _cut(text: str, size: int) -> str:
    """Cuts a text to so many bytes of UTF-8; what UTF-8 cannot hold becomes a question mark."""
    encoded = text.encode("utf-8", "replace")
    if len(encoded) <= size:
        return encoded.decode()
    return encoded[: size - 3].decode("utf-8", "ignore") + "…"
