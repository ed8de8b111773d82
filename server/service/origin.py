"""Who asks just now: set by the door that a request comes in by, read by what writes it down.

It belongs to the flow of control (a context variable), not to any object, so that what happens in
between need not hand it on. Whoever runs work on another thread runs it in a copy of the context.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from server.domain.origin import UNKNOWN, Origin

_CURRENT: ContextVar[Origin] = ContextVar("origin", default=UNKNOWN)


def current_origin() -> Origin:
    """Tells who asks; empty where nobody is known to."""
    return _CURRENT.get()


def begin_origin(request_id: str, trace: str) -> None:
    """Begins a request of which no more is known yet (see Origin)."""
    _CURRENT.set(Origin("", "", request_id, trace))


def tell_origin(
    *,
    subject: str | None = None,
    address: str | None = None,
    request_id: str | None = None,
    trace: str | None = None,
) -> None:
    """Adds to what is known of who asks (see Origin), for the rest of the request."""
    known = _CURRENT.get()
    _CURRENT.set(
        Origin(
            known.subject if subject is None else subject,
            known.address if address is None else address,
            known.request_id if request_id is None else request_id,
            known.trace if trace is None else trace,
        )
    )


@contextmanager
def acting_for(origin: Origin) -> Iterator[None]:
    """Does what the block does on behalf of an origin."""
    before = _CURRENT.get()
    _CURRENT.set(origin)
    try:
        yield
    finally:
        # Not by a token: a stream whose client left may be closed in another context.
        _CURRENT.set(before)
