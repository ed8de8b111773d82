"""Tells how a job goes on as it happens: server-sent events over the server's stream.

Written out here rather than taken from a library: the format is three lines, and what matters
(backpressure, resuming, leaving at once) would be ours to do in any case.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, AsyncIterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import grpc
import orjson
from aiohttp import hdrs, web
from invoicejobs.v1.invoice_jobs_pb2 import (
    JOB_STATUS_DONE,
    WatchInvoiceJobRequest,
    WatchInvoiceJobResponse,
)

from gateway.asked import ASKED, call_metadata
from gateway.channel import CONFIG, WATCH_JOB
from gateway.errors import ApiError, from_rpc_error, invalid_field
from gateway.places import ADMISSION
from gateway.streaming import send
from gateway.translate import job_order_json, job_summary_json, link_maker

log = logging.getLogger("gateway")

HEARTBEAT = 15.0  # seconds; proxies close what is silent for a minute
#: Seconds without a word of the server, which repeats an unchanged job every 15, after which the
#: way to it is taken for broken and the watcher has to come again, as EventSource does by itself.
SILENCE = 45.0
#: Seconds after which a watcher is left that does not read what was sent.
READ_LIMIT = 60.0
RETRY = 2000  # milliseconds after which EventSource comes again

#: The id of the last event. Whoever comes again with it knows everything: 204 ends EventSource.
DONE_ID = "done"

EVENT_STREAM = "text/event-stream"
#: Answers that may be another one soon: too busy, not there, too slow.
PASSING = frozenset({429, 503, 504})

HEADERS = {
    hdrs.CONTENT_TYPE: EVENT_STREAM,
    hdrs.CACHE_CONTROL: "no-store",
    # nginx would keep the events until its buffer is full.
    "X-Accel-Buffering": "no",
}

#: The requests that watch a job.
WATCHES: web.AppKey[set[asyncio.Task[Any] | None]] = web.AppKey("WATCHES")

#: How many responses are kept as they were written, for all others who watch the same job.
KEPT = 32

#: The server's responses, as they came.
Responses = AsyncIterator[bytes]


@dataclass(frozen=True, slots=True)
class _News:
    """A response as its watchers read it."""

    #: Its outcomes, then the progress, whose id stands for all of them.
    events: bytes
    #: What to say when it is the last one; empty while the job is not done.
    end: bytes


async def follow_job(request: web.Request) -> web.StreamResponse:
    """Streams a job's progress and outcomes until it is done. Goes on behind Last-Event-ID."""
    token = request.headers.get("Last-Event-ID", "")
    if token == DONE_ID:
        return web.Response(status=204)
    if not token.isascii():
        raise invalid_field("Last-Event-ID", "is not the id of one of this job's events")
    tenant, job_id = request.match_info["tenant"], request.match_info["jobId"]
    call = request.app[WATCH_JOB](
        WatchInvoiceJobRequest(tenant=tenant, job_id=job_id, resume_token=token),
        metadata=call_metadata(request),
    )
    task = asyncio.current_task()
    request.app[WATCHES].add(task)
    try:
        responses = aiter(call)
        try:
            first = await _first(request, responses)
        except (grpc.aio.AioRpcError, ApiError) as error:
            if put_off := _put_off(request, error):
                return put_off
            raise
        request[ADMISSION].leave_place()
        events = _events(first, responses, request.app[CONFIG].public_url, tenant)
        return await send(request, web.StreamResponse(headers=HEADERS), events, limit=READ_LIMIT)
    finally:
        call.cancel()
        request.app[WATCHES].discard(task)


async def end_watches(app: web.Application) -> None:
    """Ends all streams when the gateway stops; their watchers come again elsewhere or later."""
    for task in app[WATCHES]:
        if task:
            task.cancel()


async def _first(request: web.Request, responses: Responses) -> bytes:
    """Waits for how far the job is; until then, whatever goes wrong is an ordinary error."""
    try:
        async with asyncio.timeout(request.app[CONFIG].request_timeout):
            return await anext(responses)
    except TimeoutError:
        message = "The invoice service did not answer in time. Trying again is safe."
        raise ApiError(504, message, "DEADLINE_EXCEEDED") from None


def _put_off(
    request: web.Request, error: grpc.aio.AioRpcError | ApiError
) -> web.StreamResponse | None:
    """Answers an EventSource that may have better luck later with a stream that ends at once.

    It comes again by itself then, with its Last-Event-ID; an error would end it for ever.
    """
    if isinstance(error, grpc.aio.AioRpcError):
        error = from_rpc_error(error)
    if error.status not in PASSING or EVENT_STREAM not in request.headers.get(hdrs.ACCEPT, ""):
        return None
    log.warning("%s: a watcher is put off: %s", request[ASKED].request_id, error.message)
    pause = max(RETRY, 1000 * int(error.headers.get(hdrs.RETRY_AFTER, 0)))
    return web.Response(body=f"retry: {pause}\n\n".encode(), headers=HEADERS)


async def _events(
    first: bytes, responses: Responses, public_url: str, tenant: str
) -> AsyncGenerator[bytes, None]:
    """Gives the bytes of the stream: one piece for each response, heartbeats between them."""
    yield f"retry: {RETRY}\n\n".encode()
    news = _write(first, public_url, tenant)
    yield news.events
    async for response in _with_silences(responses):
        if response is None:
            yield b": still here\n\n"
            continue
        news = _write(response, public_url, tenant)
        yield news.events
    # A job with many outcomes says DONE in several responses; only the stream's end is the last.
    if news.end:
        yield news.end


async def _with_silences(responses: Responses) -> AsyncIterator[bytes | None]:
    """Gives the responses, None for each HEARTBEAT without one, and ends at SILENCE."""
    coming = asyncio.ensure_future(anext(responses, None))
    try:
        silence = 0.0
        while silence < SILENCE:
            await asyncio.wait({coming}, timeout=HEARTBEAT)
            if not coming.done():
                silence += HEARTBEAT
                yield None
                continue
            response = coming.result()
            if response is None:
                return
            silence = 0.0
            yield response
            coming = asyncio.ensure_future(anext(responses, None))
    finally:
        coming.cancel()


@lru_cache(maxsize=KEPT)
def _write(data: bytes, public_url: str, tenant: str) -> _News:
    """Writes a response: once, however many watch."""
    response = WatchInvoiceJobResponse.FromString(data)
    make_link = link_maker(public_url, tenant)
    job = job_summary_json(response.job)
    events = [_event("outcome", job_order_json(order, make_link)) for order in response.outcomes]
    events.append(_event("progress", job, response.resume_token))
    done = response.job.job_status == JOB_STATUS_DONE
    return _News(b"".join(events), _event("done", job, DONE_ID) if done else b"")


def _event(kind: str, data: dict[str, Any], event_id: str = "") -> bytes:
    # JSON has no line breaks outside of its strings, and inside they are escaped.
    line = f"id: {event_id}\n" if event_id else ""
    return f"event: {kind}\n{line}data: ".encode() + orjson.dumps(data) + b"\n\n"
