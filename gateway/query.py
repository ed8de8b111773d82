"""Reads query parameters: what has the wrong shape never becomes a call."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import TypeVar

from aiohttp import web
from google.protobuf.timestamp_pb2 import Timestamp
from invoicejobs.v1.invoice_jobs_pb2 import JobStatus, JobType, ListInvoiceJobsRequest

from gateway.errors import invalid_field
from gateway.translate import JOB_STATUSES, JOB_TYPES

#: The platform's default, when a page is asked for without its size.
DEFAULT_PAGE_SIZE = 60
MAX_PAGE_SIZE = 1000
#: The orders before any page can still be counted in the call's 32 bits.
MAX_PAGE_NUMBER = 2_000_000

Value = TypeVar("Value")


def read_page(request: web.Request) -> tuple[int, int] | None:
    """Reads pageNumber and pageSize; None where the caller wants the whole list."""
    if not request.query_string:
        return None
    number = _whole_number(request, "pageNumber", MAX_PAGE_NUMBER)
    size = _whole_number(request, "pageSize", MAX_PAGE_SIZE)
    if number is None and size is None:
        return None
    return number or 1, size or DEFAULT_PAGE_SIZE


def read_list_request(request: web.Request) -> ListInvoiceJobsRequest:
    """Reads which jobs are asked for, and the page of them. Raises ApiError naming what is wrong.

    What a page token may be is the server's to say.
    """
    return ListInvoiceJobsRequest(
        tenant=request.match_info["tenant"],
        page_size=_whole_number(request, "pageSize", MAX_PAGE_SIZE) or DEFAULT_PAGE_SIZE,
        page_token=_text(request, "pageToken") or "",
        job_status=_word(request, "jobStatus", JOB_STATUSES) or JobStatus.JOB_STATUS_UNSPECIFIED,
        job_type=_word(request, "jobType", JOB_TYPES) or JobType.JOB_TYPE_UNSPECIFIED,
        created_from=_time(request, "createdFrom"),
        created_before=_time(request, "createdBefore"),
    )


def _text(request: web.Request, name: str) -> str | None:
    values = request.query.getall(name, [])
    if len(values) > 1:
        raise invalid_field(name, "is given more than once")
    return values[0] if values else None


def _whole_number(request: web.Request, name: str, most: int) -> int | None:
    text = _text(request, name)
    if text is None:
        return None
    if not re.fullmatch(r"[0-9]{1,10}", text) or not 1 <= int(text) <= most:
        raise invalid_field(name, f"must be a whole number from 1 to {most}")
    return int(text)


def _word(request: web.Request, name: str, words: Mapping[Value, str]) -> Value | None:
    text = _text(request, name)
    if text is None:
        return None
    for value, word in words.items():
        if word == text:
            return value
    raise invalid_field(name, "must be " + " or ".join(sorted(words.values())))


def _time(request: web.Request, name: str) -> Timestamp | None:
    text = _text(request, name)
    if text is None:
        return None
    time = Timestamp()
    try:
        # A + that was not percent-encoded arrives as a blank.
        moment = datetime.fromisoformat(text.replace(" ", "+"))
        if moment.tzinfo is None:
            raise ValueError("it could be anywhere")
        time.FromDatetime(moment)
    except (ValueError, OverflowError):
        problem = "must be a time with its zone, such as 2026-03-14T18:30:00Z"
        raise invalid_field(name, problem) from None
    return time
