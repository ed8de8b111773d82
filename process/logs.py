"""Sets up logging: lines for people on a terminal, JSON anywhere else.

Modules log as ever by the standard library. What belongs to every line of a request (its id, its
trace, the tenant) is told once by `tell` and added here. Lines name things by their ids. What an
exception says is left out, for it may quote what a customer wrote: its type and where it happened
are told, and the words only of those types that speak of the environment, or at level DEBUG.
"""

from __future__ import annotations

import logging
import sys
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextvars import ContextVar
from types import MappingProxyType
from typing import TextIO

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from process.trace import current_trace

FORMATS = ("auto", "text", "json")
#: The innermost calls of an exception that are told.
_CALLS = 15

_TOLD: ContextVar[Mapping[str, str]] = ContextVar("told", default=MappingProxyType({}))


def tell(**fields: str) -> None:
    """Adds fields to all lines of the request, or of the work, that is going on."""
    _TOLD.set({**_TOLD.get(), **fields})


def told() -> Mapping[str, str]:
    """Gives the fields that lines bear just now."""
    return _TOLD.get()


def tell_only(fields: Mapping[str, str]) -> None:
    """Sets the fields that lines bear from now on."""
    _TOLD.set(fields)


def set_up_logs(
    level: str,
    form: str = "auto",
    *,
    speaking: tuple[type[BaseException], ...] = (OSError,),
    stream: TextIO | None = None,
) -> None:
    """Lets everything be logged to a stream, stderr unless said otherwise.

    form is one of FORMATS; auto writes text to a terminal. speaking are the types of exceptions
    whose words, and whose causes' words, may be shown.
    """
    stream = stream or sys.stderr
    as_json = form == "json" or (form == "auto" and not stream.isatty())
    processors: list[Processor] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _add_told,
        _describe_exception(None if level == "DEBUG" else speaking),
    ]
    renderer: Processor = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if as_json
        else structlog.dev.ConsoleRenderer(colors=stream.isatty(), pad_event_to=0)
    )
    handler = logging.StreamHandler(stream)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=processors,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)


def _add_told(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    for name, value in _TOLD.get().items():
        event.setdefault(name, value)
    if trace := current_trace():
        event["trace_id"], event["span_id"] = trace.trace_id, trace.span_id
    return event


def _describe_exception(speaking: tuple[type[BaseException], ...] | None) -> Processor:
    """Makes what turns an exception into text; None lets all of them speak."""

    def describe(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
        given = event.pop("exc_info", None)
        error = given[1] if isinstance(given, tuple) else given
        if isinstance(error, BaseException):
            lines = _lines(error, lambda one: speaking is None or isinstance(one, speaking))
            event["exception"] = "\n".join(lines)
        return event

    return describe


def _lines(
    error: BaseException, may_speak: Callable[[BaseException], bool], *, speaks: bool = False
) -> Iterator[str]:
    speaks = speaks or may_speak(error)
    name = f"{type(error).__module__}.{type(error).__qualname__}".removeprefix("builtins.")
    yield f"{name}: {error}" if speaks and str(error) else name
    # Notes are our own words, added where it is known that they quote nobody.
    yield from getattr(error, "__notes__", ())
    for frame, line in list(traceback.walk_tb(error.__traceback__))[-_CALLS:]:
        yield f"  {frame.f_globals.get('__name__', '?')}:{line} {frame.f_code.co_name}"
    cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if cause is not None:
        yield "because of"
        yield from _lines(cause, may_speak, speaks=speaks)
