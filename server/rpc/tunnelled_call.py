"""One call that came through a tunnel: what its method knows of it, and what it ends with."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from functools import partial
from typing import Any, NamedTuple, NoReturn, TypeAlias, cast

import grpc
from invoicejobs.v1.tunnel_pb2 import TunnelAnswer, TunnelCall

from server.handlers import Context, Handler, Metadata

#: Where a status says it for programs, a serialized google.rpc.Status.
STATUS_DETAILS = "grpc-status-details-bin"
#: Bytes of the largest metadata with the method's name; of calls by themselves the transport
#: refuses those that have more than 16 to 32 KiB.
METADATA_BYTES = 24 * 1024


class Details(NamedTuple):
    """What of a call is known before its message is read; stands for gRPC's own."""

    method: str
    invocation_metadata: Metadata


#: Gives a method's handler with all that stands before it; None where there is no such method.
FindHandler: TypeAlias = Callable[[grpc.HandlerCallDetails], Awaitable["Handler | None"]]


def handlers_behind(
    interceptors: Sequence[grpc.aio.ServerInterceptor], methods: Mapping[str, Handler]
) -> FindHandler:
    """Makes what gives a method with all that stands before it, the outermost first.

    Methods with streams are not found, for they have streams of their own.
    """

    async def method(details: grpc.HandlerCallDetails) -> Handler | None:
        handler = methods.get(details.method)
        return handler if handler and handler.unary_unary else None

    find: FindHandler = method
    for interceptor in reversed(interceptors):
        find = cast("FindHandler", partial(interceptor.intercept_service, find))
    return find


class TunnelledCall:
    """Stands for gRPC's context of a call; has what our methods and what stands before them use."""

    def __init__(self, call: TunnelCall, peer: str) -> None:
        """Takes what came, and the peer at the tunnel's other end."""
        self._call = call
        self._peer = peer
        self._is_too_large = call.ByteSize() - len(call.request) > METADATA_BYTES
        entries = () if self._is_too_large else call.metadata
        metadata = tuple((each.key, each.value) for each in entries)
        self._details = Details(call.method, metadata)
        self._decode: Callable[[bytes], Any] | None = None
        self._code: grpc.StatusCode | None = None
        self._message = ""
        self._trailing: Metadata = ()

    async def answer(self, find: FindHandler) -> TunnelAnswer:
        """Answers the call."""
        response = b""
        # What it ends with is noted then.
        with suppress(grpc.aio.AbortError):
            response = await self._respond(find)
        if self._code is None:
            return TunnelAnswer(call_id=self._call.call_id, response=response)
        return TunnelAnswer(
            call_id=self._call.call_id,
            code=self._code.value[0],
            message=self._message,
            status_details=self._status_details(),
        )

    def _status_details(self) -> bytes:
        value = dict(self._trailing).get(STATUS_DETAILS, b"")
        return value if isinstance(value, bytes) else b""

    async def _respond(self, find: FindHandler) -> bytes:
        if self._is_too_large:
            problem = f"The metadata of a call may have at most {METADATA_BYTES} bytes."
            await self.abort(grpc.StatusCode.RESOURCE_EXHAUSTED, problem)
        handler = await find(cast("grpc.HandlerCallDetails", self._details))
        if handler is None:
            await self.abort(grpc.StatusCode.UNIMPLEMENTED, "There is no such method in a tunnel.")
        self._decode = handler.request_deserializer
        # What stands before a method reads its message itself.
        behaviour: Any = handler.stream_unary
        context: Context = self
        response = await behaviour(None, context)
        encode = handler.response_serializer
        encoded: bytes = encode(response) if encode else response
        return encoded

    async def read(self) -> Any:
        """Gives the request."""
        assert self._decode  # noqa: S101 - every method of ours has one
        return self._decode(self._call.request)

    def peer(self) -> str:
        """Tells who is at the other end, as gRPC writes it."""
        return self._peer

    def set_trailing_metadata(self, metadata: Metadata) -> None:
        """Sets what goes with the end of the call."""
        self._trailing = metadata

    def code(self) -> grpc.StatusCode | None:
        """Gives the code that the call ends with; None where none was set."""
        return self._code

    async def abort(
        self,
        code: grpc.StatusCode,
        details: str = "",
        trailing_metadata: Metadata = (),
    ) -> NoReturn:
        """Ends the call. Raises AbortError, which nobody is to catch."""
        self._code, self._message, self._trailing = code, details, trailing_metadata
        raise grpc.aio.AbortError

    async def abort_with_status(self, status: grpc.Status) -> NoReturn:
        """Ends the call as abort does."""
        await self.abort(status.code, status.details, status.trailing_metadata or ())
