"""Log lines: JSON or text, with what belongs to the request, and without what customers wrote."""

import io
import json
import logging

import pytest

from process.logs import set_up_logs, tell, tell_only, told
from process.trace import Kind, PlainTracer, read_traceparent
from server.domain.errors import Unavailable

LOG = logging.getLogger("tests.something")


@pytest.fixture
def written():
    """Sets up logging for one test; gives what makes a stream, and takes all back afterwards."""
    root = logging.getLogger()
    handlers, level, before = root.handlers[:], root.level, told()

    def set_up(level="INFO", form="json", **more):
        stream = io.StringIO()
        set_up_logs(level, form, stream=stream, **more)
        return stream

    yield set_up
    root.handlers[:] = handlers
    root.setLevel(level)
    tell_only(before)


def lines(stream):
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def raise_and_log(error, cause=None):
    try:
        raise error from cause
    except type(error):
        LOG.exception("it failed")


def test_a_line_is_json_with_all_that_was_told_of_the_request(written):
    stream = written()
    tell_only({"request_id": "r-1"})
    tell(tenant="acme")
    parent = read_traceparent("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")
    with PlainTracer().span("x", Kind.SERVER, parent):
        LOG.info("%s went well", "it", extra={"milliseconds": 1.5})
    (line,) = lines(stream)
    assert line["event"] == "it went well"
    assert (line["level"], line["logger"]) == ("info", "tests.something")
    assert (line["request_id"], line["tenant"]) == ("r-1", "acme")
    assert line["trace_id"] == "0af7651916cd43dd8448eb211c80319c"
    assert len(line["span_id"]) == 16
    assert line["milliseconds"] == 1.5
    assert line["timestamp"].endswith("Z")


def test_what_is_no_terminal_gets_json_and_a_terminal_text(written):
    stream = written(form="auto")
    LOG.info("hello")
    assert lines(stream)[0]["event"] == "hello"

    class Terminal(io.StringIO):
        def isatty(self):
            return True

    terminal = Terminal()
    set_up_logs("INFO", "auto", stream=terminal)
    LOG.info("hello")
    assert "hello" in terminal.getvalue()
    assert not terminal.getvalue().startswith("{")


def test_an_exception_tells_where_it_happened_and_not_what_it_quotes(written):
    stream = written()
    raise_and_log(ValueError("Erika Mustermann"), KeyError("erika@example.com"))
    (line,) = lines(stream)
    assert "Erika" not in stream.getvalue()
    assert "erika@" not in stream.getvalue()
    assert line["exception"].startswith("ValueError\n")
    assert "because of\nKeyError" in line["exception"]
    assert "test_logs:" in line["exception"]
    assert "raise_and_log" in line["exception"]


def test_the_environments_errors_say_what_they_are_with_their_causes(written):
    stream = written(speaking=(Unavailable,))
    raise_and_log(Unavailable("The database is away."), RuntimeError("connection refused"))
    assert "The database is away." in stream.getvalue()
    assert "connection refused" in stream.getvalue()


def test_notes_of_our_own_are_told(written):
    stream = written()
    error = ValueError("Erika")
    error.add_note("in a render process")
    raise_and_log(error)
    assert "in a render process" in stream.getvalue()


def test_at_level_debug_exceptions_speak(written):
    stream = written("DEBUG")
    raise_and_log(ValueError("Erika"))
    assert "ValueError: Erika" in stream.getvalue()


def test_less_than_the_level_is_not_written(written):
    stream = written("WARNING")
    LOG.info("hello")
    assert stream.getvalue() == ""


def test_a_line_break_in_a_value_makes_no_second_line(written):
    for form in ("json", "text"):
        stream = written(form=form)
        LOG.info("id %r", "a\nb")
        assert len(stream.getvalue().splitlines()) == 1
