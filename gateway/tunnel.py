"""One stream that carries calls to the server, and their answers back.

What gRPC for Python does for each call that has a stream of its own takes the gateway and the
server longer than all else that they do for most of them.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from itertools import count
from typing import TypeAlias

import grpc
from invoicejobs.v1.tunnel_pb2 import (
    OpenTunnelRequest,
    OpenTunnelResponse,
    TunnelAnswer,
    TunnelCall,
    TunnelMetadata,
)

from gateway.asked import CallMetadata

#: Bytes of the largest request that goes through a tunnel: others would wait behind a larger one.
LARGEST_REQUEST = 8 * 1024
#: Bytes of metadata: what has more is for the server to refuse.
LARGEST_METADATA = 16 * 1024
#: Bytes of calls in one message of the stream: with one more of the largest, and with the ids of
#: those that are given up, less than a server takes (1 MiB).
MOST_TOGETHER = 512 * 1024

Stream: TypeAlias = "grpc.aio.StreamStreamCall[OpenTunnelRequest, OpenTunnelResponse]"


class TunnelEnded(Exception):
    """The tunnel ended before the call was answered."""

    def __init__(self, *, is_begun: bool) -> None:
        super().__init__()
        #: Whether the server may have begun the call.
        self.is_begun = is_begun


class Tunnel:
    """An open tunnel. Belongs to the event loop."""

    def __init__(self, stream: Stream) -> None:
        """Takes a stream whose first response has come."""
        self._stream = stream
        self._ids = count(1)
        self._waiting: dict[int, asyncio.Future[TunnelAnswer]] = {}
        #: What was not sent yet: calls by their ids, and ids of those that were and that nobody
        #: waits for any more.
        self._unsent: dict[int, TunnelCall] = {}
        self._cancelled: list[int] = []
        #: Set when there is something to send, or will be no more.
        self._news = asyncio.Event()
        #: Whether it may be asked.
        self.takes_calls = True

    async def ask(
        self, method: str, request: bytes, deadline: float, metadata: CallMetadata
    ) -> TunnelAnswer:
        """Makes a call; the deadline is in the event loop's time.

        Raises TunnelEnded, and TimeoutError at the deadline.
        """
        loop = asyncio.get_running_loop()
        if loop.time() >= deadline:
            raise TimeoutError
        if not self.takes_calls:
            raise TunnelEnded(is_begun=False)
        call_id = next(self._ids)
        entries = [TunnelMetadata(key=key, value=value) for key, value in metadata]
        waiting: asyncio.Future[TunnelAnswer] = loop.create_future()
        self._waiting[call_id] = waiting
        # asyncio.timeout does the same, and takes longer.
        timer = loop.call_at(deadline, _give_up, waiting)
        self._unsent[call_id] = TunnelCall(
            call_id=call_id, method=method, metadata=entries, request=request
        )
        self._news.set()
        try:
            return await waiting
        except (asyncio.CancelledError, TimeoutError):
            if self._unsent.pop(call_id, None) is None:
                self._cancelled.append(call_id)
                self._news.set()
            raise
        finally:
            timer.cancel()
            del self._waiting[call_id]

    async def carry(self) -> None:
        """Carries calls and answers until the tunnel ends. Raises AioRpcError if it breaks."""
        sending = asyncio.get_running_loop().create_task(self._send())
        try:
            # What is no message is None.
            while isinstance(response := await self._stream.read(), OpenTunnelResponse):
                for answer in response.answers:
                    waiting = self._waiting.get(answer.call_id)
                    if waiting and not waiting.done():
                        waiting.set_result(answer)
                if response.is_closing:
                    self._close()
        finally:
            self._close()
            self._end()
            sending.cancel()
            self._stream.cancel()
            await asyncio.gather(sending, return_exceptions=True)

    async def _send(self) -> None:
        """Sends what there is until no more calls are taken, and all were sent."""
        try:
            while self.takes_calls or self._unsent:
                await self._news.wait()
                calls = [*self._next_calls()]
                cancelled, self._cancelled = self._cancelled, []
                if not self._unsent:
                    self._news.clear()
                # While it is written, those that come gather.
                await self._stream.write(
                    OpenTunnelRequest(calls=calls, cancelled_call_ids=cancelled)
                )
            await self._stream.done_writing()
        except Exception:
            # Nobody else hears of it, and what is not sent would be waited for.
            self._stream.cancel()
            raise

    def _next_calls(self) -> Iterator[TunnelCall]:
        """Takes those that go together. A busy event loop sends but one message in each turn."""
        size = 0
        while self._unsent and size < MOST_TOGETHER:
            call = self._unsent.pop(next(iter(self._unsent)))
            size += call.ByteSize()
            yield call

    def _close(self) -> None:
        """Takes no more calls."""
        self.takes_calls = False
        self._news.set()

    def _end(self) -> None:
        """Tells those who wait that no more answers come."""
        for call_id, waiting in self._waiting.items():
            if not waiting.done():
                waiting.set_exception(TunnelEnded(is_begun=call_id not in self._unsent))


def _give_up(waiting: asyncio.Future[TunnelAnswer]) -> None:
    if not waiting.done():
        waiting.set_exception(TimeoutError())
