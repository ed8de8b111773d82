"""What every database promises about jobs that are watched, cancelled, or chosen for a list."""

from datetime import timedelta
from hashlib import sha256

import pytest

from server.domain.job import (
    ChunkKind,
    JobFilter,
    JobOrder,
    JobOrderStatus,
    JobStatus,
    JobType,
)
from tests.builders.invoices import make_invoice
from tests.builders.storage_values import (
    ACME,
    NOON,
    OTHER,
    add_job,
    failure,
    in_threads,
    make_document,
    make_job,
    success,
    write,
)

SUCCESS = JobOrderStatus.SUCCESS


def outcomes(database, after=0, limit=100, job_id="job-1"):
    with database.read() as unit:
        return [o.position for o in unit.jobs.outcomes(job_id, after, limit)]


def claimed(database):
    with database.write() as unit:
        chunk = unit.chunks.claim("me", NOON, 8)
        unit.commit()
    return chunk


class TestOutcomes:
    def test_they_come_in_the_order_they_were_recorded(self, database):
        write(database, lambda unit: add_job(unit, "job-1", 6))
        write(database, lambda unit: unit.jobs.record("job-1", [success(4), failure(1)]))
        write(database, lambda unit: unit.jobs.record("job-1", [success(0)]))
        write(database, lambda unit: unit.jobs.record("job-1", [failure(4), success(5)]))
        assert outcomes(database) == [4, 1, 0, 5]
        assert outcomes(database, after=1, limit=2) == [1, 0]
        assert outcomes(database, after=4) == []
        assert outcomes(database, job_id="job-404") == []

    def test_a_range_gets_one_outcome_where_it_is_pending(self, database):
        write(database, lambda unit: add_job(unit, "job-1", 6))
        write(database, lambda unit: unit.jobs.record("job-1", [success(2)]))
        write(database, lambda unit: unit.jobs.record_range("job-1", 1, 4, failure(99)))
        assert outcomes(database) == [2, 1, 3]
        with database.read() as unit:
            job = unit.jobs.get(ACME, "job-1")
            listed = unit.jobs.orders("job-1", 0, 4)
            assert unit.jobs.failed("job-1") == ("o-1", "o-3")
        assert (job.success_count, job.failure_count, job.pending_count) == (1, 2, 3)
        assert listed[1] == failure(1)
        assert listed[2] == success(2)

    def test_of_a_range_those_with_a_live_invoice_and_its_pdf_get_its_number(self, database):
        write(database, lambda unit: add_job(unit, "job-1", 6))
        for number, (tenant, order) in enumerate(
            [(ACME, "o-4"), (ACME, "o-1"), (ACME, "o-2"), (OTHER, "o-3"), (ACME, "o-5")]
        ):
            invoice = make_invoice(1, number=f"R-{number}", order_id=order)
            with database.write() as unit:
                unit.invoices.add(tenant, "job-0", [invoice])
                if order != "o-2":
                    pdf = make_document(invoice.number, order.encode())
                    unit.invoices.add_documents(tenant, [pdf])
                unit.commit()
        told = JobOrder(0, "", SUCCESS, "It had one.")
        write(database, lambda unit: unit.jobs.record_invoiced("job-1", 0, 5, told))
        assert outcomes(database) == [1, 4]
        with database.read() as unit:
            job = unit.jobs.get(ACME, "job-1")
            listed = unit.jobs.orders("job-1", 0, 6)
        assert (job.success_count, job.failure_count, job.pending_count) == (2, 0, 4)
        digests = {at: sha256(f"o-{at}".encode()).hexdigest() for at in (1, 4)}
        numbers = {1: "R-1", 4: "R-0"}
        assert [listed[at] for at in (1, 4)] == [
            JobOrder(
                at,
                f"o-{at}",
                SUCCESS,
                "It had one.",
                invoice_number=numbers[at],
                pdf_sha256=digests[at],
            )
            for at in (1, 4)
        ]
        assert listed[2].status is listed[3].status is listed[5].status is JobOrderStatus.PENDING

    def test_those_that_are_recorded_at_once_are_counted_without_a_gap(self, database):
        write(database, lambda unit: add_job(unit, "job-1", 60))

        def record(index):
            for position in range(index, 60, 6):
                with database.write() as unit:
                    unit.jobs.record("job-1", [success(position)])
                    unit.commit()

        in_threads(6, record)
        assert sorted(outcomes(database)) == list(range(60))
        assert outcomes(database, after=59) == outcomes(database)[-1:]


class TestCancelling:
    def test_a_cancelled_job_keeps_its_first_time(self, database):
        write(database, lambda unit: add_job(unit, "job-1", 1))
        write(database, lambda unit: unit.jobs.cancel("job-1", NOON))
        write(database, lambda unit: unit.jobs.cancel("job-1", NOON + timedelta(1)))
        with database.write() as unit:
            assert unit.jobs.to_change(ACME, "job-1").cancelled_at == NOON
            assert unit.jobs.to_change(OTHER, "job-1") is None

    def test_only_chunks_that_nobody_ever_held_are_dropped(self, database):
        write(database, lambda unit: add_job(unit, "job-1", 12, size=2))
        held, counted, uncounted = (claimed(database) for _ in range(3))
        write(database, lambda unit: unit.chunks.release(counted, NOON, counted=True))
        write(database, lambda unit: unit.chunks.release(uncounted, NOON, counted=False))
        with database.write() as unit:
            assert unit.chunks.drop_untouched("job-1") == [(6, 12)]
            assert unit.chunks.drop_untouched("job-1") == []
            assert unit.chunks.holds(held)
            unit.commit()
        left = [claimed(database) for _ in range(3)]
        assert [chunk and chunk.index for chunk in left] == [1, 2, None]

    def test_what_was_held_is_not_dropped_though_it_has_no_attempts(self, database):
        write(database, lambda unit: add_job(unit, "job-1", 4, size=2))
        split = claimed(database)
        write(database, lambda unit: unit.chunks.split(split))
        claimed(database)
        write(database, lambda unit: unit.chunks.take_back({"me"}, counted=False))
        write(database, lambda unit: unit.chunks.add("job-1", ACME, split.kind, 4, 6, 2))
        with database.write() as unit:
            assert unit.chunks.drop_untouched("job-1") == [(4, 6)]
            unit.commit()
        left = [claimed(database) for _ in range(4)]
        ranges = [chunk and (chunk.first, chunk.end, chunk.attempts) for chunk in left]
        assert ranges == [(2, 4, 1), (0, 1, 1), (1, 2, 1), None]

    def test_a_plan_that_nobody_held_is_dropped_without_orders(self, database):
        with database.write() as unit:
            unit.jobs.add(make_job())
            unit.chunks.add("job-1", ACME, ChunkKind.PLAN, 0, 0, 10)
            assert unit.chunks.drop_untouched("job-1") == []
            assert unit.jobs.close_if_complete("job-1", NOON)

    def test_of_a_claim_and_a_cancellation_at_once_one_has_the_chunk(self, database, side_by_side):
        write(database, lambda unit: add_job(unit, "job-1", 4, size=2))

        def cancel(unit):
            unit.jobs.to_change(ACME, "job-1")
            unit.jobs.cancel("job-1", NOON)
            return unit.chunks.drop_untouched("job-1")

        chunk, dropped = side_by_side(lambda unit: unit.chunks.claim("me", NOON, 8), cancel)
        assert chunk.index == 0
        assert dropped == [(2, 4)]

    def test_a_cancellation_waits_for_a_plan_and_drops_what_it_added(self, database, side_by_side):
        with database.write() as unit:
            unit.jobs.add(make_job())
            unit.chunks.add("job-1", ACME, ChunkKind.PLAN, 0, 0, 1)
            unit.commit()
        plan = claimed(database)

        def add(unit):
            unit.chunks.finish(plan)
            assert not unit.jobs.to_change(ACME, "job-1").cancelled_at
            unit.jobs.add_orders("job-1", 0, ["o-0", "o-1"])
            unit.chunks.add("job-1", ACME, ChunkKind.ORDERS, 0, 2, 1)

        def cancel(unit):
            unit.jobs.to_change(ACME, "job-1")
            unit.jobs.cancel("job-1", NOON)
            return unit.chunks.drop_untouched("job-1")

        assert side_by_side(add, cancel)[1] == [(0, 2)]

    def test_a_plan_waits_for_a_cancellation_and_sees_it(self, database, side_by_side):
        write(database, lambda unit: unit.jobs.add(make_job()))

        def cancel(unit):
            unit.jobs.to_change(ACME, "job-1")
            unit.jobs.cancel("job-1", NOON)

        _, seen = side_by_side(cancel, lambda unit: unit.jobs.to_change(ACME, "job-1"))
        assert seen.cancelled_at == NOON


class TestLists:
    @pytest.fixture(autouse=True)
    def jobs(self, database):
        """Jobs of each hour, added in another order than they were created."""
        with database.write() as unit:
            for hour in (3, 0, 2, 1, 4):
                job_type = JobType.AUTOMATIC if hour % 2 else JobType.MANUAL
                created_at = NOON + timedelta(hours=hour)
                done_at = None if hour == 4 else NOON + timedelta(9)
                unit.jobs.add(
                    make_job(
                        f"job-{hour}", job_type=job_type, created_at=created_at, done_at=done_at
                    )
                )
            unit.commit()

    @pytest.mark.parametrize(
        ("chosen", "hours"),
        [
            (JobFilter(), "43210"),
            (JobFilter(job_type=JobType.AUTOMATIC), "31"),
            (JobFilter(JobStatus.DONE, JobType.MANUAL), "20"),
            (JobFilter(JobStatus.IN_PROGRESS, JobType.AUTOMATIC), ""),
            (JobFilter(created_from=NOON + timedelta(hours=2)), "432"),
            (JobFilter(created_before=NOON + timedelta(hours=2)), "10"),
            (JobFilter(None, JobType.MANUAL, NOON + timedelta(hours=1), NOON + timedelta(1)), "42"),
        ],
    )
    @pytest.mark.parametrize("size", [1, 2, 9])
    def test_jobs_are_chosen_the_newest_first(self, database, chosen, hours, size):
        seen, cursor = "", None
        with database.read() as unit:
            while True:
                page = unit.jobs.page(ACME, chosen, cursor, size)
                seen += "".join(job.job_id[-1] for job in page.items)
                cursor = page.next_cursor
                if cursor is None:
                    break
        assert seen == hours
