"""Opens tunnels as a gateway does, to make calls in them one by one, and alone for comparison."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, fields
from ipaddress import ip_network
from itertools import count
from typing import Any

import grpc
from google.protobuf.message import Message
from google.rpc import error_details_pb2, status_pb2
from invoicejobs.v1 import tunnel_pb2_grpc
from invoicejobs.v1.tunnel_pb2 import (
    OpenTunnelRequest,
    OpenTunnelResponse,
    TunnelAnswer,
    TunnelCall,
    TunnelMetadata,
)

from server.rpc.admission import Guards
from server.rpc.serving import Limits
from server.rpc.tunnelled_call import STATUS_DETAILS
from tests.grpc.door import DEADLINE, Door

LOOPBACK = (ip_network("127.0.0.0/8"),)
METADATA = tuple[tuple[str, str], ...]


#: Which limits are those of Guards.
_GUARDS = {field.name for field in fields(Guards)}


def gateway_limits(**limits: Any) -> Limits:
    """Makes limits of a door that takes this machine for a gateway."""
    guards = {name: value for name, value in limits.items() if name in _GUARDS}
    more = {name: value for name, value in limits.items() if name not in _GUARDS}
    return Limits(guards=Guards(gateways=LOOPBACK, **guards), **more)


@dataclass(frozen=True)
class Outcome:
    """What a call ended with, whichever way it came."""

    code: int
    response: bytes
    message: str
    details: bytes

    @property
    def status(self) -> grpc.StatusCode:
        """The code by its name."""
        return next(each for each in grpc.StatusCode if each.value[0] == self.code)

    @property
    def reason(self) -> str:
        """Why it failed, for programs."""
        return self._detail(error_details_pb2.ErrorInfo()).reason

    @property
    def wait(self) -> float:
        """The seconds after which to come again; 0 where none were given."""
        retry = self._detail(error_details_pb2.RetryInfo())
        return retry.retry_delay.ToTimedelta().total_seconds()

    def _detail(self, found: Any) -> Any:
        for detail in status_pb2.Status.FromString(self.details).details:
            detail.Unpack(found)
        return found


class RawTunnel:
    """An open tunnel; its answers are read when they are asked for."""

    def __init__(self, stream: Any) -> None:
        self.stream = stream
        #: What came and was not asked for yet, by the calls' ids.
        self.answers: dict[int, TunnelAnswer] = {}
        #: Whether the server has asked for the tunnel to be closed.
        self.shall_close = False
        self._ids = count(1)

    async def begin(
        self, path: str, request: Message | bytes, metadata: METADATA = (), call_id: int = 0
    ) -> int:
        """Sends a call and gives its id."""
        call_id = call_id or next(self._ids)
        await self.stream.write(
            OpenTunnelRequest(calls=[tunnel_call(call_id, path, request, metadata)])
        )
        return call_id

    async def cancel(self, *call_ids: int) -> None:
        """Gives up calls."""
        await self.stream.write(OpenTunnelRequest(cancelled_call_ids=call_ids))

    async def outcome(self, call_id: int) -> Outcome:
        """Waits for the answer of a call."""
        while call_id not in self.answers:
            assert await self.read(), "the tunnel was closed"
        answer = self.answers.pop(call_id)
        return Outcome(answer.code, answer.response, answer.message, answer.status_details)

    async def call(self, path: str, request: Message | bytes, metadata: METADATA = ()) -> Outcome:
        """Makes a call and waits for its answer."""
        return await self.outcome(await self.begin(path, request, metadata))

    async def read(self) -> bool:
        """Reads what comes next; tells whether there was anything."""
        response = await self.stream.read()
        if response is grpc.aio.EOF:
            return False
        for answer in response.answers:
            assert answer.call_id not in self.answers, "a call was answered twice"
            self.answers[answer.call_id] = answer
        self.shall_close = self.shall_close or response.is_closing
        return True

    async def close_when_asked(self) -> grpc.StatusCode:
        """Closes the tunnel when the server asks for it, and gives what it ends with."""
        while not self.shall_close:
            assert await self.read(), "the tunnel was closed"
        await self.stream.done_writing()
        return await self.end()

    async def end(self) -> grpc.StatusCode:
        """Reads until the server ends the tunnel, and gives the code."""
        try:
            while await self.read():
                pass
        except grpc.aio.AioRpcError as error:
            return error.code()
        return grpc.StatusCode.OK


def tunnel_call(
    call_id: int, path: str, request: Message | bytes, metadata: Iterable[tuple[str, str]] = ()
) -> TunnelCall:
    """Makes a call as it is sent."""
    data = request if isinstance(request, bytes) else request.SerializeToString()
    entries = [TunnelMetadata(key=key, value=value) for key, value in metadata]
    return TunnelCall(call_id=call_id, method=path, metadata=entries, request=data)


@asynccontextmanager
async def open_tunnel(door: Door) -> AsyncIterator[RawTunnel]:
    """Opens a tunnel for as long as the block lasts."""
    stream = tunnel_pb2_grpc.TunnelStub(door.channel).OpenTunnel(timeout=DEADLINE)
    try:
        assert await stream.read() == OpenTunnelResponse()
        yield RawTunnel(stream)
    finally:
        stream.cancel()


async def call_alone(
    door: Door, path: str, request: Message | bytes, metadata: METADATA = ()
) -> Outcome:
    """Makes a call that has a stream of its own."""
    data = request if isinstance(request, bytes) else request.SerializeToString()
    call: Any = door.channel.unary_unary(path)
    try:
        response = await call(data, metadata=metadata, timeout=DEADLINE)
    except grpc.aio.AioRpcError as error:
        details = dict(error.trailing_metadata()).get(STATUS_DETAILS, b"")
        assert isinstance(details, bytes)
        return Outcome(error.code().value[0], b"", error.details() or "", details)
    return Outcome(0, response, "", b"")
