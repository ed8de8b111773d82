"""Records spans by OpenTelemetry's SDK and exports them as the OTEL_ variables say.

The SDK reads them by itself: the sampler, the exporter's address, its headers, the resource. It
comes with the extra `invoicejobs[otel]` and is imported only where it is asked for.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import entry_points
from typing import TYPE_CHECKING, Any

from process.trace import (
    Kind,
    PlainTracer,
    Span,
    TraceContext,
    Tracer,
    current_trace,
    standing_at,
)

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.trace import Span as SdkSpan

#: The exporter that OTEL_TRACES_EXPORTER=otlp stands for.
_OTLP = "otlp_proto_http"


class ExportError(Exception):
    """Says why spans cannot be exported, and what to do."""


def open_tracer(exporter: str, service: str) -> Tracer:
    """Opens what makes spans: recorded ones for an exporter (otlp, console), else plain ones.

    service is the name of this process unless OTEL_SERVICE_NAME says another. Raises ExportError
    when what the exporter needs is not installed.
    """
    if exporter in {"", "none"}:
        return PlainTracer()
    if importlib.util.find_spec("opentelemetry.sdk") is None:
        raise ExportError(
            "Traces are to be exported (OTEL_TRACES_EXPORTER, OTEL_EXPORTER_OTLP_ENDPOINT), but "
            "OpenTelemetry is not installed: install it with pip install 'invoicejobs[otel]'."
        )
    from opentelemetry.sdk.resources import OTELResourceDetector, Resource  # noqa: PLC0415
    from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415
    from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415

    resource = Resource.create({"service.name": service}).merge(OTELResourceDetector().detect())
    provider = TracerProvider(resource=resource, shutdown_on_exit=False)
    provider.add_span_processor(BatchSpanProcessor(_exporter(exporter)))
    return ExportingTracer(provider)


def _exporter(name: str) -> Any:
    wanted = _OTLP if name == "otlp" else name
    for found in entry_points(group="opentelemetry_traces_exporter", name=wanted):
        return found.load()()
    raise ExportError(
        f"OTEL_TRACES_EXPORTER is {name!r}, which is not installed; otlp, console and none are "
        "there with pip install 'invoicejobs[otel]'."
    )


class ExportingTracer:
    """Makes spans that are recorded and exported, if their trace is sampled."""

    def __init__(self, provider: TracerProvider) -> None:
        self._provider = provider
        self._tracer = provider.get_tracer("invoicejobs")

    @contextmanager
    def span(self, name: str, kind: Kind, parent: TraceContext | None) -> Iterator[Span]:
        """Records what the block does."""
        from opentelemetry.trace import SpanKind  # noqa: PLC0415

        span = self._tracer.start_span(name, context=_below(parent), kind=SpanKind[kind.value])
        with standing_at(_place_of(span)):
            try:
                yield _Recorded(span)
            except BaseException as error:
                # Its type only: what it says may quote a customer.
                span.set_attribute("error.type", type(error).__qualname__)
                raise
            finally:
                span.end()

    def step(self, name: str, begin: int, end: int) -> None:
        """Records a part of the current span that is over."""
        span = self._tracer.start_span(name, context=_below(current_trace()), start_time=begin)
        span.end(end)

    def close(self) -> None:
        """Exports what was not exported yet; whoever cannot be reached is not waited for long."""
        self._provider.shutdown()


class _Recorded:
    """A span of the SDK's."""

    def __init__(self, span: SdkSpan) -> None:
        self._span = span

    def note(self, name: str, value: str | int) -> None:
        """Adds an attribute."""
        self._span.set_attribute(name, value)

    def fail(self, why: str) -> None:
        """Marks it as failed."""
        from opentelemetry.trace import StatusCode  # noqa: PLC0415

        self._span.set_status(StatusCode.ERROR, why)


def _below(parent: TraceContext | None) -> Any:
    """Makes the SDK's context below a place; an empty one begins a trace."""
    from opentelemetry import trace  # noqa: PLC0415
    from opentelemetry.context import Context  # noqa: PLC0415

    if parent is None:
        return Context()
    place = trace.SpanContext(
        trace_id=int(parent.trace_id, 16),
        span_id=int(parent.span_id, 16),
        is_remote=True,
        trace_flags=trace.TraceFlags(parent.sampled),
    )
    return trace.set_span_in_context(trace.NonRecordingSpan(place), Context())


def _place_of(span: SdkSpan) -> TraceContext:
    place = span.get_span_context()
    return TraceContext(
        f"{place.trace_id:032x}", f"{place.span_id:016x}", bool(place.trace_flags.sampled)
    )
