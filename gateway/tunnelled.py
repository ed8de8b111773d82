"""A channel whose calls go through a tunnel while one is open, for the stubs to be made with."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any, Generic, TypeVar, cast

import grpc
from invoicejobs.v1 import tunnel_pb2_grpc
from invoicejobs.v1.tunnel_pb2 import TunnelAnswer

from gateway.asked import CallMetadata
from gateway.retrying import is_read
from gateway.tunnel import LARGEST_METADATA, LARGEST_REQUEST, Stream, Tunnel, TunnelEnded

log = logging.getLogger(__name__)

#: Seconds until another tunnel is opened: after one ended, and after the server refused one.
PAUSE = 0.5
REFUSED_PAUSE = 60.0
#: What a server says that has no tunnels, or does not take us for a gateway.
_REFUSALS = {grpc.StatusCode.UNIMPLEMENTED, grpc.StatusCode.PERMISSION_DENIED}
_CODES = {code.value[0]: code for code in grpc.StatusCode}

Request = TypeVar("Request")
Response = TypeVar("Response")


class TunnelledChannel:
    """Makes what the stubs call, as a channel does."""

    def __init__(self, channel: grpc.aio.Channel) -> None:
        """Takes the channel for the tunnels, and for all that goes through none."""
        self._channel = channel
        self._open = tunnel_pb2_grpc.TunnelStub(channel).OpenTunnel
        self._tunnel: Tunnel | None = None
        self._was_refused = False
        # Streams have streams of their own.
        self.unary_stream = channel.unary_stream
        self.stream_unary = channel.stream_unary
        self.stream_stream = channel.stream_stream

    @property
    def tunnel(self) -> Tunnel | None:
        """The tunnel that takes calls; None while there is none."""
        return self._tunnel if self._tunnel and self._tunnel.takes_calls else None

    def unary_unary(
        self,
        method: str,
        request_serializer: Callable[[Request], bytes],
        response_deserializer: Callable[[bytes], Response],
        _registered_method: bool = False,  # noqa: FBT002 - gRPC's own
    ) -> _Method[Request, Response]:
        """Makes what calls a method."""
        plain = self._channel.unary_unary(method, request_serializer, response_deserializer)
        return _Method(self, method, plain, request_serializer, response_deserializer)

    async def keep_open(self) -> None:
        """Opens a tunnel, and another when it ends, for ever."""
        task = asyncio.current_task()
        while True:
            try:
                pause = await self._carry()
            except asyncio.CancelledError:  # gRPC raises it for streams that were ended here, too.
                pause = PAUSE
            # And it swallows one that comes while it connects.
            if task and task.cancelling():
                return
            await asyncio.sleep(pause)

    async def _carry(self) -> float:
        """Opens a tunnel for as long as it lasts. Gives the seconds until the next one."""
        stream: Stream = self._open(wait_for_ready=True)
        try:
            # Before the server's first response it might refuse us.
            if await stream.read() is grpc.aio.EOF:
                return PAUSE
            self._was_refused = False
            self._tunnel = Tunnel(stream)
            await self._tunnel.carry()
        except grpc.aio.AioRpcError as error:
            if error.code() not in _REFUSALS:
                log.debug("The tunnel broke: %s", error.details())
                return PAUSE
            if not self._was_refused:
                log.warning("The server opens no tunnel, so calls are slower: %s", error.details())
            self._was_refused = True
            return REFUSED_PAUSE
        finally:
            stream.cancel()
        return PAUSE


class _Method(Generic[Request, Response]):
    """Calls a method.

    What has no tunnel to go through, or one that ended before it was sent, is a call of its own; so
    is, once more, a read that the server may have begun or could not answer.
    """

    def __init__(
        self,
        channel: TunnelledChannel,
        name: str,
        plain: Callable[..., Awaitable[Response]],
        encode: Callable[[Request], bytes],
        decode: Callable[[bytes], Response],
    ) -> None:
        """Takes the method's full name, and what makes a call of its own."""
        self._channel = channel
        self._name = name
        self._can_repeat = is_read(name)
        self._plain = plain
        self._encode = encode
        self._decode = decode

    def __call__(
        self, request: Request, *, timeout: float, metadata: CallMetadata
    ) -> Awaitable[Response]:
        """Makes a call that takes at most timeout seconds. Raises AioRpcError."""
        tunnel, encoded = self._channel.tunnel, self._encode(request)
        if tunnel is None or not _is_small(encoded, metadata):
            return self._plain(request, timeout=timeout, metadata=metadata)
        deadline = asyncio.get_running_loop().time() + timeout
        return self._through(tunnel, request, encoded, deadline, metadata)

    async def _through(
        self,
        tunnel: Tunnel,
        request: Request,
        encoded: bytes,
        deadline: float,
        metadata: CallMetadata,
    ) -> Response:
        try:
            answer = await tunnel.ask(self._name, encoded, deadline, metadata)
        except TimeoutError:
            raise _error(grpc.StatusCode.DEADLINE_EXCEEDED, "Deadline Exceeded") from None
        except TunnelEnded as ended:
            if ended.is_begun and not self._can_repeat:
                raise _error(grpc.StatusCode.UNAVAILABLE, "The connection was lost.") from None
        else:
            if not answer.code:
                return self._decode(answer.response)
            error = _error_of(answer)
            if not (self._can_repeat and error.code() is grpc.StatusCode.UNAVAILABLE):
                raise error
        rest = max(deadline - asyncio.get_running_loop().time(), 0.0)
        return await self._plain(request, timeout=rest, metadata=metadata)


@asynccontextmanager
async def tunnelled(channel: grpc.aio.Channel) -> AsyncIterator[grpc.aio.Channel]:
    """Gives a channel whose calls go through tunnels while the block lasts."""
    through = TunnelledChannel(channel)
    keeping = asyncio.get_running_loop().create_task(through.keep_open())
    try:
        yield cast("grpc.aio.Channel", through)
    finally:
        keeping.cancel()
        with suppress(asyncio.CancelledError):
            await keeping


def _is_small(encoded: bytes, metadata: CallMetadata) -> bool:
    """Tells whether a call does not hold up others in a tunnel."""
    if len(encoded) > LARGEST_REQUEST:
        return False
    return sum(len(value) for _, value in metadata) <= LARGEST_METADATA


def _error_of(answer: TunnelAnswer) -> grpc.aio.AioRpcError:
    """Makes the error that a call of its own would have ended with."""
    code = _CODES.get(answer.code, grpc.StatusCode.UNKNOWN)
    return _error(code, answer.message, answer.status_details)


def _error(code: grpc.StatusCode, message: str, details: bytes = b"") -> grpc.aio.AioRpcError:
    trailing: Any = (("grpc-status-details-bin", details),) if details else ()
    return grpc.aio.AioRpcError(
        code, grpc.aio.Metadata(), grpc.aio.Metadata(*trailing), details=message
    )
