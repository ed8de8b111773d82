"""Bounds what one tenant asks for, so that none takes the place of all others."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable
from dataclasses import dataclass
from functools import partial
from typing import Any, NoReturn

from server.domain.tenant import LONGEST_NAME
from server.handlers import Context, Handler, Surrounded
from server.rpc.admission import WATCH, refuse_rate, with_admission
from server.rpc.places import Places
from server.rpc.rates import Rates

#: Stands for all whose names are too long to be a tenant's; no tenant has this name.
_NOBODY = "?"


@dataclass(frozen=True, slots=True)
class Shares:
    """What one tenant may have. A rate of 0 has no bound."""

    #: Calls a second.
    rate: float
    #: Open calls, but for streams.
    calls: int
    #: Streams that watch jobs.
    watches: int
    #: Streams that bring orders.
    imports: int


class TenantAdmission:
    """Stands behind authentication: bounds the rate and the open calls of each tenant."""

    def __init__(self, shares: Shares) -> None:
        self._rates = Rates(shares.rate) if shares.rate else None
        whose = "are open for this tenant as one may have."
        self._calls = Places(shares.calls, f"As many calls {whose}", "TOO_MANY_CALLS_OF_TENANT")
        self._watches = Places(
            shares.watches, f"As many watches {whose}", "TOO_MANY_WATCHES_OF_TENANT"
        )
        self._imports = Places(
            shares.imports, f"As many imports {whose}", "TOO_MANY_IMPORTS_OF_TENANT"
        )
        self.surrounded = Surrounded(self._surround)

    def _surround(self, handler: Handler, method: str) -> Handler:
        if handler.request_streaming:
            return with_admission(handler, self._admit_stream, streamed=True)
        places = self._watches if method == WATCH else self._calls
        return with_admission(handler, partial(self._admit, places), streamed=False)

    async def _admit(self, places: Places, request: Any, context: Context) -> Any:
        if refusal := self._count(places, request, context):
            await refusal
        return request

    async def _admit_stream(self, requests: Any, context: Context) -> AsyncIterator[Any]:
        return self._stream(requests, context)

    async def _stream(self, requests: AsyncIterator[Any], context: Context) -> AsyncIterator[Any]:
        """Counts a stream once: its messages are held back by the transport's window."""
        first = True
        async for request in requests:
            if first:
                if refusal := self._count(self._imports, request, context):
                    await refusal
                first = False
            yield request

    def _count(self, places: Places, request: Any, context: Context) -> Awaitable[NoReturn] | None:
        """Counts a call, or gives what refuses it."""
        if tenant := getattr(request, "tenant", ""):
            # What is no tenant's name is refused further in. Where nobody shows a token it comes as
            # far as here; all of it is counted as one, or it would be kept in any length.
            if len(tenant) > LONGEST_NAME:
                tenant = _NOBODY
            if self._rates and (wait := self._rates.take(tenant)):
                return refuse_rate(context, wait, "for this tenant")
            if not places.take(tenant):
                return places.refuse(context)
        return None
