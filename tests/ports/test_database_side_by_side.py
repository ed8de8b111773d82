"""What every database promises to two who write at the same moment.

Where writers run side by side, the second one has begun before the first one ends: it must see
what the first did, as if it had come later.
"""

from dataclasses import replace

import pytest

from server.domain.errors import Conflict
from server.domain.job import ChunkKind, JobStatus
from tests.builders.storage_values import (
    ACME,
    NOON,
    add_job,
    failure,
    make_job,
    success,
    write,
)


def claim(window=8, holder="me"):
    return lambda unit: unit.chunks.claim(holder, NOON, window)


def claimed(database, count):
    chunks = []
    for _ in range(count):
        write(database, lambda unit: chunks.append(unit.chunks.claim("me", NOON, 8)))
    return chunks


def job_of(database, job_id="job-1"):
    with database.read() as unit:
        return unit.jobs.get(ACME, job_id)


class TestChunks:
    def test_they_get_different_chunks(self, database, side_by_side):
        write(database, lambda unit: add_job(unit, "job-1", 2))
        first, second = side_by_side(claim(), claim())
        assert {first.index, second.index} == {0, 1}

    @pytest.mark.parametrize("window", [1, 2, 3])
    def test_the_window_of_a_job_is_not_overshot(self, database, side_by_side, window):
        write(database, lambda unit: add_job(unit, "job-1", 9))
        claimed(database, window - 1)
        first, second = side_by_side(claim(window), claim(window))
        assert first.index == window - 1
        assert second is None

    def test_the_second_takes_the_job_whose_turn_it_is(self, database, side_by_side):
        write(database, lambda unit: add_job(unit, "a", 2))
        write(database, lambda unit: add_job(unit, "b", 2))
        first, second = side_by_side(claim(), claim())
        assert (first.job_id, second.job_id) == ("a", "b")

    def test_what_the_first_did_not_keep_is_free_for_the_second(self, database, side_by_side):
        write(database, lambda unit: add_job(unit, "job-1", 1))
        first, second = side_by_side(claim(), claim(holder="you"), commit=False)
        assert second == replace(first, holder="you")

    def test_a_chunk_that_is_being_freed_is_not_held_by_its_late_worker(
        self, database, side_by_side
    ):
        write(database, lambda unit: add_job(unit, "job-1", 1))
        (chunk,) = claimed(database, 1)
        _, still_held = side_by_side(
            lambda unit: unit.chunks.release(chunk, NOON, counted=True),
            lambda unit: unit.chunks.holds(chunk),
        )
        assert not still_held

    def test_a_chunk_is_not_freed_under_the_hands_of_one_who_relies_on_it(
        self, database, side_by_side
    ):
        write(database, lambda unit: add_job(unit, "job-1", 1))
        (chunk,) = claimed(database, 1)

        def rely(unit):
            assert unit.chunks.holds(chunk)
            unit.chunks.finish(chunk)

        with pytest.raises(Conflict) as raised:
            side_by_side(rely, lambda unit: unit.chunks.release(chunk, NOON, counted=True))
        assert raised.value.reason == "CHUNK_LOST"


class TestTheEndOfAJob:
    @pytest.mark.parametrize("recorded", [True, False], ids=["with outcomes", "recorded before"])
    def test_of_the_last_two_chunks_one_closes_the_job(self, database, side_by_side, recorded):
        write(database, lambda unit: add_job(unit, "job-1", 2))
        chunks = claimed(database, 2)
        if not recorded:
            outcomes = [success(0), failure(1)]
            write(database, lambda unit: unit.jobs.record("job-1", outcomes))

        def finish(chunk):
            def work(unit):
                unit.chunks.finish(chunk)
                unit.jobs.record("job-1", [success(chunk.index)] if recorded else [])
                return unit.jobs.close_if_complete("job-1", NOON)

            return work

        assert side_by_side(finish(chunks[0]), finish(chunks[1])) == (False, True)
        assert job_of(database).status is JobStatus.DONE

    def test_a_job_is_not_closed_while_its_plan_adds_to_it(self, database, side_by_side):
        with database.write() as unit:
            unit.jobs.add(make_job())
            unit.chunks.add("job-1", ACME, ChunkKind.PLAN, 0, 0, 1)
            unit.commit()
        (plan,) = claimed(database, 1)

        def add(unit):
            unit.chunks.finish(plan)
            unit.jobs.add_orders("job-1", 0, ["o-0"])
            unit.chunks.add("job-1", ACME, ChunkKind.ORDERS, 0, 1, 1)

        _, done = side_by_side(add, lambda unit: unit.jobs.close_if_complete("job-1", NOON))
        assert not done

    def test_all_orders_and_outcomes_are_counted(self, database, side_by_side):
        write(database, lambda unit: add_job(unit, "job-1", 4))
        side_by_side(
            lambda unit: unit.jobs.record("job-1", [success(0), failure(1)]),
            lambda unit: unit.jobs.record("job-1", [success(2), success(1)]),
        )
        side_by_side(
            lambda unit: unit.jobs.add_orders("job-1", 4, ["a"]),
            lambda unit: unit.jobs.add_orders("job-1", 5, ["b", "c"]),
        )
        job = job_of(database)
        assert (job.order_count, job.success_count, job.failure_count) == (7, 2, 1)

    def test_chunks_that_are_added_together_follow_each_other(self, database, side_by_side):
        write(database, lambda unit: unit.jobs.add(make_job()))

        def add(unit):
            unit.chunks.add("job-1", ACME, ChunkKind.ORDERS, 0, 3, 1)

        side_by_side(add, add)
        assert sorted(chunk.index for chunk in claimed(database, 6)) == [0, 1, 2, 3, 4, 5]
