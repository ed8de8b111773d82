"""What is known of a request before it is answered, and what of it goes with its calls."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import NamedTuple, TypedDict

import grpc
from aiohttp import hdrs, web

from gateway.config import Config
from process.trace import current_trace


class Asked(NamedTuple):
    """What is known of a request before it is answered."""

    config: Config
    request_id: str
    #: The client's address; empty where there is none, as on a local socket.
    address: str
    #: When it must be answered, in the event loop's time.
    deadline: float


ASKED = web.RequestKey("ASKED", Asked)


class CallMetadata(grpc.aio.Metadata):
    """What goes with a call, for gRPC to go through once.

    Anything else it would first sort into lists by its keys, at every call, and look at its type.
    """

    def __init__(self, *pairs: tuple[str, str]) -> None:
        super().__init__()
        self._pairs = pairs

    def __iter__(self) -> Iterator[tuple[str, str]]:
        return iter(self._pairs)

    def __len__(self) -> int:
        return len(self._pairs)


class CallOptions(TypedDict):
    """What goes with a call, as keyword arguments of a stub's method."""

    #: Seconds until the deadline.
    timeout: float
    metadata: CallMetadata


def call_options(request: web.Request) -> CallOptions:
    """Gives the rest of the request's time and its id: however many calls, one deadline."""
    rest = request[ASKED].deadline - asyncio.get_running_loop().time()
    return {"timeout": max(rest, 0.0), "metadata": call_metadata(request)}


def call_metadata(request: web.Request) -> CallMetadata:
    """Gives what the server is to know of the request: its id and trace, who asks, from where."""
    asked = request[ASKED]
    metadata = [("x-request-id", asked.request_id), ("x-client-address", asked.address)]
    if trace := current_trace():
        metadata.append(("traceparent", trace.traceparent))
    if asked.config.auth != "off":
        # A server that checks no tokens must not answer for a gateway that relies on it.
        metadata.append(("x-invoicejobs-auth", asked.config.auth))
    # What the client showed goes on as it is: whether it holds is the server's to say.
    for value in request.headers.getall(hdrs.AUTHORIZATION, ()):
        # gRPC itself fails on what is not printable ASCII; the server refuses the empty one.
        shown = value if value.isascii() and value.isprintable() else ""
        metadata.append(("authorization", shown))
    return CallMetadata(*metadata)
