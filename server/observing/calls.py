"""Surrounds every gRPC call: its id and trace, its line in the log, its counts.

The outermost interceptor, so that also what the others refuse is seen and has an id.
"""

from __future__ import annotations

import inspect
import logging
import os
import re
import time
from collections.abc import AsyncIterator
from contextlib import aclosing
from contextvars import ContextVar
from types import TracebackType
from typing import Any, Self

import grpc

from process.logs import tell, tell_only
from process.refusals import Refusals
from process.trace import Kind, Tracer, current_trace, read_traceparent
from server.handlers import Context, Continuation, Handler, Surrounded, behaviour_of, with_behaviour
from server.observing.metrics import Metrics
from server.service.origin import begin_origin

log = logging.getLogger(__name__)

#: Health checks and reflection: asked every few seconds, so they are logged as debugging.
_PROBES = "grpc."
#: A client's own id of a request is taken over when it can stand in a log line as it is.
_CLIENT_REQUEST_ID = re.compile(r"[A-Za-z0-9._:/+=-]{1,128}")
#: A tenant's name as it may be; anything else is the client's text and not for the log.
_TENANT = re.compile(r"[a-z][a-z0-9]{2,15}")
_CODES = {code.value[0]: code for code in grpc.StatusCode}
#: An enumeration's own way to a name takes longer.
_NAMES = {code: code.name for code in grpc.StatusCode}
#: Codes that say that we failed, not the caller.
_OURS = {
    grpc.StatusCode.INTERNAL,
    grpc.StatusCode.UNKNOWN,
    grpc.StatusCode.UNAVAILABLE,
    grpc.StatusCode.DATA_LOSS,
    grpc.StatusCode.DEADLINE_EXCEEDED,
}


class ObserveCalls(grpc.aio.ServerInterceptor):
    """Tells of every call what it was, how it ended and how long it took."""

    def __init__(self, tracer: Tracer, metrics: Metrics) -> None:
        self.tracer = tracer
        self.metrics = metrics
        self.refusals = Refusals(log)
        self._surrounded = Surrounded(_surround)

    async def intercept_service(
        self, continuation: Continuation, handler_call_details: grpc.HandlerCallDetails
    ) -> Handler | None:
        """Begins the call and surrounds its handler."""
        _CALL.set(_Call(self, handler_call_details))
        handler = await continuation(handler_call_details)
        if handler is None:
            self.metrics.calls("unknown", grpc.StatusCode.UNIMPLEMENTED.name).inc()
            return None
        return self._surrounded(handler, handler_call_details.method)


class _Call:
    """One call. It belongs to its task, and so do the context variables set here.

    As a block it surrounds the call's behaviour: made of a generator that would take twice as long.
    """

    __slots__ = (
        "_around",
        "_context",
        "_method",
        "_observer",
        "_parent",
        "_request_id",
        "_span",
        "_started",
    )

    def __init__(self, observer: ObserveCalls, details: grpc.HandlerCallDetails) -> None:
        self._started = time.perf_counter()
        self._observer = observer
        self._method = details.method.lstrip("/")
        metadata = dict(details.invocation_metadata or ())
        given = metadata.get("x-request-id")
        self._request_id = (
            given
            if isinstance(given, str) and _CLIENT_REQUEST_ID.fullmatch(given)
            else os.urandom(16).hex()
        )
        parent = metadata.get("traceparent")
        self._parent = read_traceparent(parent if isinstance(parent, str) else None)
        tell_only({"request_id": self._request_id})

    def answered(self, context: Context) -> Self:
        """Gives the block in which the call is answered."""
        self._context = context
        return self

    def __enter__(self) -> None:
        self._context.set_trailing_metadata((("x-request-id", self._request_id),))
        observer = self._observer
        observer.metrics.calls_in_progress += 1
        self._around = observer.tracer.span(self._method, Kind.SERVER, self._parent)
        self._span = self._around.__enter__()
        trace = current_trace()
        begin_origin(self._request_id, trace.traceparent if trace else "")

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if error is None or isinstance(error, grpc.aio.BaseError):
            code = _code_of(self._context)
        elif isinstance(error, Exception):
            code = grpc.StatusCode.UNKNOWN  # what gRPC makes of it
        else:  # the client left, or its deadline passed
            code = grpc.StatusCode.CANCELLED
        try:
            self._end(code)
        finally:
            self._around.__exit__(kind, error, trace)

    def _end(self, code: grpc.StatusCode) -> None:
        """Counts the call and tells how it ended."""
        method, name = self._method, _NAMES[code]
        seconds = time.perf_counter() - self._started
        metrics = self._observer.metrics
        metrics.calls_in_progress -= 1
        metrics.calls(method, name).inc()
        metrics.call_seconds(method).observe(seconds)
        span = self._span
        span.note("rpc.system.name", "grpc")
        span.note("rpc.method", method)
        span.note("rpc.response.status_code", name)
        if code in _OURS:
            span.fail(name)
        refused = code is grpc.StatusCode.RESOURCE_EXHAUSTED
        if refused:
            self._observer.refusals.add(method)
        level = logging.DEBUG if refused or method.startswith(_PROBES) else logging.INFO
        if log.isEnabledFor(level):
            milliseconds = round(seconds * 1000, 1)
            more = {"method": method, "code": name, "milliseconds": milliseconds}
            log.log(level, "%s %s %.1f ms", method, name, milliseconds, extra=more)


#: The call that is being answered.
_CALL: ContextVar[_Call] = ContextVar("call")


def _code_of(context: Context) -> grpc.StatusCode:
    code: Any = context.code()
    if isinstance(code, grpc.StatusCode):
        return code
    return _CODES.get(code or 0, grpc.StatusCode.UNKNOWN)


def _surround(handler: Handler, _method: str) -> Handler:
    return with_behaviour(handler, _wrap(behaviour_of(handler)))


def _wrap(behaviour: Any) -> Any:
    """Surrounds a handler's behaviour; grpc.aio tells the kinds apart by their function."""
    if inspect.isasyncgenfunction(behaviour):

        async def stream(request: Any, context: Context) -> AsyncIterator[Any]:
            with _CALL.get().answered(context):
                async with aclosing(behaviour(request, context)) as responses:
                    async for response in responses:
                        yield response

        return stream

    async def answer(request: Any, context: Context) -> Any:
        with _CALL.get().answered(context):
            return await behaviour(request, context)

    return answer


def tell_tenant(request: Any) -> None:
    """Adds the tenant to all lines of the call that a message belongs to."""
    tenant = getattr(request, "tenant", "")
    if isinstance(tenant, str) and _TENANT.fullmatch(tenant):
        tell(tenant=tenant)
