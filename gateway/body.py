"""Reads request bodies: what has the wrong shape never becomes a call."""

from __future__ import annotations

import asyncio
import json
import re
from typing import Any

import orjson
from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError
from invoicejobs.v1.invoice_jobs_pb2 import (
    CreateInvoiceJobRequest,
    JobType,
    RetryInvoiceJobRequest,
)
from invoicejobs.v1.invoices_pb2 import CancelInvoiceRequest, CreditLine, PreviewInvoiceRequest

from gateway.channel import CONFIG
from gateway.errors import ApiError, invalid_field
from gateway.places import body_seconds

JOB_TYPES = {"AUTOMATIC": JobType.JOB_TYPE_AUTOMATIC, "MANUAL": JobType.JOB_TYPE_MANUAL}

#: The largest position that the call's 32 bits hold.
MAX_POSITION = 2_147_483_647
_DECIMAL = re.compile(r"-?[0-9]{1,12}(\.[0-9]{1,6})?")


async def read_job_request(request: web.Request) -> CreateInvoiceJobRequest:
    """Reads the body and the Idempotency-Key of a request for a job.

    Raises ApiError that names the first wrong field. What ids may hold is the server's to say.
    """
    request_id = _idempotency_key(request)
    payload = await _read_object(request)
    return CreateInvoiceJobRequest(
        tenant=request.match_info["tenant"],
        job_type=_job_type(payload),
        order_ids=_order_ids(payload),
        request_id=request_id,
    )


async def read_retry_request(request: web.Request) -> RetryInvoiceJobRequest:
    """Reads the Idempotency-Key of a request for a new attempt. Raises ApiError."""
    request_id = _idempotency_key(request)
    await read_nothing(request)
    return RetryInvoiceJobRequest(
        tenant=request.match_info["tenant"],
        job_id=request.match_info["jobId"],
        request_id=request_id,
    )


async def read_nothing(request: web.Request) -> None:
    """Reads a body that has nothing to say: none at all, or an object. Raises ApiError."""
    if await _read_bytes(request):
        await _read_object(request)


async def read_cancel_request(request: web.Request) -> CancelInvoiceRequest:
    """Reads the body and the Idempotency-Key of a request for a credit note.

    Raises ApiError that names the first wrong field. What is left of the invoice is the server's
    to say.
    """
    request_id = _idempotency_key(request)
    payload = await _read_object(request)
    return CancelInvoiceRequest(
        tenant=request.match_info["tenant"],
        invoice_number=request.match_info["invoiceNumber"],
        reason=_text(payload, "reason"),
        request_id=request_id,
        lines=_credit_lines(payload),
        amount=_decimal(payload, "amount"),
    )


async def read_preview_request(request: web.Request) -> PreviewInvoiceRequest:
    """Reads the body of a request for a preview: an order's id, or the order itself.

    Raises ApiError that names the first wrong field. What orders hold is the server's to say.
    """
    payload = await _read_object(request)
    call = PreviewInvoiceRequest(tenant=request.match_info["tenant"])
    order_id, order = payload.get("orderId"), payload.get("order")
    if (order_id is None) == (order is None):
        raise invalid_field("orderId", "must be given, or order in its place")
    if order is None:
        call.order_id = _text(payload, "orderId")
        return call
    if not isinstance(order, dict):
        raise invalid_field("order", "must be an object")
    call.order_json = _as_it_came(await request.read(), "order")
    return call


def _idempotency_key(request: web.Request) -> str:
    keys = request.headers.getall("Idempotency-Key", [])
    if not keys:
        return ""
    if len(keys) > 1:
        raise invalid_field("Idempotency-Key", "is given more than once")
    # An empty key would pass for none, and the client would wrongly feel safe to repeat.
    if not keys[0]:
        raise invalid_field("Idempotency-Key", "must not be empty")
    try:
        keys[0].encode()
    except UnicodeEncodeError:
        raise invalid_field("Idempotency-Key", "must be UTF-8") from None
    return keys[0]


async def _read_object(request: web.Request) -> dict[str, Any]:
    if request.content_type.lower() != "application/json":
        raise _unsupported("must be application/json")
    if (request.charset or "utf-8").lower() not in {"utf-8", "utf8"}:
        raise _unsupported("may have no charset but utf-8")
    try:
        payload = orjson.loads(await _read_bytes(request))
    except orjson.JSONDecodeError as error:
        raise _invalid_body(f"is not valid JSON: {error}") from None
    if not isinstance(payload, dict):
        raise _invalid_body("must be a JSON object")
    return payload


async def _read_bytes(request: web.Request) -> bytes:
    most = request.app[CONFIG].max_body_bytes
    if (request.content_length or 0) > most:
        raise _too_large(most)
    try:
        if request.content.is_eof():  # it came with the head, as small ones do: nobody waits
            return await request.read()
        async with asyncio.timeout(body_seconds(request)):
            return await request.read()
    except web.HTTPRequestEntityTooLarge:
        raise _too_large(most) from None
    except (web.RequestPayloadError, HttpProcessingError):
        raise _invalid_body("cannot be read: its encoding is broken") from None
    except TimeoutError:
        raise ApiError(408, "The body did not arrive in time.", "REQUEST_TIMEOUT") from None


def _job_type(payload: dict[str, Any]) -> JobType.ValueType:
    if "jobType" not in payload:
        raise invalid_field("jobType", "is missing; it must be AUTOMATIC or MANUAL")
    value = payload["jobType"]
    if not isinstance(value, str) or value not in JOB_TYPES:
        raise invalid_field("jobType", "must be AUTOMATIC or MANUAL")
    return JOB_TYPES[value]


def _order_ids(payload: dict[str, Any]) -> list[str]:
    value = payload.get("orderIds")
    if value is None:  # null is what many clients send for "not given"
        return []
    if not isinstance(value, list):
        raise invalid_field("orderIds", "must be an array of strings")
    for index, item in enumerate(value):
        if not isinstance(item, str):
            raise invalid_field(f"orderIds[{index}]", "must be a string")
    return value


def _credit_lines(payload: dict[str, Any]) -> list[CreditLine]:
    value = payload.get("lines")
    if value is None:
        return []
    # No lines would mean the whole invoice, which nobody who names lines wants.
    if not isinstance(value, list) or not value:
        raise invalid_field("lines", "must be an array of at least one line")
    lines = []
    for index, item in enumerate(value):
        where = f"lines[{index}]"
        if not isinstance(item, dict):
            raise invalid_field(where, "must be an object")
        position = item.get("position")
        if type(position) is not int or not 1 <= position <= MAX_POSITION:
            raise invalid_field(f"{where}.position", "must be a whole number, counted from 1")
        quantity = _decimal(item, "quantity", f"{where}.")
        lines.append(CreditLine(position=position, quantity=quantity))
    return lines


def _text(payload: dict[str, Any], name: str) -> str:
    value = payload.get(name)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise invalid_field(name, "must be a string")
    return value


def _decimal(payload: dict[str, Any], name: str, where: str = "") -> str:
    """Reads a decimal, which is text: a JSON number would be a binary float."""
    value = payload.get(name)
    if value is None:
        return ""
    if not isinstance(value, str) or not _DECIMAL.fullmatch(value):
        raise invalid_field(
            f"{where}{name}",
            'must be a decimal in quotes such as "12.50", with at most 12 digits and 6 decimals',
        )
    return value


def _as_it_came(body: bytes, name: str) -> bytes:
    """Gives a member of the body in its own JSON, numbers digit by digit."""
    try:
        payload = json.loads(body, parse_float=orjson.Fragment, parse_int=orjson.Fragment)
        return orjson.dumps(payload[name])
    except (RecursionError, orjson.JSONEncodeError):
        raise _invalid_body("is nested too deeply") from None


def _too_large(most: int) -> ApiError:
    return ApiError(413, f"The body may have at most {most} bytes.", "BODY_TOO_LARGE")


def _unsupported(problem: str) -> ApiError:
    return ApiError(415, f"Content-Type: {problem}", "UNSUPPORTED_MEDIA_TYPE")


def _invalid_body(problem: str) -> ApiError:
    return ApiError(400, f"The body {problem}.", "INVALID_BODY")
