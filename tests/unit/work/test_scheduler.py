"""The thread that runs schedules: when it looks, and that nothing ends it."""

from __future__ import annotations

import queue
from datetime import timedelta

import pytest

from server.domain.errors import Unavailable
from server.work import scheduler as module
from server.work.scheduler import Scheduler
from tests.fakes.outside import FakeClock

PATIENCE = 30  # seconds; what is waited for comes at once


class Due:
    """Stands in for what runs all that is due: tells of each look and answers as a test wants."""

    def __init__(self) -> None:
        self.looks: queue.Queue[int] = queue.Queue()
        self.answers: queue.Queue[object] = queue.Queue()

    def __call__(self):
        self.looks.put(1)
        answer = self.answers.get(timeout=PATIENCE)
        if isinstance(answer, Exception):
            raise answer
        return answer


@pytest.fixture
def due():
    return Due()


@pytest.fixture
def clock():
    return FakeClock()


@pytest.fixture
def started(due, clock):
    scheduler = Scheduler(due, clock)
    scheduler.start()
    yield scheduler
    due.answers.put(None)
    assert scheduler.stop(PATIENCE)


def test_it_looks_at_its_start_and_again_when_the_time_has_come(due, clock, started):
    due.looks.get(timeout=PATIENCE)
    due.answers.put(clock.now() + timedelta(milliseconds=50))
    due.looks.get(timeout=PATIENCE)
    due.answers.put(clock.now() - timedelta(seconds=5))  # late already
    due.looks.get(timeout=PATIENCE)


def test_it_sleeps_until_it_is_woken_where_nothing_is_due_soon(due, clock, started):
    for answer in (clock.now() + timedelta(days=3), None):
        due.looks.get(timeout=PATIENCE)
        due.answers.put(answer)
        with pytest.raises(queue.Empty):
            due.looks.get(timeout=0.1)
        started.wake()
    due.looks.get(timeout=PATIENCE)


def test_a_wake_while_it_looks_is_not_missed(due, started):
    due.looks.get(timeout=PATIENCE)
    started.wake()
    due.answers.put(None)
    due.looks.get(timeout=PATIENCE)


@pytest.mark.parametrize("error", [Unavailable("away"), RuntimeError("a bug")])
def test_an_error_is_slept_over(due, started, monkeypatch, error):
    monkeypatch.setattr(module, "PAUSE", 0.01)
    due.looks.get(timeout=PATIENCE)
    due.answers.put(error)
    due.looks.get(timeout=PATIENCE)


def test_no_sleep_is_longer_than_what_another_server_may_have_changed(due, started, monkeypatch):
    monkeypatch.setattr(module, "LONGEST_SLEEP", 0.01)
    due.looks.get(timeout=PATIENCE)
    due.answers.put(None)
    due.looks.get(timeout=PATIENCE)


def test_stopping_waits_for_the_job_that_is_being_started(due, clock):
    scheduler = Scheduler(due, clock)
    scheduler.start()
    due.looks.get(timeout=PATIENCE)
    assert not scheduler.stop(0)
    due.answers.put(None)
    assert scheduler.stop(PATIENCE)
    assert due.looks.empty()


def test_stopping_what_was_never_started_does_nothing(due, clock):
    assert Scheduler(due, clock).stop(0)
