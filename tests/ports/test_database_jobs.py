"""What every database promises about jobs and their orders."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest

from server.domain.errors import Conflict, InvalidInput, NotFound
from server.domain.job import ChunkKind, JobFilter, JobOrder, JobOrderStatus, JobStatus, JobType
from server.ports import RememberedRequest
from tests.builders.storage_values import (
    ACME,
    NOON,
    OTHER,
    add_job,
    failure,
    in_threads,
    make_job,
    success,
    write,
)


def add_jobs(database, *jobs):
    for job in jobs:
        with database.write() as unit:
            unit.jobs.add(job)
            unit.commit()


class TestJobs:
    def test_a_job_comes_back_as_it_was(self, database):
        job = make_job(
            job_type=JobType.AUTOMATIC,
            created_at=datetime(2025, 11, 3, 12, 0, 0, 123456, tzinfo=UTC),
            done_at=NOON,
            order_count=3,
            success_count=2,
            failure_count=1,
        )
        write(database, lambda unit: unit.jobs.add(job))
        with database.read() as unit:
            found = unit.jobs.get(ACME, "job-1")
        assert found == job
        assert found.created_at.tzinfo == UTC

    def test_times_of_other_zones_come_back_in_utc(self, database):
        created_at = datetime(2025, 11, 3, 1, 0, tzinfo=timezone(timedelta(hours=2)))
        write(database, lambda unit: unit.jobs.add(make_job(created_at=created_at)))
        with database.read() as unit:
            found = unit.jobs.get(ACME, "job-1").created_at
        assert (found.day, found.hour) == (2, 23)
        assert found == created_at

    def test_an_unknown_job_is_none(self, database):
        with database.read() as unit:
            assert unit.jobs.get(ACME, "job-404") is None
            assert unit.jobs.orders("job-404", 0, 10) == ()

    def test_another_tenant_does_not_see_the_job(self, database):
        write(database, lambda unit: add_job(unit, "job-1", 2))
        with database.read() as unit:
            assert unit.jobs.get(OTHER, "job-1") is None
            assert unit.jobs.page(OTHER, JobFilter(), None, 10).items == ()

    def test_orders_are_pending_in_the_order_they_were_named(self, database):
        ids = ["z", "a", "m", "0"]
        with database.write() as unit:
            unit.jobs.add(make_job())
            unit.jobs.add_orders("job-1", 0, ids[:2])
            unit.jobs.add_orders("job-1", 2, ids[2:])
            unit.jobs.add_orders("job-1", 4, [])
            unit.commit()
        with database.read() as unit:
            assert unit.jobs.orders("job-1", 0, 10) == tuple(
                JobOrder(position, order_id) for position, order_id in enumerate(ids)
            )
            assert [o.order_id for o in unit.jobs.orders("job-1", 1, 2)] == ["a", "m"]
            assert unit.jobs.orders("job-1", 4, 2) == ()
            assert unit.jobs.get(ACME, "job-1").order_count == 4

    def test_a_job_takes_very_many_orders(self, database):
        write(database, lambda unit: add_job(unit, "job-1", 20_000, size=100))
        with database.read() as unit:
            assert unit.jobs.get(ACME, "job-1").order_count == 20_000
            assert unit.jobs.orders("job-1", 19_999, 10)[0].order_id == "o-19999"

    def test_orders_of_an_unknown_job_are_refused(self, database):
        with pytest.raises(NotFound), database.write() as unit:
            unit.jobs.add_orders("job-404", 0, ["o-1"])

    def test_two_orders_cannot_have_one_position(self, database):
        write(database, lambda unit: add_job(unit, "job-1", 2))
        with pytest.raises(Conflict), database.write() as unit:
            unit.jobs.add_orders("job-1", 1, ["o-x"])


class TestOutcomes:
    def test_outcomes_are_written_and_counted(self, database):
        write(database, lambda unit: add_job(unit, "job-1", 4))
        outcomes = [success(0), failure(1), success(2)]
        write(database, lambda unit: unit.jobs.record("job-1", outcomes))
        with database.read() as unit:
            job = unit.jobs.get(ACME, "job-1")
            listed = unit.jobs.orders("job-1", 0, 10)
        assert listed == (*outcomes, JobOrder(3, "o-3"))
        assert (job.success_count, job.failure_count, job.pending_count) == (2, 1, 1)

    def test_an_outcome_is_final_and_counted_once(self, database):
        write(database, lambda unit: add_job(unit, "job-1", 2))
        write(database, lambda unit: unit.jobs.record("job-1", [success(0)]))
        write(database, lambda unit: unit.jobs.record("job-1", [failure(0), success(1)]))
        write(database, lambda unit: unit.jobs.record("job-1", [success(0), failure(1)]))
        with database.read() as unit:
            job = unit.jobs.get(ACME, "job-1")
            assert unit.jobs.orders("job-1", 0, 10) == (success(0), success(1))
        assert (job.success_count, job.failure_count, job.pending_count) == (2, 0, 0)

    def test_an_outcome_of_one_job_is_not_one_of_another(self, database):
        write(database, lambda unit: add_job(unit, "job-1", 1))
        write(database, lambda unit: add_job(unit, "job-2", 1))
        write(database, lambda unit: unit.jobs.record("job-2", [success(0)]))
        with database.read() as unit:
            assert unit.jobs.get(ACME, "job-1").pending_count == 1
            assert unit.jobs.orders("job-1", 0, 1)[0].status is JobOrderStatus.PENDING

    def test_no_outcomes_change_nothing(self, database):
        write(database, lambda unit: add_job(unit, "job-1", 1))
        write(database, lambda unit: unit.jobs.record("job-1", []))
        with database.read() as unit:
            assert unit.jobs.get(ACME, "job-1").pending_count == 1

    def test_threads_that_record_the_same_outcomes_count_them_once(self, database):
        write(database, lambda unit: add_job(unit, "job-1", 50))
        outcomes = [success(position) for position in range(50)]
        in_threads(6, lambda _: write(database, lambda unit: unit.jobs.record("job-1", outcomes)))
        with database.read() as unit:
            assert unit.jobs.get(ACME, "job-1").success_count == 50


class TestClosing:
    def test_a_job_is_done_when_no_order_is_pending_and_no_chunk_is_open(self, database):
        later = NOON + timedelta(minutes=5)
        write(database, lambda unit: add_job(unit, "job-1", 2, size=1))
        for position, is_last in ((0, False), (1, True)):
            with database.write() as unit:
                chunk = unit.chunks.claim("me", NOON, 8)
                unit.jobs.record("job-1", [success(position)])
                assert not unit.jobs.close_if_complete("job-1", later)
                unit.chunks.finish(chunk)
                assert unit.jobs.close_if_complete("job-1", later) is is_last
                unit.commit()
        with database.read() as unit:
            assert unit.jobs.get(ACME, "job-1").done_at == later
            assert unit.jobs.get(ACME, "job-1").status is JobStatus.DONE

    def test_a_pending_order_keeps_the_job_open(self, database):
        with database.write() as unit:
            unit.jobs.add(make_job())
            unit.jobs.add_orders("job-1", 0, ["o-0"])
            assert not unit.jobs.close_if_complete("job-1", NOON)
            unit.jobs.record("job-1", [failure(0)])
            assert unit.jobs.close_if_complete("job-1", NOON)

    def test_a_job_without_orders_is_done_when_its_planning_is(self, database):
        with database.write() as unit:
            unit.jobs.add(make_job())
            unit.chunks.add("job-1", ACME, ChunkKind.PLAN, 0, 0, 10)
            assert not unit.jobs.close_if_complete("job-1", NOON)
            unit.chunks.finish(unit.chunks.claim("me", NOON, 8))
            assert unit.jobs.close_if_complete("job-1", NOON)

    def test_a_done_job_stays_done_at_its_first_time(self, database):
        write(database, lambda unit: unit.jobs.add(make_job()))
        write(database, lambda unit: unit.jobs.close_if_complete("job-1", NOON))
        with database.write() as unit:
            assert unit.jobs.close_if_complete("job-1", NOON + timedelta(days=1))
            unit.commit()
        with database.read() as unit:
            assert unit.jobs.get(ACME, "job-1").done_at == NOON


class TestJobPages:
    def test_pages_give_every_job_once_the_newest_first(self, database):
        ids = [f"job-{number}" for number in range(7)]
        add_jobs(database, *map(make_job, ids))
        seen, cursor = [], None
        with database.read() as unit:
            while True:
                page = unit.jobs.page(ACME, JobFilter(), cursor, 3)
                seen += [job.job_id for job in page.items]
                cursor = page.next_cursor
                if cursor is None:
                    break
                assert len(page.items) == 3
        assert seen == ids[::-1]

    def test_a_full_last_page_has_no_next_one(self, database):
        add_jobs(database, make_job("job-1"), make_job("job-2"))
        with database.read() as unit:
            assert unit.jobs.page(ACME, JobFilter(), None, 2).next_cursor is None

    def test_a_job_added_meanwhile_does_not_shift_the_next_page(self, database):
        add_jobs(database, make_job("job-1"), make_job("job-2"), make_job("job-3"))
        with database.read() as unit:
            first = unit.jobs.page(ACME, JobFilter(), None, 2)
        write(database, lambda unit: unit.jobs.add(make_job("job-4")))
        with database.read() as unit:
            second = unit.jobs.page(ACME, JobFilter(), first.next_cursor, 2)
        assert [job.job_id for job in second.items] == ["job-1"]

    def test_jobs_are_chosen_by_status(self, database):
        times = {"job-1": NOON, "job-2": None, "job-3": NOON}
        add_jobs(database, *(make_job(name, done_at=time) for name, time in times.items()))
        with database.read() as unit:
            done = unit.jobs.page(ACME, JobFilter(JobStatus.DONE), None, 10)
            open_ones = unit.jobs.page(ACME, JobFilter(JobStatus.IN_PROGRESS), None, 10)
        assert [job.job_id for job in done.items] == ["job-3", "job-1"]
        assert [job.job_id for job in open_ones.items] == ["job-2"]

    @pytest.mark.parametrize(
        "cursor",
        ["", "x", "-1", "1.5", "0", " 1", "9" * 30, "5", "5-", "-5", "1-2-3", "٣", "9" * 18 + "-1"],
    )
    def test_a_cursor_that_no_page_gave_is_refused(self, database, cursor):
        with database.read() as unit, pytest.raises(InvalidInput) as raised:
            unit.jobs.page(ACME, JobFilter(), cursor, 10)
        assert [v.field for v in raised.value.violations] == ["page_token"]


class TestRequests:
    REQUEST = RememberedRequest("job-1", "f" * 64, NOON)

    def test_a_request_is_remembered_for_its_tenant(self, database):
        write(database, lambda unit: unit.requests.remember(ACME, "key", self.REQUEST))
        with database.read() as unit:
            assert unit.requests.find(ACME, "key") == self.REQUEST
            assert unit.requests.find(OTHER, "key") is None
            assert unit.requests.find(ACME, "other key") is None

    def test_the_last_request_of_an_id_is_remembered(self, database):
        later = replace(self.REQUEST, result="job-2", created_at=NOON + timedelta(days=2))
        write(database, lambda unit: unit.requests.remember(ACME, "key", self.REQUEST))
        write(database, lambda unit: unit.requests.remember(ACME, "key", later))
        with database.read() as unit:
            assert unit.requests.find(ACME, "key") == later
