"""Surrounds every gRPC call: its id and trace, its line in the log, its counts.

The outermost interceptor, so that also what the others refuse is seen and has an id.
"""

from __future__ import annotations

import inspect
import logging
import re
import secrets
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractContextManager, aclosing
from contextvars import ContextVar
from types import TracebackType
from typing import Any, TypeAlias

import grpc

from process.logs import tell, tell_only
from process.refusals import Refusals
from process.trace import Kind, Span, Tracer, current_trace, read_traceparent
from server.observing.metrics import Metrics
from server.service.origin import tell_origin

log = logging.getLogger(__name__)

Context = grpc.aio.ServicerContext[Any, Any]
# A text, for at run time the class takes no types.
Handler: TypeAlias = "grpc.RpcMethodHandler[Any, Any]"

#: Health checks and reflection: asked every few seconds, so they are logged as debugging.
_PROBES = "grpc."
#: A client's own id of a request is taken over when it can stand in a log line as it is.
_CLIENT_REQUEST_ID = re.compile(r"[A-Za-z0-9._:/+=-]{1,128}")
#: A tenant's name as it may be; anything else is the client's text and not for the log.
_TENANT = re.compile(r"[a-z][a-z0-9]{2,15}")
_CODES = {code.value[0]: code for code in grpc.StatusCode}
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
        self._tracer = tracer
        self._metrics = metrics
        self._refusals = Refusals(log)
        # Of each method what it was made from and what it became: to make it takes longer than
        # all the rest.
        self._wrapped: dict[str, tuple[Handler, Handler]] = {}

    async def intercept_service(
        self,
        continuation: Callable[[grpc.HandlerCallDetails], Awaitable[Handler | None]],
        handler_call_details: grpc.HandlerCallDetails,
    ) -> Handler | None:
        """Begins the call and surrounds its handler."""
        _CALL.set(_Call(self._tracer, self._metrics, self._refusals, handler_call_details))
        handler = await continuation(handler_call_details)
        if handler is None:
            self._metrics.calls("unknown", grpc.StatusCode.UNIMPLEMENTED.name).inc()
            return None
        known = self._wrapped.get(handler_call_details.method)
        if known is None or known[0] is not handler:
            known = self._wrapped[handler_call_details.method] = (handler, _wrapped(handler))
        return known[1]


class _Call:
    """One call. It belongs to its task, and so do the context variables set here."""

    def __init__(
        self,
        tracer: Tracer,
        metrics: Metrics,
        refusals: Refusals,
        details: grpc.HandlerCallDetails,
    ) -> None:
        self.metrics = metrics
        self._refusals = refusals
        self._tracer = tracer
        self._started = time.perf_counter()
        self._method = details.method.lstrip("/")
        metadata = dict(details.invocation_metadata or ())
        given = metadata.get("x-request-id", "")
        self.request_id = (
            given
            if isinstance(given, str) and _CLIENT_REQUEST_ID.fullmatch(given)
            else secrets.token_hex(16)
        )
        parent = metadata.get("traceparent")
        self._parent = read_traceparent(parent if isinstance(parent, str) else None)
        tell_only({"request_id": self.request_id})

    def going_on(self, context: Context) -> _GoingOn:
        """Surrounds the call's behaviour."""
        return _GoingOn(self, context)

    def begin(self, context: Context) -> AbstractContextManager[Span]:
        """Begins to count, and gives the call's span, which is still to be entered."""
        context.set_trailing_metadata((("x-request-id", self.request_id),))
        self.metrics.calls_in_progress.inc()
        return self._tracer.span(self._method, Kind.SERVER, self._parent)

    def end(self, code: grpc.StatusCode, span: Span) -> None:
        """Counts the call and tells how it ended."""
        seconds = time.perf_counter() - self._started
        self.metrics.calls_in_progress.dec()
        self.metrics.calls(self._method, code.name).inc()
        self.metrics.call_seconds(self._method).observe(seconds)
        span.note("rpc.system.name", "grpc")
        span.note("rpc.method", self._method)
        span.note("rpc.response.status_code", code.name)
        if code in _OURS:
            span.fail(code.name)
        refused = code is grpc.StatusCode.RESOURCE_EXHAUSTED
        if refused:
            self._refusals.add(self._method)
        quiet = refused or self._method.startswith(_PROBES)
        level = logging.DEBUG if quiet else logging.INFO
        if log.isEnabledFor(level):
            milliseconds = round(seconds * 1000, 1)
            more = {"method": self._method, "code": code.name, "milliseconds": milliseconds}
            log.log(level, "%s %s %.1f ms", self._method, code.name, milliseconds, extra=more)


class _GoingOn:
    """Surrounds a call's behaviour. Made of a generator it would take twice as long."""

    __slots__ = ("_around", "_call", "_context", "_span")

    def __init__(self, call: _Call, context: Context) -> None:
        self._call = call
        self._context = context
        self._around = call.begin(context)

    def __enter__(self) -> None:
        self._span = self._around.__enter__()
        trace = current_trace()
        tell_origin(request_id=self._call.request_id, trace=trace.traceparent if trace else "")

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
            self._call.end(code, self._span)
        finally:
            self._around.__exit__(kind, error, trace)


#: The call that is being answered.
_CALL: ContextVar[_Call] = ContextVar("call")


def _code_of(context: Context) -> grpc.StatusCode:
    code: Any = context.code()
    if code is None:
        return grpc.StatusCode.OK
    if isinstance(code, grpc.StatusCode):
        return code
    return _CODES.get(code or 0, grpc.StatusCode.UNKNOWN)


def _wrapped(handler: Handler) -> Handler:
    """Wraps a handler, whichever of the four kinds it is."""
    if handler.request_streaming and handler.response_streaming:
        make, behaviour = grpc.stream_stream_rpc_method_handler, handler.stream_stream
    elif handler.request_streaming:
        make, behaviour = grpc.stream_unary_rpc_method_handler, handler.stream_unary
    elif handler.response_streaming:
        make, behaviour = grpc.unary_stream_rpc_method_handler, handler.unary_stream
    else:
        make, behaviour = grpc.unary_unary_rpc_method_handler, handler.unary_unary
    return make(_wrap(behaviour), handler.request_deserializer, handler.response_serializer)


def _wrap(behaviour: Any) -> Any:
    """Surrounds a handler's behaviour; grpc.aio tells the kinds apart by their function."""
    if inspect.isasyncgenfunction(behaviour):

        async def stream(request: Any, context: Context) -> AsyncIterator[Any]:
            with _CALL.get().going_on(context):
                async with aclosing(behaviour(request, context)) as responses:
                    async for response in responses:
                        yield response

        return stream

    async def answer(request: Any, context: Context) -> Any:
        with _CALL.get().going_on(context):
            return await behaviour(request, context)

    return answer


def tell_tenant(request: Any) -> None:
    """Adds the tenant to all lines of the call that a message belongs to."""
    tenant = getattr(request, "tenant", "")
    if isinstance(tenant, str) and _TENANT.fullmatch(tenant):
        tell(tenant=tenant)
