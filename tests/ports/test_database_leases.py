"""What every database promises to engines that take over from others."""

from datetime import timedelta

import pytest

from server.domain.errors import Conflict
from tests.builders.storage_values import NOON, OTHER, add_job, write

WINDOW = 3


def claim(database, holder):
    with database.write() as unit:
        chunk = unit.chunks.claim(holder, NOON, WINDOW)
        unit.commit()
    return chunk


def take_back(database, *holders, counted=True):
    with database.write() as unit:
        freed = unit.chunks.take_back(holders, counted=counted)
        unit.commit()
    return freed


def claimable(database, now=NOON):
    with database.read() as unit:
        return unit.chunks.claimable(now, WINDOW)


def test_who_holds_a_chunk_is_listed_until_it_is_done(database):
    write(database, lambda unit: add_job(unit, "job", 3))
    chunk, _ = claim(database, "a"), claim(database, "b")
    write(database, lambda unit: unit.chunks.finish(chunk))
    with database.read() as unit:
        assert unit.chunks.holders() == ("b",)


@pytest.mark.parametrize(("counted", "attempts"), [(True, 2), (False, 1)])
def test_what_is_taken_back_can_be_claimed_by_others_only(database, counted, attempts):
    write(database, lambda unit: add_job(unit, "job", 2))
    lost, kept = claim(database, "gone"), claim(database, "here")
    assert take_back(database, "gone", "unknown", counted=counted) == 1
    with database.write() as unit:
        assert not unit.chunks.holds(lost)
        assert unit.chunks.holds(kept)
        with pytest.raises(Conflict):
            unit.chunks.finish(lost)
    again = claim(database, "other")
    assert (again.index, again.attempts) == (lost.index, attempts)


def test_what_is_done_is_not_taken_back(database):
    write(database, lambda unit: add_job(unit, "job", 1))
    chunk = claim(database, "a")
    write(database, lambda unit: unit.chunks.finish(chunk))
    assert take_back(database, "a") == 0


def test_what_can_be_claimed_is_counted_within_the_window_of_each_job(database):
    assert claimable(database) == 0
    write(database, lambda unit: add_job(unit, "large", 10))
    write(database, lambda unit: add_job(unit, "small", 1, tenant=OTHER))
    assert claimable(database) == WINDOW + 1
    held = [claim(database, f"{n}") for n in range(3)]
    assert claimable(database) == WINDOW + 1 - 3
    with database.write() as unit:
        for chunk in held:
            unit.chunks.finish(chunk)
        unit.commit()
    assert claimable(database) == WINDOW


def test_what_waits_for_its_time_cannot_be_claimed_yet(database):
    write(database, lambda unit: add_job(unit, "job", 1))
    chunk, later = claim(database, "a"), NOON + timedelta(seconds=1)
    write(database, lambda unit: unit.chunks.release(chunk, later, counted=True))
    assert (claimable(database), claimable(database, later)) == (0, 1)


def test_what_waits_for_a_time_that_a_wrong_clock_told_can_be_claimed(database):
    """The pause began before the clock was set back by an hour; now it would last as long."""
    write(database, lambda unit: add_job(unit, "job", 1))
    chunk, later = claim(database, "a"), NOON + timedelta(hours=1, seconds=2)
    write(database, lambda unit: unit.chunks.release(chunk, later, counted=True))
    assert claimable(database) == 1
    assert claim(database, "b").attempts == 2
