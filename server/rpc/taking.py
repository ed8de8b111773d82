"""Ends calls whose clients do not take what they asked for: a place is not for ever."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import AsyncIterator
from contextlib import aclosing, suppress
from functools import partial
from typing import Any

import grpc

from server.handlers import Context, Handler, behaviour_of, with_behaviour
from server.rpc.addresses import rate_key
from server.rpc.answering import task_of_call, when_ended
from server.rpc.overdue import Overdue
from server.rpc.places import Places
from server.service.origin import current_origin


class Taking:
    """Gives clients so long to take each message of an answer."""

    def __init__(self, patience: float, of_address: Places) -> None:
        """Takes seconds, and the places of addresses, which count what is never taken on."""
        self._patience = patience
        # The transport has the answer with its end, and only that is waited for.
        self._answers: Overdue[asyncio.Task[Any]] = Overdue(patience, asyncio.Task.cancel)
        self._of_address = of_address
        self._ending: set[asyncio.Task[None]] = set()

    def surround(self, handler: Handler) -> Handler:
        """Surrounds a handler, whose answer is given up when it is not taken."""
        behaviour = behaviour_of(handler)

        async def stream(request: Any, context: Context) -> AsyncIterator[Any]:
            task = task_of_call()
            # Closes what is further in at once when the client leaves.
            async with aclosing(behaviour(request, context)) as responses:
                async for response in responses:
                    timer = self._after_patience(
                        self._end, task, context, rate_key(current_origin().address)
                    )
                    try:
                        yield response
                    finally:
                        timer.cancel()

        async def call(request: Any, context: Context) -> Any:
            response = await behaviour(request, context)
            task = task_of_call()
            self._answers.begin(task)
            when_ended(partial(self._answers.end, task))
            return response

        return with_behaviour(handler, stream if inspect.isasyncgenfunction(behaviour) else call)

    def _after_patience(self, act: Any, *given: Any) -> asyncio.TimerHandle:
        return asyncio.get_running_loop().call_later(self._patience, act, *given)

    def _end(self, task: asyncio.Task[Any], context: Context, key: str) -> None:
        """Ends a stream, which frees its place among all calls, and tells the client."""
        task.cancel()
        ending = asyncio.ensure_future(self._tell(context, key))
        self._ending.add(ending)
        ending.add_done_callback(self._ending.discard)

    async def _tell(self, context: Context, key: str) -> None:
        """Tells the client, who may not take that, either: until it goes its address has a call."""
        with self._of_address.kept(key), suppress(grpc.aio.BaseError, asyncio.CancelledError):
            await context.abort(
                grpc.StatusCode.DEADLINE_EXCEEDED,
                f"The answer was not taken on for {self._patience:g} seconds.",
            )
