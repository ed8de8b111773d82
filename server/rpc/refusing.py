"""Refuses calls before anything of them is read."""

from __future__ import annotations

import logging
import uuid
from collections.abc import AsyncIterator
from typing import Any

import grpc

from server.domain.errors import InvoiceJobsError
from server.handlers import Context, Handler
from server.rpc.status import status_of

logger = logging.getLogger(__name__)


def refusing(handler: Handler, error: Exception) -> Handler:
    """Makes a handler that refuses without reading: a unary request would be read first."""
    if handler.response_streaming:

        async def stream(_requests: Any, context: Context) -> AsyncIterator[Any]:
            await abort(context, error)
            yield  # never reached: it makes this a stream

        return grpc.stream_stream_rpc_method_handler(stream)

    async def call(_requests: Any, context: Context) -> None:
        await abort(context, error)

    return grpc.stream_unary_rpc_method_handler(call)


async def abort(context: Context, error: Exception) -> None:
    """Ends a call with the status of an error; what none of us raised is told to the log only."""
    error_id = uuid.uuid4().hex
    if not isinstance(error, InvoiceJobsError):
        logger.error("authentication failed, error id %s", error_id, exc_info=error)
    await context.abort_with_status(status_of(error, error_id))
