"""Housekeeping runs beside the service, survives what fails, and ends when asked."""

import threading
from time import monotonic

import pytest

from server.domain.errors import Unavailable
from server.work import housekeeping
from server.work.housekeeping import Housekeeping


def test_a_task_that_fails_is_asked_again(monkeypatch):
    monkeypatch.setattr(housekeeping, "LOOK_EVERY", 0.001)
    failures = iter([Unavailable("The database is away."), RuntimeError("a bug")])
    went_well = threading.Event()

    def task(stopping):
        for failure in failures:
            raise failure
        went_well.set()

    keeper = Housekeeping(task)
    keeper.start()
    assert went_well.wait(30)
    assert keeper.stop(30)


def test_a_task_that_fails_keeps_no_other_from_being_done():
    done = threading.Event()

    def fails(stopping):
        raise Unavailable("The database is away.")

    keeper = Housekeeping(fails, lambda stopping: done.set())
    keeper.start()
    assert done.wait(30)
    assert keeper.stop(30)


def test_a_task_in_work_is_told_to_end():
    begun = threading.Event()

    def task(stopping):
        begun.set()
        while not stopping():
            pass

    keeper = Housekeeping(task)
    keeper.start()
    assert begun.wait(30)
    assert keeper.stop(30)


@pytest.mark.parametrize(("worked", "rest"), [(0.02, 0.08), (3.0, 5.0)])
def test_a_task_rests_several_times_as_long_as_its_step_took(monkeypatch, worked, rest):
    """Those who work on jobs meanwhile find most of the time free."""
    rests = []
    began = monotonic()
    times = iter([began, began + worked, began + worked + rest])
    monkeypatch.setattr(housekeeping, "monotonic", lambda: next(times))

    class Stopping(threading.Event):
        def wait(self, timeout=None):
            rests.append(timeout)
            return super().wait(0)

    keeper = Housekeeping(lambda stopping: stopping())
    keeper._stopping = Stopping()
    keeper._try(keeper._tasks[0])
    assert rests == pytest.approx([rest])


def test_a_task_that_rests_ends_as_soon_as_it_is_told(monkeypatch):
    monkeypatch.setattr(housekeeping, "RESTS", 1e9)
    monkeypatch.setattr(housekeeping, "LONGEST_REST", 600.0)
    begun, told = threading.Event(), []

    def task(stopping):
        begun.set()
        told.append(stopping())

    keeper = Housekeeping(task)
    keeper.start()
    assert begun.wait(30)
    assert keeper.stop(30)
    assert told == [True]


def test_one_that_never_began_is_stopped_at_once():
    assert Housekeeping(lambda _: None).stop(0)
