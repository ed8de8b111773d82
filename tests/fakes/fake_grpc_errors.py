"""The errors of the fake gRPC server, made as the contract says."""

from __future__ import annotations

import re

import grpc
from google.protobuf import any_pb2
from google.protobuf.message import Message
from google.rpc import error_details_pb2, status_pb2
from grpc_status import rpc_status
from invoicejobs.v1 import invoice_jobs_pb2 as jobs

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")


def status(code: grpc.StatusCode, message: str, *details: Message) -> grpc.Status:
    """Makes a status with details, as the server does."""
    made = status_pb2.Status(code=code.value[0], message=message)
    for detail in details:
        packed = any_pb2.Any()
        packed.Pack(detail)
        made.details.append(packed)
    return rpc_status.to_status(made)


def refusal(code: grpc.StatusCode, reason: str, message: str, *details: Message) -> grpc.Status:
    """Makes the status of a refusal with a reason for programs."""
    info = error_details_pb2.ErrorInfo(reason=reason, domain="invoicejobs")
    return status(code, message, info, *details)


def invalid(field_name: str, description: str, reason: str = "INVALID_INPUT") -> grpc.Status:
    """Makes the status of a wrong field."""
    violation = error_details_pb2.BadRequest.FieldViolation(
        field=field_name, description=description
    )
    return status(
        grpc.StatusCode.INVALID_ARGUMENT,
        f"{field_name}: {description}",
        error_details_pb2.ErrorInfo(reason=reason, domain="invoicejobs"),
        error_details_pb2.BadRequest(field_violations=[violation]),
    )


def control_characters(text: str) -> bool:
    """Tells whether a text holds control characters."""
    return bool(_CONTROL.search(text))


def job_problem(request: jobs.CreateInvoiceJobRequest) -> tuple[str, str] | None:
    """Gives field and description of the first thing that is wrong."""
    automatic = request.job_type == jobs.JOB_TYPE_AUTOMATIC
    if automatic and request.order_ids:
        return "order_ids", "must be empty for an AUTOMATIC job, which finds its own orders"
    if not automatic and not request.order_ids:
        return "order_ids", "must name at least one order of a MANUAL job"
    named = [(f"order_ids[{i}]", order_id) for i, order_id in enumerate(request.order_ids)]
    for name, text in [*named, ("request_id", request.request_id or "-")]:
        if not text:
            return name, "must not be empty"
        if len(text) > 128:
            return name, "must have at most 128 characters"
        if _CONTROL.search(text):
            return name, "must not contain control characters"
    return None
