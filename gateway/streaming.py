"""Sends answers that are too long, or too slow, to be held at once."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator
from contextlib import aclosing

from aiohttp import hdrs, web

from gateway.answers import begin
from gateway.asked import ASKED

log = logging.getLogger("gateway")


async def send(
    request: web.Request,
    response: web.StreamResponse,
    pieces: AsyncGenerator[bytes, None],
    *,
    limit: float,
) -> web.StreamResponse:
    """Sends pieces, each only after the one before has left: the reader sets the pace.

    Each must come and leave within limit, in seconds. Once the answer has begun, what goes wrong
    can only be told by breaking the connection, so that nobody takes a part for the whole.
    """
    async with aclosing(pieces):
        await begin(request, response)
        if request.method == hdrs.METH_HEAD:
            return response
        try:
            while True:
                async with asyncio.timeout(limit):
                    piece = await anext(pieces, b"")
                    if not piece:
                        return response
                    await response.write(piece)
        except ConnectionError:
            raise  # the client left
        except Exception as error:  # noqa: BLE001 - whatever it is, the answer stays incomplete
            log.warning("%s: the answer broke off: %r", request[ASKED].request_id, error)
            if request.transport:
                request.transport.abort()
    return response
