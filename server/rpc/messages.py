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
from server.rpc.handlers import Context, when_ended
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

    async def read(self, context: Context) -> Any:
        """Reads a call's only message; ends the call when it does not come, or is too much."""
        place = _Place(self)
        try:
            # Most are here at once: only of those that are not the end is set.
            async with asyncio.timeout(None) as limit:
                late = asyncio.get_running_loop().call_later(
                    min(PROMPT, self._patience), place.wait_on, limit
                )
                try:
                    request = await context.read()
                finally:
                    late.cancel()
                    place.give_back()
        except TimeoutError:
            if place.refused:
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

    def take_largest(self) -> int:
        """Takes room for the largest message; gives its bytes, 0 when there is none."""
        return self._largest if self.take(self._largest) else 0

    @property
    def more_patience(self) -> float:
        """Gives the seconds that a message may still take which was not here at once."""
        return max(0.0, self._patience - PROMPT)

    async def _keep(self, size: int, context: Context) -> None:
        """Counts bytes until the call ends, or ends it at once."""
        if not self.take(size):
            await _refuse(context)
        when_ended(partial(self.give_back, size))


class _Place:
    """Room for a message that takes its time."""

    def __init__(self, messages: Messages) -> None:
        self._messages = messages
        self._taken = 0
        self.refused = False

    def wait_on(self, limit: asyncio.Timeout) -> None:
        """Sets the room aside and when to wait no longer, or ends the waiting."""
        more = self._messages.more_patience
        if more:
            self._taken = self._messages.take_largest()
            self.refused = not self._taken
        limit.reschedule(asyncio.get_running_loop().time() + (0.0 if self.refused else more))

    def give_back(self) -> None:
        """Gives the room back."""
        self._messages.give_back(self._taken)
        self._taken = 0


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
