"""W3C trace context: what is taken over, what is ignored, and what is handed on."""

import pytest

from process.trace import (
    Kind,
    PlainTracer,
    begin_trace,
    current_trace,
    read_traceparent,
)

TRACE, SPAN = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
GOOD = f"00-{TRACE}-{SPAN}-01"


def read(text):
    """Reads what must be a traceparent."""
    place = read_traceparent(text)
    assert place
    return place


def here():
    """Tells where we stand, which must be somewhere."""
    place = current_trace()
    assert place
    return place


def test_a_place_is_read_and_written_as_it_came():
    place = read(GOOD)
    assert (place.trace_id, place.span_id, place.sampled) == (TRACE, SPAN, True)
    assert place.traceparent == GOOD
    assert read(f"00-{TRACE}-{SPAN}-00").sampled is False


def test_a_later_version_is_read_as_far_as_it_is_known():
    assert read(f"01-{TRACE}-{SPAN}-03-more").traceparent == GOOD


@pytest.mark.parametrize(
    "text",
    [
        None,
        "",
        "nonsense",
        f"ff-{TRACE}-{SPAN}-01",
        f"00-{'0' * 32}-{SPAN}-01",
        f"00-{TRACE}-{'0' * 16}-01",
        f"00-{TRACE.upper()}-{SPAN}-01",
        f"00-{TRACE}-{SPAN}-01-more",
        f"00-{TRACE}-{SPAN}",
        f"{GOOD}\n",
    ],
)
def test_what_is_no_traceparent_is_ignored(text):
    assert read_traceparent(text) is None


def test_a_span_joins_its_parents_trace_and_sampling():
    parent = read(f"00-{TRACE}-{SPAN}-00")
    with PlainTracer().span("x", Kind.SERVER, parent):
        place = here()
    assert (place.trace_id, place.sampled) == (TRACE, False)
    assert place.span_id != SPAN


def test_spans_nest_and_end():
    tracer = PlainTracer()
    with tracer.span("outer", Kind.SERVER, None):
        outer = here()
        with tracer.span("inner", Kind.CONSUMER, outer):
            assert here().trace_id == outer.trace_id
        assert here() == outer
    assert current_trace() is None


def test_new_traces_are_well_formed_and_differ():
    places = [begin_trace() for _ in range(100)]
    assert len({place.trace_id for place in places}) == 100
    assert all(read(place.traceparent) == place for place in places)
