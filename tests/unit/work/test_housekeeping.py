"""Housekeeping runs beside the service, survives what fails, and ends when asked."""

import threading
from time import monotonic

from server.domain.errors import Unavailable
from server.work import housekeeping
from server.work.housekeeping import RESTS, Housekeeping


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


def test_a_task_rests_several_times_as_long_as_its_step_took():
    """Those who work on jobs meanwhile find most of the time free."""
    worked, rests = 0.02, []
    rested = threading.Event()

    def task(stopping):
        begun = monotonic()
        while monotonic() - begun < worked:
            pass
        begun = monotonic()
        stopping()
        rests.append(monotonic() - begun)
        rested.set()

    keeper = Housekeeping(task)
    keeper.start()
    assert rested.wait(30)
    assert keeper.stop(30)
    assert rests[0] > RESTS * worked * 0.99


def test_no_rest_is_longer_than_its_bound(monkeypatch):
    monkeypatch.setattr(housekeeping, "RESTS", 1e9)
    monkeypatch.setattr(housekeeping, "LONGEST_REST", 0.01)
    rested = threading.Event()

    def task(stopping):
        if not stopping():
            rested.set()

    keeper = Housekeeping(task)
    keeper.start()
    assert rested.wait(30)
    assert keeper.stop(30)


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
