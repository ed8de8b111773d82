"""Housekeeping runs beside the service, survives what fails, and ends when asked."""

import threading

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


def test_one_that_never_began_is_stopped_at_once():
    assert Housekeeping(lambda _: None).stop(0)
