"""Refuses calls while too many wait in the transport, so that nobody waits long for an answer.

gRPC keeps the calls that come faster than they are answered, and gives them to us one by one. None
of them has a place yet that could be counted, and each would wait for all before it: its client
would give up, and be answered for nothing. So we look how many there are, and while they are more
than are answered in a moment, those that we are given are told at once to come again.
"""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections.abc import Callable
from typing import Any

import grpc

# What grpcio-channelz is made of, which does not come for this release of gRPC.
from grpc._cython import cygrpc  # type: ignore[attr-defined] # its stubs leave it out

from server.domain.errors import LimitExceeded
from server.handlers import Continuation, Handler, ServicerContext
from server.rpc.answering import when_ended
from server.rpc.status import status_of
from server.rpc.transport import MOST_PENDING

log = logging.getLogger(__name__)

#: Calls that may wait: about a second of work, so that a burst of some hundred is served and not
#: refused. More would wait longer than their clients like to.
MOST_WAITING = 1000
#: Health checks are answered however much there is to do: the server is not dead.
_HEALTH = "/grpc.health.v1.Health/"
#: The client's own id of its request, which it gets back.
_REQUEST_ID = "x-request-id"
#: Between two looks at gRPC's counts: calls, seconds, and as many times the time that one took,
#: which is up to a millisecond.
_CALLS_BETWEEN = 16
_BETWEEN = 0.02
_TIMES_BETWEEN = 100
#: Seconds in which a call that waits would have been given to us.
_IDLE = 0.002


class Waiting:
    """Knows how many calls wait in the transport. Belongs to the event loop.

    gRPC counts the calls that came and those that ended; of those that are open the ones wait that
    we were not given. It does not count the end of those that it broke off itself because more than
    MOST_PENDING waited: these are found out when none is given to us though some seem to wait.
    """

    def __init__(self) -> None:
        """Counts the calls of the server that was made last."""
        self._server = _newest_server()
        self._given = 0
        self._open = 0
        self._count = 0
        self._broken_off = 0
        self._next_look = 0.0
        self._finding: asyncio.Task[None] | None = None
        self._look()

    def take(self) -> int:
        """Notes that the current task was given a call, and tells how many wait behind it."""
        self._given += 1
        self._open += 1
        self._count -= 1
        when_ended(self._end)
        if self._given % _CALLS_BETWEEN == 0 and (begun := time.monotonic()) >= self._next_look:
            self._look()
            ended = time.monotonic()
            self._next_look = ended + max(_BETWEEN, _TIMES_BETWEEN * (ended - begun))
        return self._count

    def _end(self) -> None:
        self._open -= 1

    def _look(self) -> None:
        try:
            counts = json.loads(cygrpc.channelz_get_server(self._server))["server"]["data"]
        except ValueError:
            # One that came to its end while ours was made. Calls must not fail for that.
            self._server, self._count = _newest_server(), 0
            return
        came, *ended = (int(counts[f"calls{what}"]) for what in ("Started", "Succeeded", "Failed"))
        open_calls = came - sum(ended)
        self._broken_off = max(0, min(self._broken_off, open_calls - self._open))
        self._count = open_calls - self._open - self._broken_off
        # Not only beyond the limit: they may come and be broken off between two looks.
        if self._count > MOST_PENDING // 2 and self._finding is None:
            self._finding = asyncio.get_running_loop().create_task(self._find_broken_off())

    async def _find_broken_off(self) -> None:
        given, begun = -1, 0.0
        # A loop that was kept from turning has not been given what waits.
        while given != self._given or time.monotonic() - begun > 2 * _IDLE:
            given, begun = self._given, time.monotonic()
            await asyncio.sleep(_IDLE)
        self._look()
        self._broken_off += self._count
        self._count = 0
        self._finding = None


def _newest_server() -> int:
    servers = json.loads(cygrpc.channelz_get_servers(0)).get("server", ())
    return max((int(each["ref"]["serverId"]) for each in servers), default=0)


class OverloadGuard(grpc.aio.ServerInterceptor):
    """Stands before all that takes time, even before what observes calls."""

    def __init__(self, count: Callable[[], None], most_waiting: int = MOST_WAITING) -> None:
        """Takes what counts the calls that are refused, and how many may wait."""
        self._most_waiting = most_waiting
        self._waiting: Waiting | None = None
        error = LimitExceeded(
            "The server has more to do than it can. Try again in a moment.",
            reason="OVERLOADED",
            retry_after=1.0,
        )
        status = status_of(error, "")

        async def refuse(_requests: Any, context: ServicerContext) -> bytes:
            count()
            given = [each for each in context.invocation_metadata() or () if each[0] == _REQUEST_ID]
            # To abort takes longer, by an exception.
            context.set_trailing_metadata((*given[:1], *status.trailing_metadata))
            context.set_details(status.details)
            context.set_code(status.code)
            return b""

        # Nothing of the call is read, and its client hears of nothing but its end.
        self._refused: Handler = grpc.stream_unary_rpc_method_handler(refuse)

    def watch(self) -> None:
        """Begins to count the calls of the server that was made last."""
        try:
            self._waiting = Waiting()
        except Exception as error:  # noqa: BLE001 - it is documented nowhere what may become of it
            # Another release of gRPC: to serve without this guard is better than not at all.
            log.warning("gRPC does not tell how many calls wait; none is refused for it: %r", error)

    async def intercept_service(
        self, continuation: Continuation, handler_call_details: grpc.HandlerCallDetails
    ) -> Handler | None:
        """Refuses a call, or lets it go on."""
        waiting = self._waiting.take() if self._waiting else 0
        if waiting > self._most_waiting and not handler_call_details.method.startswith(_HEALTH):
            return self._refused
        return await continuation(handler_call_details)
