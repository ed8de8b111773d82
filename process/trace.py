"""Where something stands in its trace: W3C trace context, read, made, and handed on.

This much is ours, so that the trace id in the logs is right however little is installed. Spans are
exported only with OpenTelemetry beside it (see `export`).
"""

from __future__ import annotations

import os
import re
from contextlib import AbstractContextManager
from contextvars import ContextVar
from enum import StrEnum
from typing import NamedTuple, Protocol, Self

_TRACEPARENT = re.compile(r"([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?")
_SAMPLED = 0x01


class TraceContext(NamedTuple):
    """A span's place in its trace. Every request makes two, and a tuple is made soonest."""

    #: 32 hexadecimal digits, not all 0.
    trace_id: str
    #: 16 hexadecimal digits, not all 0.
    span_id: str
    #: Whether somebody up the line records the trace.
    sampled: bool = True

    @property
    def traceparent(self) -> str:
        """Gives what is handed on in the header of that name."""
        return f"00-{self.trace_id}-{self.span_id}-{'01' if self.sampled else '00'}"

    def child(self) -> TraceContext:
        """Makes the place of a span below this one."""
        return TraceContext(self.trace_id, os.urandom(8).hex(), self.sampled)


def read_traceparent(text: str | None) -> TraceContext | None:
    """Reads the header. None for what is not one, which the standard says to ignore."""
    match = _TRACEPARENT.fullmatch(text) if text else None
    if match is None:
        return None
    version, trace_id, span_id, flags, more = match.groups()
    if version == "ff" or (version == "00" and more):
        return None
    if not trace_id.strip("0") or not span_id.strip("0"):
        return None
    return TraceContext(trace_id, span_id, bool(int(flags, 16) & _SAMPLED))


def begin_trace() -> TraceContext:
    """Makes the place of the first span of a trace.

    It counts as sampled, for whoever comes after us and records asks that of us.
    """
    # All 0, which would mean that there is none, comes once in 2**64.
    ids = os.urandom(24).hex()
    return TraceContext(ids[:32], ids[32:])


_CURRENT: ContextVar[TraceContext | None] = ContextVar("trace", default=None)


def current_trace() -> TraceContext | None:
    """Tells where we stand; None outside of any span."""
    return _CURRENT.get()


def standing_at(place: TraceContext) -> AbstractContextManager[object]:
    """Makes a place the current one while the block lasts."""
    return PlainSpan(place)


class Kind(StrEnum):
    """What a span is to the one above it."""

    #: Answers a request.
    SERVER = "SERVER"
    #: Does later what was asked for.
    CONSUMER = "CONSUMER"


class Span(Protocol):
    """Something that goes on. What is noted of it is exported, if anything is."""

    def note(self, name: str, value: str | int) -> None:
        """Adds an attribute, by its name in the semantic conventions."""
        ...

    def fail(self, why: str) -> None:
        """Marks it as failed; why is a code, never a message."""
        ...


class Tracer(Protocol):
    """Makes spans."""

    def span(
        self, name: str, kind: Kind, parent: TraceContext | None
    ) -> AbstractContextManager[Span]:
        """Begins a span below parent, or a new trace; its place is the current one meanwhile."""
        ...

    def step(self, name: str, begin: int, end: int) -> None:
        """Records a part of the current span that is over; times are nanoseconds since 1970."""
        ...

    def close(self) -> None:
        """Exports what was not exported yet."""
        ...


class PlainSpan:
    """A span of which only the place is known, the current one while its block lasts.

    Every request and call has one: a class takes a third of the time that a generator would.
    """

    __slots__ = ("_before", "_place")

    def __init__(self, place: TraceContext) -> None:
        self._place = place
        self._before: TraceContext | None = None

    def __enter__(self) -> Self:
        self._before = _CURRENT.get()
        _CURRENT.set(self._place)
        return self

    def __exit__(self, *_raised: object) -> None:
        # Not by a token: a stream whose client left may be closed in another context.
        _CURRENT.set(self._before)

    def note(self, name: str, value: str | int) -> None:
        """Forgets it."""

    def fail(self, why: str) -> None:
        """Forgets it."""


class PlainTracer:
    """Hands traces on and records nothing."""

    def span(
        self, name: str, kind: Kind, parent: TraceContext | None
    ) -> AbstractContextManager[Span]:
        """Gives the block a place of its own in the trace."""
        del name, kind
        return PlainSpan(parent.child() if parent else begin_trace())

    def step(self, name: str, begin: int, end: int) -> None:
        """Forgets it."""

    def close(self) -> None:
        """Has nothing to export."""
