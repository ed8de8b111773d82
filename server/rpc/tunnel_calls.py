"""The server's end of an open tunnel: the calls that are under way in it, and their answers.

What a call goes through is what calls by themselves do: each is a task with a context of its own,
and comes by all that stands before the methods.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextvars import Context as Variables
from functools import partial

import grpc
from google.protobuf.message import DecodeError
from invoicejobs.v1.tunnel_pb2 import (
    OpenTunnelRequest,
    OpenTunnelResponse,
    TunnelAnswer,
    TunnelCall,
)

from server.domain.errors import InvalidInput
from server.rpc.tunnelled_call import FindHandler, TunnelledCall

log = logging.getLogger(__name__)

#: Calls of a tunnel that are under way or wait for the gateway to take their answers, beyond those
#: that may be answered at the same time: one more than those is refused at once, and makes room.
MOST_MORE = 1000
#: Bytes of the largest message of a gateway; ours put some 512 KiB into one.
LARGEST_REQUEST = 1024 * 1024
#: Bytes of answers that wait for the gateway to take them, before more calls are begun.
MOST_BYTES = 16 * 1024 * 1024
#: Bytes of answers in one response, but for one that has more by itself.
RESPONSE_BYTES = 256 * 1024
#: Bytes of the largest message that gateways take.
LARGEST_MESSAGE = 64 * 1024 * 1024


class TunnelCalls:
    """The calls of one tunnel. Belongs to the event loop."""

    def __init__(self, find: FindHandler, peer: str, most: int, largest: int) -> None:
        """Takes what gives a method, how many calls there may be, and the bytes of a response."""
        self._find = find
        self._peer = peer
        self._most = most
        self._largest = largest
        self._under_way: dict[int, asyncio.Task[TunnelAnswer]] = {}
        #: Ids of those of them that nobody waits for any more.
        self._given_up: set[int] = set()
        self._answers: list[TunnelAnswer] = []
        #: Bytes of their responses.
        self._held = 0
        #: Whether the gateway is to be asked to close the tunnel, and whether it has done so.
        self._shall_ask = False
        self._is_closed = False
        #: Set when there may be something for the next response, or room for another call.
        self._news = asyncio.Event()
        self._room = asyncio.Event()

    async def read(self, requests: AsyncIterator[bytes]) -> None:
        """Begins the calls that come, until no more do. Raises InvalidInput."""
        try:
            async for data in requests:
                request = _decoded(data)
                for call in request.calls:
                    while self._is_full():
                        self._room.clear()
                        await self._room.wait()
                    self._begin(call)
                for call_id in request.cancelled_call_ids:
                    self._give_up(call_id)
        finally:
            self._is_closed = True
            self._news.set()

    def _is_full(self) -> bool:
        calls = len(self._under_way) + len(self._answers)
        return calls >= self._most or self._held >= MOST_BYTES

    def _begin(self, call: TunnelCall) -> None:
        if call.call_id in self._under_way:
            raise InvalidInput.field("call_id", "is the one of another call that is under way")
        answering = TunnelledCall(call, self._peer).answer(self._find)
        # Its variables are not those of the tunnel, which is a call itself.
        task = asyncio.get_running_loop().create_task(answering, context=Variables())
        self._under_way[call.call_id] = task
        task.add_done_callback(partial(self._end, call.call_id))

    def _give_up(self, call_id: int) -> None:
        if task := self._under_way.get(call_id):
            self._given_up.add(call_id)
            task.cancel()

    def _end(self, call_id: int, task: asyncio.Task[TunnelAnswer]) -> None:
        del self._under_way[call_id]
        if call_id in self._given_up:
            self._given_up.remove(call_id)
        else:
            answer = self._answer_of(call_id, task)
            self._answers.append(answer)
            self._held += len(answer.response)
        self._news.set()
        self._room.set()

    def _answer_of(self, call_id: int, task: asyncio.Task[TunnelAnswer]) -> TunnelAnswer:
        if task.cancelled():
            return _refusal(call_id, grpc.StatusCode.CANCELLED, "")
        if error := task.exception():
            # gRPC says the same. What is further in catches all that it knows of.
            log.error("a call in a tunnel failed", exc_info=error)
            return _refusal(call_id, grpc.StatusCode.UNKNOWN, "The server failed unexpectedly.")
        answer = task.result()
        if len(answer.response) <= self._largest:
            return answer
        # gRPC would say the same of a call of its own; here it would end all that are under way.
        problem = f"The response has more than {self._largest} bytes."
        return _refusal(call_id, grpc.StatusCode.RESOURCE_EXHAUSTED, problem)

    async def next_response(self) -> OpenTunnelResponse | None:
        """Gives what is to be sent next; None when the tunnel is closed and all was sent."""
        while not (self._answers or self._shall_ask):
            if self._is_closed and not self._under_way:
                return None
            self._news.clear()
            await self._news.wait()
        is_closing, self._shall_ask = self._shall_ask, False
        response = OpenTunnelResponse(answers=self._take_answers(), is_closing=is_closing)
        self._room.set()
        return response

    def _take_answers(self) -> list[TunnelAnswer]:
        size = count = 0
        for answer in self._answers:
            size += answer.ByteSize()
            if count and size > RESPONSE_BYTES:
                break
            count += 1
        answers, self._answers = self._answers[:count], self._answers[count:]
        self._held -= sum(len(answer.response) for answer in answers)
        return answers

    def ask_to_close(self) -> None:
        """Asks the gateway to send no more calls."""
        self._shall_ask = True
        self._news.set()

    def break_off(self) -> None:
        """Ends all calls: nobody is there any more who waits for them."""
        for task in self._under_way.values():
            task.cancel()


def _decoded(data: bytes) -> OpenTunnelRequest:
    if len(data) > LARGEST_REQUEST:
        raise InvalidInput.field("request", f"may have at most {LARGEST_REQUEST} bytes in a tunnel")
    try:
        return OpenTunnelRequest.FromString(data)
    except DecodeError as error:
        raise InvalidInput.field(
            "request", "is no OpenTunnelRequest", reason="UNDECODABLE"
        ) from error


def _refusal(call_id: int, code: grpc.StatusCode, message: str) -> TunnelAnswer:
    return TunnelAnswer(call_id=call_id, code=code.value[0], message=message)
