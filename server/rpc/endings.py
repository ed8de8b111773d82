"""The innermost of what every call goes through: errors become statuses."""

from __future__ import annotations

import inspect
import logging
import uuid
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing
from typing import Any

import grpc
from google.protobuf.message import DecodeError

from server.domain.errors import InvalidInput
from server.handlers import Context, Handler, Surrounded, behaviour_of, with_behaviour
from server.rpc.status import code_of, status_of
from server.service.origin import current_origin

logger = logging.getLogger(__name__)


class Endings:
    """Ends calls that raise with the status of their error."""

    def __init__(self) -> None:
        self.surrounded = Surrounded(_surround)


def _surround(handler: Handler, method: str) -> Handler:
    behaviour = _wrap(behaviour_of(handler), method, streamed=handler.request_streaming)
    return with_behaviour(handler, behaviour, decode=_lenient(handler.request_deserializer))


def _wrap(behaviour: Any, method: str, *, streamed: bool) -> Any:
    """Surrounds a handler's behaviour; grpc.aio tells the kinds apart by their function.

    Aborts pass through untouched, and so does what is no Exception: asyncio.CancelledError, and
    GeneratorExit of a stream whose client left.
    """
    decoded = _decoded_stream if streamed else _decoded
    if inspect.isasyncgenfunction(behaviour):

        async def stream(request: Any, context: Context) -> AsyncIterator[Any]:
            try:
                # Closes the servicer's generator at once when the client leaves.
                async with aclosing(behaviour(decoded(request), context)) as responses:
                    async for response in responses:
                        yield response
            except grpc.aio.BaseError:
                raise
            except Exception as error:  # noqa: BLE001 - whatever it is, the client is told
                await context.abort_with_status(_status(error, method))

        return stream

    async def call(request: Any, context: Context) -> Any:
        try:
            return await behaviour(decoded(request), context)
        except grpc.aio.BaseError:
            raise
        except Exception as error:  # noqa: BLE001 - the same
            await context.abort_with_status(_status(error, method))

    return call


def _status(error: Exception, method: str) -> grpc.Status:
    """Makes the status of an error, and tells the log of what is ours or the environment's."""
    error_id = current_origin().request_id or uuid.uuid4().hex
    code = code_of(error)
    if code is grpc.StatusCode.INTERNAL:
        logger.error("%s failed, error id %s", method, error_id, exc_info=error)
    elif code is grpc.StatusCode.UNAVAILABLE:
        logger.warning("%s: the environment fails", method, exc_info=error)
    return status_of(error, error_id)


class _Undecodable:
    """Stands for a request whose bytes are no message of its method."""


def _lenient(deserialize: Callable[[bytes], Any] | None) -> Callable[[bytes], Any] | None:
    """Lets a request that cannot be decoded reach us, for grpc.aio would call it UNKNOWN."""

    def decode(data: bytes) -> Any:
        try:
            return deserialize(data) if deserialize else data
        except DecodeError:
            return _Undecodable()

    return decode


def _decoded(request: Any) -> Any:
    """Raises InvalidInput for what could not be decoded."""
    if isinstance(request, _Undecodable):
        raise InvalidInput.field(
            "request",
            "is no message of this method: the bytes are damaged, or a text in it is not UTF-8",
            reason="UNDECODABLE",
        )
    return request


async def _decoded_stream(requests: AsyncIterator[Any]) -> AsyncIterator[Any]:
    async for request in requests:
        yield _decoded(request)
