"""Rendering in place is as safe as in a pool: what is deadly ends one process, or none if alone."""

import ctypes
import os
import time
from concurrent.futures.process import BrokenProcessPool
from contextlib import closing
from functools import partial

import pytest

from server.domain.errors import LimitExceeded, Unavailable
from server.work.lone_process import LoneProcess
from server.work.render_alone import TRIES_ALONE
from server.work.render_here import TOGETHER, RenderHere
from tests.fakes.deadly import draw, tasks
from tests.fakes.outside import as_bytes, fake_document, fake_preview, nothing
from tests.unit.work.test_chunk_processes import is_running

#: Short for a test, and long enough for a machine that is busy.
SECONDS = 5


def render(numbers, *, alone=False):
    """Renders where it is called, and gives what came of it."""
    renderer = RenderHere(draw, fake_preview, nothing, SECONDS)
    return renderer.render(tasks(*numbers), as_bytes, alone=alone)


def test_any_number_of_documents_come_in_their_order():
    numbers = [f"RE-{n}" for n in range(2 * TOGETHER + 1)]
    assert render(numbers) == [fake_document(*task) for task in tasks(*numbers)]


@pytest.mark.parametrize("deadly", ["DIES", "HANGS"])
def test_what_is_deadly_or_takes_too_long_ends_the_process_that_draws_it(deadly):
    with closing(LoneProcess(nothing)) as process:
        with pytest.raises(BrokenProcessPool):
            process.run(render, ["RE-1", deadly, "RE-2"])
        assert process.run(render, ["RE-1"]) == [fake_document(*tasks("RE-1")[0])]


def test_alone_what_is_deadly_is_tried_and_fails_by_itself(tmp_path):
    good, bad, late, fine = render(["RE-1", f"DIES {tmp_path}", "HANGS", "RE-2"], alone=True)
    assert isinstance(good, bytes)
    assert isinstance(fine, bytes)
    assert isinstance(bad, RuntimeError)
    assert len(list(tmp_path.iterdir())) == TRIES_ALONE
    assert isinstance(late, LimitExceeded)
    assert late.reason == "RENDERING_TOO_LONG"


def test_the_time_of_the_last_document_is_over_with_it():
    with closing(LoneProcess(nothing)) as process:
        assert process.run(render, ["RE-1"])
        assert process.run(outlive_the_limit)


def outlive_the_limit():
    """Works for longer than a document may take."""
    return ctypes.PyDLL(None).sleep(SECONDS + 1) == 0


def end_at_once():
    """Keeps a process from starting, as a lack of memory does."""
    os._exit(1)


def test_alone_an_invoice_waits_where_no_process_can_start_and_is_not_blamed_for_it():
    renderer = RenderHere(draw, fake_preview, end_at_once, SECONDS)
    with pytest.raises(Unavailable, match="could not start"):
        renderer.render(tasks("RE-1"), as_bytes, alone=True)


def test_alone_an_invoice_is_not_blamed_for_a_process_that_takes_too_long_to_start(monkeypatch):
    monkeypatch.setattr("server.work.lone_process.START", 0.01)
    with pytest.raises(Unavailable, match="could not start"):
        render(["RE-1"], alone=True)


def test_a_process_that_takes_long_to_start_is_waited_for_again(monkeypatch, tmp_path):
    with closing(LoneProcess(partial(wait_for, tmp_path / "go"))) as process:
        with monkeypatch.context() as hurried:
            hurried.setattr("server.work.lone_process.START", 0.01)
            with pytest.raises(Unavailable):
                process.run(os.getpid)
        begun = process._process
        (tmp_path / "go").touch()
        assert process.run(os.getpid)
        assert process._process is begun


def wait_for(file):
    """Takes until a file is there to start."""
    while not file.exists():
        pass


def test_a_process_that_was_closed_is_not_started_again():
    process = LoneProcess(nothing)
    assert process.run(os.getpid)
    process.close()
    with pytest.raises(Unavailable, match="is ending"):
        process.run(os.getpid)


def test_what_hangs_alone_ends_though_who_waited_for_it_was_killed(tmp_path):
    with closing(LoneProcess(nothing)) as process, pytest.raises(BrokenProcessPool):
        process.run(render, [f"ORPHANED {tmp_path}"], alone=True)
    (drawn_by,) = tmp_path.iterdir()
    end = time.monotonic() + 60
    while is_running(int(drawn_by.name)):
        assert time.monotonic() < end, "it hangs for ever"
