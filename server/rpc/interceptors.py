"""What every call goes through: errors become statuses, and the log gets one line."""

from __future__ import annotations

import inspect
import logging
import time
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import aclosing
from types import TracebackType
from typing import Any, TypeAlias

import grpc
from google.protobuf.message import DecodeError

from server.domain.errors import InvalidInput
from server.rpc.status import code_of, status_of

logger = logging.getLogger(__name__)

Context = grpc.aio.ServicerContext[Any, Any]
# A text, for at run time the class takes no types.
Handler: TypeAlias = "grpc.RpcMethodHandler[Any, Any]"

#: Health checks and reflection: asked every few seconds, so they are logged as debugging.
_PROBES = "/grpc."


class CallInterceptor(grpc.aio.ServerInterceptor):
    """Ends calls that raise with the status of their error, and logs every call."""

    async def intercept_service(
        self,
        continuation: Callable[[grpc.HandlerCallDetails], Awaitable[Handler | None]],
        handler_call_details: grpc.HandlerCallDetails,
    ) -> Handler | None:
        """Wraps the handler of a call, whichever of the four kinds it is."""
        handler = await continuation(handler_call_details)
        if handler is None:
            return None
        method = handler_call_details.method
        if handler.request_streaming and handler.response_streaming:
            make, behaviour = grpc.stream_stream_rpc_method_handler, handler.stream_stream
        elif handler.request_streaming:
            make, behaviour = grpc.stream_unary_rpc_method_handler, handler.stream_unary
        elif handler.response_streaming:
            make, behaviour = grpc.unary_stream_rpc_method_handler, handler.unary_stream
        else:
            make, behaviour = grpc.unary_unary_rpc_method_handler, handler.unary_unary
        decode = _lenient(handler.request_deserializer)
        return make(_wrap(behaviour, method), decode, handler.response_serializer)


class _Call:
    """Surrounds one call. Aborts and cancellations pass through untouched."""

    def __init__(self, method: str, context: Context) -> None:
        self._method = method
        self._context = context
        self._started = time.perf_counter()

    async def __aenter__(self) -> None:
        """Nothing to do: the clock runs since the call came in."""

    async def __aexit__(
        self,
        _kind: type[BaseException] | None,
        error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        if error is None or isinstance(error, grpc.aio.BaseError):
            self._log(self._context.code())
        elif isinstance(error, Exception):
            status = self._status(error)
            self._log(status.code)
            await self._context.abort_with_status(status)
        else:  # asyncio.CancelledError; GeneratorExit of a stream whose client left
            self._log(grpc.StatusCode.CANCELLED)

    def _status(self, error: Exception) -> grpc.Status:
        error_id = uuid.uuid4().hex
        code = code_of(error)
        if code is grpc.StatusCode.INTERNAL:
            logger.error("%s failed, error id %s", self._method, error_id, exc_info=error)
        elif code is grpc.StatusCode.UNAVAILABLE:
            logger.warning("%s: the environment fails", self._method, exc_info=error)
        return status_of(error, error_id)

    def _log(self, code: grpc.StatusCode | int | None) -> None:
        level = logging.DEBUG if self._method.startswith(_PROBES) else logging.INFO
        name = code.name if isinstance(code, grpc.StatusCode) else "OK"
        milliseconds = (time.perf_counter() - self._started) * 1000
        logger.log(level, "%s %s %.1f ms", self._method, name, milliseconds)


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
