"""Reads messages so that all that are held at the same time have a bound, whoever sends them.

A message that is here at once, and small, is not counted: the number of calls bounds those. One
that takes its time may become as large as any, so room for the largest is set aside before more of
it is read; until then it is held back by the transport's window, some ten kilobytes. One that is
large and here is counted as what it is, until its call ends.
"""

from __future__ import annotations

import asyncio
from functools import partial
from typing import Any, NoReturn

import grpc
from google.protobuf.message import Message

from server.domain.errors import LimitExceeded
from server.handlers import Context
from server.rpc.answering import task_of_call, when_ended
from server.rpc.overdue import Overdue
from server.rpc.status import status_of

#: Seconds within which a message is here at once.
PROMPT = 0.25
#: Bytes up to which a message is small.
SMALL = 64 * 1024


class Messages:
    """Reads messages, and counts them."""

    def __init__(
        self, most: int, largest: int, patience: float, *, all_small: bool = False
    ) -> None:
        """Takes bytes of all messages and of one, and the seconds that one may take.

        all_small tells that messages which are not small are refused for good.
        """
        self._free = most
        self._all_small = all_small
        self._largest = min(largest, most)
        self._patience = patience
        self._reading: Overdue[_Reading] = Overdue(min(PROMPT, patience), self._wait_on)

    async def read(self, context: Context) -> Any:
        """Reads a call's only message; ends the call when it does not come, or is too much."""
        reading = _Reading(task_of_call())
        self._reading.begin(reading)
        try:
            request = await context.read()
        except asyncio.CancelledError:
            if not reading.is_over():
                raise
            request = _LATE
        finally:
            self._reading.end(reading)
            self._free += reading.end()
        if request is _LATE:
            if reading.refused:
                await _refuse(context)
            await _abort_late(context, self._patience)
        if request is grpc.aio.EOF:
            await context.abort(
                grpc.StatusCode.INVALID_ARGUMENT, "The call must have one message, and whole."
            )
        if isinstance(request, Message) and (size := request.ByteSize()) > SMALL:
            if self._all_small:
                await context.abort(
                    grpc.StatusCode.RESOURCE_EXHAUSTED,
                    f"The message may have at most {SMALL} bytes without a token.",
                )
            await self._keep(size, context)
        return request

    async def open_stream(self, context: Context) -> None:
        """Sets room aside for a stream: each of its messages may become as large as any."""
        await self._keep(self._largest, context)

    async def next_of(self, stream: Any, context: Context) -> Any:
        """Reads a stream's next message; None at its end. Ends the call when it falls silent."""
        try:
            async with asyncio.timeout(self._patience):
                return await anext(stream, None)
        except TimeoutError:
            await _abort_late(context, self._patience)

    def take(self, size: int) -> bool:
        """Takes so many bytes if there are as many."""
        if size > self._free:
            return False
        self._free -= size
        return True

    def give_back(self, size: int) -> None:
        """Gives bytes back."""
        self._free += size

    def _wait_on(self, reading: _Reading) -> None:
        """Sets room aside for a message that was not here at once, or ends the waiting."""
        more = max(0.0, self._patience - PROMPT)
        if more and self.take(self._largest):
            reading.go_on(self._largest, more)
        else:
            reading.refused = more > 0
            reading.give_up()

    async def _keep(self, size: int, context: Context) -> None:
        """Counts bytes until the call ends, or ends it at once."""
        if not self.take(size):
            await _refuse(context)
        when_ended(partial(self.give_back, size))


#: Stands for a message that did not come.
_LATE = object()


class _Reading:
    """The reading of a call's message."""

    __slots__ = ("_cancelled_before", "_gave_up", "_room", "_task", "_timer", "refused")

    def __init__(self, task: asyncio.Task[Any]) -> None:
        self._task = task
        #: How often somebody else had cancelled the call when it began.
        self._cancelled_before = task.cancelling()
        self._gave_up = False
        #: Bytes that are set aside for it, and what gives it up.
        self._room = 0
        self._timer: asyncio.TimerHandle | None = None
        self.refused = False

    def go_on(self, room: int, seconds: float) -> None:
        """Goes on for so many seconds, with so many bytes of room."""
        self._room = room
        self._timer = asyncio.get_running_loop().call_later(seconds, self.give_up)

    def give_up(self) -> None:
        """Ends it; as asyncio.Timeout does, which every call would have to make."""
        self._gave_up = True
        self._task.cancel()

    def is_over(self) -> bool:
        """Tells, of a call that was cancelled, whether only its message was given up."""
        return self._gave_up and self._task.uncancel() <= self._cancelled_before

    def end(self) -> int:
        """Notes that it has ended; gives the bytes that were set aside."""
        if self._timer is not None:
            self._timer.cancel()
        return self._room


async def _refuse(context: Context) -> NoReturn:
    error = LimitExceeded(
        "The server holds as many messages as it can. Try again in a moment.",
        reason="TOO_MANY_MESSAGES",
        retry_after=1.0,
    )
    await context.abort_with_status(status_of(error, ""))


async def _abort_late(context: Context, seconds: float) -> NoReturn:
    await context.abort(
        grpc.StatusCode.DEADLINE_EXCEEDED,
        f"No message of the call arrived within {seconds:g} seconds.",
    )
