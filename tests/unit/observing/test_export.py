"""Spans by OpenTelemetry: in their trace, with their steps, and without what customers wrote."""

import importlib.util

import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from process.export import ExportError, ExportingTracer, open_tracer
from process.trace import Kind, PlainTracer, current_trace, read_traceparent

TRACE, SPAN = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"


@pytest.fixture
def exporter():
    return InMemorySpanExporter()


@pytest.fixture
def tracer(exporter):
    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    tracer = ExportingTracer(provider)
    yield tracer
    tracer.close()


def test_a_span_joins_the_trace_it_was_handed(tracer, exporter):
    with tracer.span("call", Kind.SERVER, read_traceparent(f"00-{TRACE}-{SPAN}-01")) as span:
        span.note("rpc.method", "x")
        place = current_trace()
    assert place
    (exported,) = exporter.get_finished_spans()
    assert f"{exported.context.trace_id:032x}" == place.trace_id == TRACE
    assert f"{exported.context.span_id:016x}" == place.span_id
    assert f"{exported.parent.span_id:016x}" == SPAN
    assert exported.attributes == {"rpc.method": "x"}
    assert exported.kind.name == "SERVER"


def test_a_step_is_recorded_below_the_current_span_with_its_times(tracer, exporter):
    with tracer.span("chunk", Kind.CONSUMER, None):
        tracer.step("render", 1_000_000_000, 3_000_000_000)
    step, chunk = exporter.get_finished_spans()
    assert (step.name, step.start_time, step.end_time) == ("render", 1_000_000_000, 3_000_000_000)
    assert step.parent.span_id == chunk.context.span_id


def test_an_error_is_told_by_its_type_alone(tracer, exporter):
    with pytest.raises(ValueError, match="Erika"), tracer.span("x", Kind.SERVER, None):
        raise ValueError("Erika")
    (exported,) = exporter.get_finished_spans()
    assert exported.attributes == {"error.type": "ValueError"}
    assert "Erika" not in exported.to_json()


def test_what_upstream_does_not_sample_is_not_exported_but_keeps_its_trace(tracer, exporter):
    with tracer.span("x", Kind.SERVER, read_traceparent(f"00-{TRACE}-{SPAN}-00")):
        place = current_trace()
    assert place
    assert (place.trace_id, place.sampled) == (TRACE, False)
    assert exporter.get_finished_spans() == ()


@pytest.mark.parametrize("name", ["", "none"])
def test_nothing_is_exported_unless_it_is_asked_for(name):
    assert isinstance(open_tracer(name, "x"), PlainTracer)


def test_an_unknown_exporter_is_refused_with_those_there_are():
    with pytest.raises(ExportError, match=r"'carrier-pigeon'.*otlp, console"):
        open_tracer("carrier-pigeon", "x")


def test_without_the_extra_it_is_said_how_to_install_it(monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    with pytest.raises(ExportError, match=r"pip install 'invoicejobs\[otel\]'"):
        open_tracer("otlp", "x")
