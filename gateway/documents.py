"""Hands out invoices' documents: streamed from the server, resumable, for a token or by a link."""

from __future__ import annotations

import asyncio
import logging
import urllib.parse
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import hdrs, web
from invoicejobs.v1.invoices_pb2 import (
    Document,
    DownloadInvoiceRequest,
    DownloadInvoiceResponse,
)

from gateway.answers import begin
from gateway.asked import ASKED, call_metadata
from gateway.channel import CONFIG, INVOICES
from gateway.errors import ApiError
from gateway.ranges import ByteRange, Unsatisfiable, matches, resolve_range
from gateway.translate import ending_of

log = logging.getLogger("gateway")

#: Private: it is somebody's invoice. Asked about each time, though the bytes never change: what a
#: link opened, it must not open from a browser's cache when it has expired.
CACHE_CONTROL = "private, no-cache"

Pieces = AsyncIterator[DownloadInvoiceResponse]


async def read_document(request: web.Request) -> web.StreamResponse:
    """Answers GET and HEAD for a document: whole, a range of it, or that it is unchanged."""
    etag = f'"{request.match_info["sha256"]}"'
    unchanged = matches(request.headers.get(hdrs.IF_NONE_MATCH, ""), etag)
    if unchanged or request.method == hdrs.METH_HEAD:
        document = await _describe(request)
        response = _response(document, etag, None)
        if unchanged:
            response.set_status(304)
            response.content_length = None
        await begin(request, response)
        return response
    part = None
    if request.headers.get(hdrs.IF_RANGE, etag).strip() == etag and hdrs.RANGE in request.headers:
        part = _asked_range(request.headers[hdrs.RANGE], (await _describe(request)).size_bytes)
    async with _download(request, part) as (document, pieces):
        response = _response(document, etag, part)
        await _send(request, response, pieces)
        return response


async def _describe(request: web.Request) -> Document:
    """Reads what a document is. Its first byte comes along: 0 would mean all of them."""
    async with _download(request, ByteRange(0, 1)) as (document, pieces):
        while await _next(request, pieces) is not None:
            pass
        return document


def _asked_range(header: str, size: int) -> ByteRange | None:
    try:
        return resolve_range(header, size)
    except Unsatisfiable:
        raise ApiError(
            416,
            f"Range: the document has only {size} bytes.",
            "RANGE_NOT_SATISFIABLE",
            headers={hdrs.CONTENT_RANGE: f"bytes */{size}"},
        ) from None


@asynccontextmanager
async def _download(
    request: web.Request, part: ByteRange | None
) -> AsyncIterator[tuple[Document, Pieces]]:
    """Opens a document, or a part of it. The call ends with the block, finished or not.

    The call has no deadline, for a slow line may need its time; instead each piece must come, and
    leave, within the request's timeout.
    """
    call = request.app[INVOICES].DownloadInvoice(
        DownloadInvoiceRequest(
            tenant=request.match_info["tenant"],
            invoice_number=request.match_info["invoiceNumber"],
            sha256=request.match_info["sha256"],
            offset=part.offset if part else 0,
            length=part.length if part else 0,
        ),
        metadata=(*call_metadata(request), *_signature(request)),
    )
    try:
        pieces = aiter(call)
        yield await _first(request, pieces), pieces
    finally:
        call.cancel()


def _signature(request: web.Request) -> tuple[tuple[str, str], ...]:
    """Gives the link's signature as it is: whether it holds is the server's to say."""
    given = request.query.getall("signature", [])
    # gRPC itself fails on what is not printable ASCII; the server refuses the empty one, and two.
    value = given[0] if len(given) == 1 else ""
    shown = value if value.isascii() and value.isprintable() else ""
    return (("x-invoicejobs-link", shown),) if given else ()


async def _first(request: web.Request, pieces: Pieces) -> Document:
    try:
        async with asyncio.timeout(request.app[CONFIG].request_timeout):
            document = (await anext(pieces)).document
    except TimeoutError:
        message = "The invoice service did not answer in time. Trying again is safe."
        raise ApiError(504, message, "DEADLINE_EXCEEDED") from None
    ending = request.match_info["ending"]
    if ending_of(document) != ending:
        raise ApiError(404, f"There is no such .{ending} document.", "DOCUMENT_NOT_FOUND")
    return document


def _response(document: Document, etag: str, part: ByteRange | None) -> web.StreamResponse:
    # People read a PDF where they are; XML is for their software.
    place = "inline" if ending_of(document) == "pdf" else "attachment"
    headers = {
        hdrs.CONTENT_TYPE: document.media_type,
        hdrs.CONTENT_DISPOSITION: content_disposition(place, document.file_name),
        hdrs.ETAG: etag,
        hdrs.CACHE_CONTROL: CACHE_CONTROL,
        hdrs.ACCEPT_RANGES: "bytes",
    }
    if part:
        headers[hdrs.CONTENT_RANGE] = part.content_range(document.size_bytes)
    response = web.StreamResponse(status=206 if part else 200, headers=headers)
    response.content_length = part.length if part else document.size_bytes
    return response


def content_disposition(place: str, file_name: str) -> str:
    """Names a file for every browser: plain for old ones, UTF-8 for the others (RFC 6266).

    place is inline or attachment.
    """
    safe = "".join("_" if c in '/\\"%' or not c.isprintable() else c for c in file_name)
    plain = safe.encode("ascii", "replace").decode().replace("?", "_")
    encoded = urllib.parse.quote(safe, safe="")
    return f"{place}; filename=\"{plain}\"; filename*=UTF-8''{encoded}"


async def _send(request: web.Request, response: web.StreamResponse, pieces: Pieces) -> None:
    """Sends the pieces. What goes wrong now can only be told by breaking the connection."""
    await begin(request, response)
    rest = response.content_length or 0
    try:
        while (piece := await _next(request, pieces)) is not None:
            rest -= len(piece.data)
            if not rest:
                # Whoever has all of the document may leave, and a call that is left before its end
                # counts as cancelled.
                await _next(request, pieces)
            async with asyncio.timeout(request.app[CONFIG].request_timeout):
                await response.write(piece.data)
        if rest:
            raise EOFError(f"{rest} bytes did not come")
    except ConnectionError:
        raise  # the client left
    except Exception as error:  # noqa: BLE001 - whatever it is, the body stays incomplete
        log.warning("%s: download broke off: %r", request[ASKED].request_id, error)
        if request.transport:
            request.transport.abort()


async def _next(request: web.Request, pieces: Pieces) -> DownloadInvoiceResponse | None:
    """Waits for the next piece; None at the end."""
    async with asyncio.timeout(request.app[CONFIG].request_timeout):
        return await anext(pieces, None)
