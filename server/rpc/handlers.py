"""Surrounds the handlers of methods, whichever of gRPC's four kinds they are."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from typing import Any, TypeAlias

import grpc

Context: TypeAlias = grpc.aio.ServicerContext[Any, Any]
# Texts, for at run time the class takes no types.
Handler: TypeAlias = "grpc.RpcMethodHandler[Any, Any]"
Continuation: TypeAlias = Callable[[grpc.HandlerCallDetails], Awaitable["Handler | None"]]


class _Answering:
    """A call while it is answered."""

    __slots__ = ("acts", "task")

    def __init__(self, task: asyncio.Task[Any]) -> None:
        self.task = task
        self.acts: list[Callable[[], object]] = []

    def end(self, _task: asyncio.Task[Any]) -> None:
        """Does what is to be done at its end."""
        # The task's context has this, and this has the task: they are to go at once.
        acts = self.acts
        del self.acts, self.task
        for act in acts:
            act()


_ANSWERING: ContextVar[_Answering] = ContextVar("answering")


def _answering() -> _Answering:
    try:
        return _ANSWERING.get()
    except LookupError:
        task = asyncio.current_task()
        assert task is not None  # noqa: S101 - every call has one
        answering = _Answering(task)
        _ANSWERING.set(answering)
        task.add_done_callback(answering.end)
        return answering


def when_ended(act: Callable[[], object]) -> None:
    """Does something when the call that is being answered has ended, its answer included.

    The context can be asked for that, too, but is then tied to itself: what belongs to the call
    would stay until the garbage collector finds it, which takes longer than to answer some calls.
    The event loop is asked once for each call, for it takes as long to come back as some acts.
    """
    _answering().acts.append(act)


def task_of_call() -> asyncio.Task[Any]:
    """Gives the task that answers the call, to the end of its answer."""
    return _answering().task


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
