"""What every call goes through: errors become statuses."""

from __future__ import annotations

import inspect
import logging
import uuid
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing
from types import TracebackType
from typing import Any

import grpc
from google.protobuf.message import DecodeError

from server.domain.errors import InvalidInput
from server.rpc.handlers import (
    Context,
    Continuation,
    Handler,
    Surrounded,
    behaviour_of,
    with_behaviour,
)
from server.rpc.status import code_of, status_of
from server.service.origin import current_origin

logger = logging.getLogger(__name__)


class CallInterceptor(grpc.aio.ServerInterceptor):
    """Ends calls that raise with the status of their error."""

    def __init__(self) -> None:
        self._surrounded = Surrounded(_surround)

    async def intercept_service(
        self, continuation: Continuation, handler_call_details: grpc.HandlerCallDetails
    ) -> Handler | None:
        """Surrounds the handler of a call."""
        handler = await continuation(handler_call_details)
        if handler is None:
            return None
        return self._surrounded(handler, handler_call_details.method)


def _surround(handler: Handler, method: str) -> Handler:
    behaviour = _wrap(behaviour_of(handler), method)
    return with_behaviour(handler, behaviour, decode=_lenient(handler.request_deserializer))


class _Call:
    """Surrounds one call. Aborts and cancellations pass through untouched."""

    def __init__(self, method: str, context: Context) -> None:
        self._method = method
        self._context = context

    async def __aenter__(self) -> None:
        """Nothing to do before it."""

    async def __aexit__(
        self,
        _kind: type[BaseException] | None,
        error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        # No others: asyncio.CancelledError; GeneratorExit of a stream whose client left.
        if isinstance(error, Exception) and not isinstance(error, grpc.aio.BaseError):
            await self._context.abort_with_status(self._status(error))

    def _status(self, error: Exception) -> grpc.Status:
        error_id = current_origin().request_id or uuid.uuid4().hex
        code = code_of(error)
        if code is grpc.StatusCode.INTERNAL:
            logger.error("%s failed, error id %s", self._method, error_id, exc_info=error)
        elif code is grpc.StatusCode.UNAVAILABLE:
            logger.warning("%s: the environment fails", self._method, exc_info=error)
        return status_of(error, error_id)


def _wrap(behaviour: Any, method: str) -> Any:
    """Surrounds a handler's behaviour; grpc.aio tells the kinds apart by their function."""
    if inspect.isasyncgenfunction(behaviour):

        async def stream(request: Any, context: Context) -> AsyncIterator[Any]:
            async with (
                _Call(method, context),
                # Closes the servicer's generator at once when the client leaves.
                aclosing(behaviour(_decoded(request), context)) as responses,
            ):
                async for response in responses:
                    yield response

        return stream

    async def call(request: Any, context: Context) -> Any:
        async with _Call(method, context):
            return await behaviour(_decoded(request), context)

    return call


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
    """Raises InvalidInput for what could not be decoded; a stream is checked as it is read."""
    if isinstance(request, _Undecodable):
        raise InvalidInput.field(
            "request",
            "is no message of this method: the bytes are damaged, or a text in it is not UTF-8",
            reason="UNDECODABLE",
        )
    return _decoded_stream(request) if isinstance(request, AsyncIterator) else request


async def _decoded_stream(requests: AsyncIterator[Any]) -> AsyncIterator[Any]:
    async for request in requests:
        yield _decoded(request)
