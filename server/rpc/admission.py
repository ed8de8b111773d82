"""Lets calls in as fast as can be borne, and waits for what they ask no longer than is decent."""

from __future__ import annotations

import inspect
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import aclosing
from contextvars import ContextVar
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Any, NoReturn

import grpc

from server.domain.errors import PermissionDenied
from server.handlers import Context, Handler, Surrounded, behaviour_of, with_behaviour
from server.rpc.addresses import (
    CLIENT_ADDRESS,
    LONGEST_ADDRESS,
    Network,
    client_address,
    is_gateway,
    rate_key,
)
from server.rpc.messages import Messages
from server.rpc.permissions import is_strange
from server.rpc.places import Places, refuse
from server.rpc.rates import Rates
from server.rpc.status import status_of
from server.rpc.taking import Taking
from server.service.origin import tell_origin

WATCH = "/invoicejobs.v1.InvoiceJobs/WatchInvoiceJob"
CHECK = "/grpc.health.v1.Health/Check"
OPEN_TUNNEL = "/invoicejobs.v1.Tunnel/OpenTunnel"
#: Not counted among all calls: streams that watch have numbers of their own, and health checks must
#: be answered however much there is to do, or the server would be taken for a dead one.
_UNCOUNTED = {WATCH, CHECK, "/grpc.health.v1.Health/Watch"}
#: Checks of one address a second, and open at the same time. They are counted apart: what else
#: comes from a load balancer's address must not make it take us for dead.
CHECK_RATE = 100
CHECK_CALLS = 100
#: Tunnels that are open at the same time: one of each gateway, and those that end. Each may bring a
#: message of the largest size, though none of more than 1 MiB is decoded.
MOST_TUNNELS = 16
#: What the call says about its client's address, and whether it was let in without a token.
_COMING: ContextVar[tuple[str, bool]] = ContextVar("coming")


@dataclass(frozen=True, slots=True)
class Guards:
    """What is asked of clients. A rate of 0 has no bound."""

    #: Calls a second.
    address_rate: float = 0
    #: Calls a second.
    tenant_rate: float = 0
    #: Open calls of one address, and of one tenant.
    address_calls: int = 100
    tenant_calls: int = 500
    #: Streams of one tenant that watch jobs.
    tenant_watches: int = 1000
    #: Whose word about the client's address counts.
    gateways: tuple[Network, ...] = ()
    #: Seconds that a call's message may take, or a stream be silent.
    receive_timeout: float = 30.0


@dataclass(frozen=True, slots=True)
class _Share:
    """What one address has of some methods."""

    #: None has no bound.
    rates: Rates | None
    open_calls: Places


class AddressAdmission:
    """Stands outermost: finds the client's address, bounds its rate, and reads its message.

    grpc.aio itself would wait for the message of a call for ever, and a few clients that send none
    would take all places. So every method is served as one with a stream of requests, of which
    those that are no streams get the first.
    """

    def __init__(
        self,
        guards: Guards,
        calls: int,
        messages: Messages,
        strange: Messages,
        see: Callable[[Any], None],
    ) -> None:
        """Takes how many calls there may be, and what is to see the first message of each.

        strange reads the messages of those who show no token.
        """
        self._see = see
        self._guards = guards
        self._messages = messages
        self._strange = strange
        self._calls = Places(calls, "The server answers as many calls as it can.", "TOO_MANY_CALLS")
        self._tunnels = Places(
            MOST_TUNNELS, "The server has as many tunnels as it can.", "TOO_MANY_TUNNELS"
        )
        self._share = _share(guards.address_rate, guards.address_calls)
        self._checks = _share(CHECK_RATE if guards.address_rate else 0, CHECK_CALLS)
        # A gateway waits for its own clients, so it gets longer than they do.
        self._taking = Taking(2 * guards.receive_timeout, self._share.open_calls)
        self._surrounded = Surrounded(self._surround)

        @lru_cache(4096)
        def find_client(peer: str, told: str) -> tuple[str, str]:
            """Gives the address of a call, and what is counted of it together."""
            address = client_address(peer, told, guards.gateways)
            return address, rate_key(address)

        self._find_client = find_client

    def surrounded(self, handler: Handler, details: grpc.HandlerCallDetails) -> Handler:
        """Surrounds the handler of a call."""
        metadata = details.invocation_metadata or ()
        told = ""
        for key, value in metadata:
            if key == CLIENT_ADDRESS:
                told = str(value)[:LONGEST_ADDRESS]
                break
        _COMING.set((told, is_strange(details.method, metadata)))
        return self._surrounded(handler, details.method)

    def _surround(self, handler: Handler, method: str) -> Handler:
        if method == OPEN_TUNNEL:
            admit: Any = self._admit_tunnel
        else:
            kind = self._admit_stream if handler.request_streaming else self._admit_message
            share = self._checks if method == CHECK else self._share
            admit = partial(kind, share, method not in _UNCOUNTED)
        return self._taking.surround(with_admission(handler, admit, streamed=True))

    async def _admit_tunnel(self, requests: Any, context: Context) -> Any:
        """Lets gateways in, which may be silent; what is counted are the calls in the tunnel."""
        if not is_gateway(context.peer(), self._guards.gateways):
            error = PermissionDenied(
                "Only gateways may open a tunnel: INVOICEJOBS_GATEWAYS of the server names their "
                "networks. Call the methods themselves.",
                reason="NOT_A_GATEWAY",
            )
            await context.abort_with_status(status_of(error, ""))
        if not self._tunnels.take():
            await self._tunnels.refuse(context)
        return requests

    async def _admit_stream(
        self, share: _Share, counted: bool, requests: Any, context: Context
    ) -> AsyncIterator[Any]:
        told, _ = _COMING.get()
        if refusal := self._admit(told, context, share, counted=counted):
            await refusal
        await self._messages.open_stream(context)
        return self._stream(requests, context)

    async def _admit_message(
        self, share: _Share, counted: bool, _requests: Any, context: Context
    ) -> Any:
        told, strange = _COMING.get()
        if refusal := self._admit(told, context, share, counted=counted):
            await refusal
        messages = self._strange if strange else self._messages
        request = await messages.read(context)
        self._see(request)
        return request

    def _admit(
        self, told: str, context: Context, share: _Share, *, counted: bool
    ) -> Awaitable[NoReturn] | None:
        """Counts a call, or gives what refuses it."""
        address, key = self._find_client(context.peer(), told)
        tell_origin(address=address)
        if key:
            if share.rates and (wait := share.rates.take(key)):
                return refuse_rate(context, wait, "from this address")
            if not share.open_calls.take(key):
                return share.open_calls.refuse(context)
        if counted and not self._calls.take():
            return self._calls.refuse(context)
        return None

    async def _stream(self, requests: AsyncIterator[Any], context: Context) -> AsyncIterator[Any]:
        coming = aiter(requests)
        first = True
        while (request := await self._messages.next_of(coming, context)) is not None:
            if first:
                self._see(request)
                first = False
            yield request


def _share(rate: float, open_calls: int) -> _Share:
    places = Places(
        open_calls,
        "As many calls are open for this address as one may have.",
        "TOO_MANY_CALLS_OF_ADDRESS",
    )
    return _Share(Rates(rate) if rate else None, places)


async def refuse_rate(context: Context, wait: float, whose: str) -> NoReturn:
    """Ends a call for as long as its client should wait."""
    await refuse(context, wait, f"Too many calls {whose}.", "RATE_EXCEEDED")


def with_admission(
    handler: Handler, admit: Callable[[Any, Context], Awaitable[Any]], *, streamed: bool
) -> Handler:
    """Surrounds a handler: what it is asked goes through admit first.

    streamed tells whether admit is given a stream of requests; what it gives is what the handler
    takes.
    """
    behaviour = behaviour_of(handler)

    async def stream(request: Any, context: Context) -> AsyncIterator[Any]:
        admitted = await admit(request, context)
        # Closes what is further in at once when the client leaves.
        async with aclosing(behaviour(admitted, context)) as responses:
            async for response in responses:
                yield response

    async def call(request: Any, context: Context) -> Any:
        return await behaviour(await admit(request, context), context)

    surrounded = stream if inspect.isasyncgenfunction(behaviour) else call
    return with_behaviour(handler, surrounded, streamed=streamed)
