"""What every database promises about chunks and who holds them."""

import threading
from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest

from server.domain.errors import Conflict
from server.domain.job import Chunk, ChunkKind
from tests.builders.storage_values import (
    ACME,
    NOON,
    OTHER,
    add_job,
    in_threads,
    make_job,
    write,
)

WINDOW = 8


def claim(database, holder="me", now=NOON, window=WINDOW):
    with database.write() as unit:
        chunk = unit.chunks.claim(holder, now, window)
        unit.commit()
    return chunk


def finish(database, chunk):
    write(database, lambda unit: unit.chunks.finish(chunk))


def add_jobs(database, *job_ids, orders):
    for job_id in job_ids:
        with database.write() as unit:
            add_job(unit, job_id, orders)
            unit.commit()


def drain(database):
    """Claims and finishes until nothing is left."""
    chunks = []
    while chunk := claim(database):
        finish(database, chunk)
        chunks.append(chunk)
    return chunks


class TestAdding:
    def test_positions_are_cut_into_chunks_of_the_size(self, database):
        write(database, lambda unit: add_job(unit, "job-1", 10, size=4))
        chunks = drain(database)
        assert [(c.index, c.first, c.end) for c in chunks] == [(0, 0, 4), (1, 4, 8), (2, 8, 10)]
        assert {(c.job_id, c.tenant, c.kind) for c in chunks} == {("job-1", ACME, ChunkKind.ORDERS)}

    def test_indexes_go_on_after_the_planning_chunk(self, database):
        with database.write() as unit:
            unit.jobs.add(make_job())
            unit.chunks.add("job-1", ACME, ChunkKind.PLAN, 0, 0, 4)
            unit.commit()
        plan = claim(database)
        assert (plan.index, plan.kind, plan.first, plan.end) == (0, ChunkKind.PLAN, 0, 0)
        finish(database, plan)
        write(database, lambda unit: unit.chunks.add("job-1", ACME, ChunkKind.ORDERS, 0, 5, 4))
        assert [(c.index, c.first, c.end) for c in drain(database)] == [(1, 0, 4), (2, 4, 5)]

    def test_no_positions_make_no_chunks(self, database):
        write(database, lambda unit: add_job(unit, "job-1", 0))
        assert claim(database) is None


class TestClaiming:
    def test_a_claimed_chunk_bears_its_holder_and_its_first_attempt(self, database):
        write(database, lambda unit: add_job(unit, "job-1", 1, tenant=OTHER))
        expected = Chunk("job-1", OTHER, 0, ChunkKind.ORDERS, 0, 1, "me", 1)
        assert claim(database) == expected
        assert claim(database) is None

    def test_nothing_is_claimed_where_nothing_is(self, database):
        assert claim(database) is None

    def test_a_job_has_no_more_than_the_window_in_hand(self, database):
        write(database, lambda unit: add_job(unit, "job-1", 20))
        held = [claim(database, window=3) for _ in range(4)]
        assert held[3] is None
        finish(database, held[0])
        assert claim(database, window=3).index == 3
        assert claim(database, window=3) is None

    def test_the_job_with_the_fewest_held_chunks_comes_first(self, database):
        write(database, lambda unit: add_job(unit, "big", 20))
        assert [claim(database).job_id for _ in range(3)] == ["big"] * 3
        write(database, lambda unit: add_job(unit, "small", 2, tenant=OTHER))
        assert [claim(database).job_id for _ in range(4)] == ["small", "small", "big", "big"]

    def test_jobs_take_turns_the_oldest_first(self, database):
        add_jobs(database, "a", "b", "c", orders=3)
        claimed = [claim(database).job_id for _ in range(9)]
        assert claimed == ["a", "b", "c"] * 3

    def test_the_oldest_job_comes_first_whatever_its_tenant_is_called(self, database):
        write(database, lambda unit: add_job(unit, "older", 1, tenant=OTHER))
        write(database, lambda unit: add_job(unit, "newer", 1, tenant=ACME))
        assert [claim(database).job_id for _ in range(2)] == ["older", "newer"]

    def test_a_job_at_its_window_does_not_block_the_others(self, database):
        write(database, lambda unit: add_job(unit, "big", 20))
        write(database, lambda unit: add_job(unit, "next", 20))
        claimed = Counter(claim(database, window=2).job_id for _ in range(4))
        assert claimed == {"big": 2, "next": 2}
        assert claim(database, window=2) is None

    def test_a_chunk_without_commit_is_free_again(self, database):
        write(database, lambda unit: add_job(unit, "job-1", 1))
        with database.write() as unit:
            assert unit.chunks.claim("gone", NOON, WINDOW)
        assert claim(database).attempts == 1

    def test_threads_never_get_one_chunk_twice(self, database):
        add_jobs(database, "a", "b", "c", orders=40)
        claimed: list[tuple[str, int]] = []
        guard = threading.Lock()

        def work(index):
            while chunk := claim(database, holder=f"{index}-{len(claimed)}", window=4):
                with guard:
                    claimed.append((chunk.job_id, chunk.index))
                finish(database, chunk)

        in_threads(8, work)
        assert sorted(claimed) == [(job, i) for job in "abc" for i in range(40)]


class TestHolding:
    @pytest.fixture
    def chunk(self, database):
        write(database, lambda unit: add_job(unit, "job-1", 2))
        return claim(database)

    def test_the_holder_has_it(self, database, chunk):
        with database.write() as unit:
            assert unit.chunks.holds(chunk)

    @pytest.mark.parametrize(
        "changes", [{"holder": "you"}, {"index": 1}, {"index": 7}, {"job_id": "job-2"}]
    )
    def test_nobody_else_has_it(self, database, chunk, changes):
        stranger = replace(chunk, **changes)
        with database.write() as unit:
            assert not unit.chunks.holds(stranger)
            with pytest.raises(Conflict):
                unit.chunks.finish(stranger)
            with pytest.raises(Conflict):
                unit.chunks.release(stranger, NOON, counted=True)
            assert unit.chunks.holds(chunk)

    def test_a_finished_chunk_is_held_by_nobody_and_never_given_again(self, database, chunk):
        finish(database, chunk)
        with database.write() as unit:
            assert not unit.chunks.holds(chunk)
            with pytest.raises(Conflict):
                unit.chunks.finish(chunk)
            with pytest.raises(Conflict):
                unit.chunks.release(chunk, NOON, counted=True)
            assert unit.chunks.release_all() == 0
        assert [c.index for c in drain(database)] == [1]

    def test_a_released_chunk_can_be_claimed_from_its_time_on(self, database, chunk):
        later = NOON + timedelta(seconds=10)
        write(database, lambda unit: unit.chunks.release(chunk, later, counted=True))
        assert claim(database).index == 1
        assert claim(database, now=later - timedelta(microseconds=1)) is None
        again = claim(database, "you", now=later)
        assert (again.index, again.attempts, again.holder) == (0, 2, "you")

    def test_an_attempt_that_does_not_count_is_taken_back(self, database, chunk):
        write(database, lambda unit: unit.chunks.release(chunk, NOON, counted=False))
        again = [claim(database, "you"), claim(database, "you")]
        assert sorted((c.index, c.attempts) for c in again) == [(0, 1), (1, 1)]

    def test_a_late_worker_cannot_touch_a_chunk_that_another_has_now(self, database, chunk):
        write(database, lambda unit: unit.chunks.release(chunk, NOON, counted=True))
        now_held = [claim(database, "you"), claim(database, "you")]
        mine_again = next(c for c in now_held if c.index == chunk.index)
        with database.write() as unit:
            assert not unit.chunks.holds(chunk)
            with pytest.raises(Conflict):
                unit.chunks.finish(chunk)
            assert unit.chunks.holds(mine_again)

    def test_release_all_frees_what_is_held_and_keeps_the_attempts(self, database, chunk):
        assert claim(database).index == 1
        with database.write() as unit:
            assert unit.chunks.release_all() == 2
            assert not unit.chunks.holds(chunk)
            unit.commit()
        assert sorted((c.index, c.attempts) for c in drain(database)) == [(0, 2), (1, 2)]
