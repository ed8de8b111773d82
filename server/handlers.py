"""Surrounds the handlers of methods, whichever of gRPC's four kinds they are.

A room of its own: `server.rpc` and `server.observing` both do so, and must not know each other.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, NoReturn, Protocol, TypeAlias

import grpc

#: A call's context as servicers are given it.
ServicerContext: TypeAlias = grpc.aio.ServicerContext[Any, Any]
#: Metadata of a call.
Metadata: TypeAlias = Sequence[tuple[str, str | bytes]]
# Texts, for at run time the class takes no types.
Handler: TypeAlias = "grpc.RpcMethodHandler[Any, Any]"
Continuation: TypeAlias = Callable[[grpc.HandlerCallDetails], Awaitable["Handler | None"]]


class Context(Protocol):
    """What we use of gRPC's context of a call; one that comes through a tunnel has no more."""

    def peer(self) -> str:
        """Tells who is at the other end, as gRPC writes it (ipv4:192.0.2.1:4711)."""
        ...

    async def read(self) -> Any:
        """Gives the next request; grpc.aio.EOF where there is none."""
        ...

    def set_trailing_metadata(self, trailing_metadata: Metadata, /) -> None:
        """Sets what goes with the end of the call."""
        ...

    def code(self) -> Any:
        """Gives the code that the call ends with; 0 or None where none was set."""
        ...

    async def abort(self, code: grpc.StatusCode, details: str = ...) -> NoReturn:
        """Ends the call. Raises AbortError, which nobody is to catch."""
        ...

    async def abort_with_status(self, status: grpc.Status) -> NoReturn:
        """Ends the call as abort does."""
        ...


class Surrounded:
    """Keeps what each method's handler became: to make that at each call takes too long."""

    def __init__(self, surround: Callable[[Handler, str], Handler]) -> None:
        """Takes what surrounds a handler of a method; it must depend on nothing else."""
        self._surround = surround
        self._known: dict[str, tuple[Handler, Handler]] = {}

    def __call__(self, handler: Handler, method: str) -> Handler:
        """Gives the surrounded handler."""
        known = self._known.get(method)
        # What stands further in may give another one: to refuse the call.
        if known is None or known[0] is not handler:
            known = self._known[method] = (handler, self._surround(handler, method))
        return known[1]


def behaviour_of(handler: Handler) -> Any:
    """Gives the function that answers; grpc.aio tells streams by its being a generator."""
    incoming, outgoing = handler.request_streaming, handler.response_streaming
    return getattr(handler, f"{_kind(incoming)}_{_kind(outgoing)}")


def with_behaviour(
    handler: Handler,
    behaviour: Any,
    *,
    streamed: bool | None = None,
    decode: Callable[[bytes], Any] | None = None,
) -> Handler:
    """Makes a handler like another with a behaviour of its own.

    streamed tells whether that takes a stream of requests, if not as before; decode reads them.
    """
    incoming = handler.request_streaming if streamed is None else streamed
    outgoing = handler.response_streaming
    make = getattr(grpc, f"{_kind(incoming)}_{_kind(outgoing)}_rpc_method_handler")
    made: Handler = make(
        behaviour, decode or handler.request_deserializer, handler.response_serializer
    )
    return made


def _kind(streaming: bool) -> str:
    return "stream" if streaming else "unary"
