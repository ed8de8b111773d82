"""A job can be cancelled at any moment: numbers stay without a gap, and every order ends."""

import itertools

import pytest

from server.domain.computation import compute_invoice
from server.domain.errors import NotFound, Unavailable
from server.domain.job import JobOrderStatus, JobStatus
from server.domain.tenant import Tenant
from server.service.work_on_chunk import ATTEMPTS
from tests.fakes.outside import Crash, nothing

PENDING, SUCCESS, FAILURE = JobOrderStatus.PENDING, JobOrderStatus.SUCCESS, JobOrderStatus.FAILURE
ACME = Tenant("acme")

#: Moments of a worker's way through a chunk: the part, its hook, and on which call of it.
MOMENTS = {
    "before the numbers are kept": ("workers_database", "before_commit", 1),
    "after the numbers are kept": ("workers_database", "after_commit", 1),
    "while rendering": ("renderer", "before", 1),
    "before storing": ("documents", "before", 1),
    "after storing": ("documents", "after", 1),
}


def at(shop, moment, act):
    """Lets something happen once, at that moment of a worker's way."""
    part, hook, call = MOMENTS[moment]
    calls = itertools.count(1)

    def run() -> None:
        if next(calls) == call:
            act()

    setattr(getattr(shop, part), hook, run)


def fates(shop, job):
    return [outcome.reason or outcome.status for outcome in shop.outcomes(job)]


def test_a_job_that_nobody_has_begun_is_done_at_once(shop):
    shop.sell("A", "B", "C")
    job = shop.start("A", "B", "C")
    stopped = shop.cancel_job(ACME, job.job_id)
    assert (stopped.status, stopped.failure_count) == (JobStatus.DONE, 3)
    assert stopped.cancelled_at == shop.clock.now()
    assert fates(shop, job) == ["JOB_CANCELLED"] * 3
    assert "cancelled before it came to this order" in shop.outcomes(job)[0].message
    assert shop.claim() is None
    assert shop.numbers() == []
    assert shop.changed == [job.job_id]


def test_an_order_with_an_invoice_of_an_earlier_job_is_told_it_and_not_called_cancelled(shop):
    shop.sell("A", "B", "C", "D", "E")
    shop.start("D", "B")
    shop.work()
    job = shop.start("A", "B", "C", "D", "E")
    stopped = shop.cancel_job(ACME, job.job_id)
    assert (stopped.success_count, stopped.failure_count) == (2, 3)
    assert fates(shop, job) == ["JOB_CANCELLED", SUCCESS, "JOB_CANCELLED", SUCCESS, "JOB_CANCELLED"]
    told = shop.outcomes(job)
    assert [told[at].invoice_number for at in (1, 3)] == ["RE-2026-00002", "RE-2026-00001"]


@pytest.mark.parametrize("moment", ["while rendering", "before storing", "after storing"])
def test_what_has_its_number_is_finished_and_all_else_is_not_begun(shop, moment):
    shop.sell("A", "B", "C", "D", "E")
    job = shop.start("A", "B", "C", "D", "E")
    at(shop, moment, lambda: shop.cancel_job(ACME, job.job_id))
    shop.work_on_chunk(shop.claimed())
    shop.work()
    assert fates(shop, job) == [SUCCESS, SUCCESS, *["JOB_CANCELLED"] * 3]
    assert shop.numbers() == ["RE-2026-00001", "RE-2026-00002"]
    assert len(shop.documents.files) == 2
    done = shop.job(job.job_id)
    assert (done.status, done.success_count, done.failure_count) == (JobStatus.DONE, 2, 3)


def test_a_chunk_that_is_being_computed_draws_no_number_any_more(shop, monkeypatch):
    shop.sell("A", "B", "C")
    job = shop.start("A", "B", "C")

    def cancel_first(order, settings, identifiers):
        shop.cancel_job(ACME, job.job_id)
        return compute_invoice(order, settings, identifiers)

    monkeypatch.setattr("server.service.process_chunk.compute_invoice", cancel_first)
    shop.work_on_chunk(shop.claimed())
    assert fates(shop, job) == ["JOB_CANCELLED"] * 3
    assert shop.job(job.job_id).status is JobStatus.DONE
    assert shop.numbers() == []


def test_a_chunk_that_is_claimed_but_not_begun_draws_no_number(shop):
    shop.sell("A", "B", "C")
    job = shop.start("A", "B", "C")
    chunk = shop.claimed()
    running = shop.cancel_job(ACME, job.job_id)
    assert (running.status, running.pending_count) == (JobStatus.IN_PROGRESS, 2)
    shop.work_on_chunk(chunk)
    assert fates(shop, job) == ["JOB_CANCELLED"] * 3
    assert shop.job(job.job_id).status is JobStatus.DONE


@pytest.mark.parametrize("error", [Crash(), Unavailable("The disk is full.")])
@pytest.mark.parametrize("moment", MOMENTS)
def test_a_worker_that_stopped_and_a_cancellation_lose_no_number(shop, moment, error):
    shop.sell("A", "B", "C")
    job = shop.start("A", "B", "C")

    def fail() -> None:
        raise error

    at(shop, moment, fail)
    try:
        shop.work_on_chunk(shop.claimed())
    except Crash:
        shop.restart()
    kept = shop.numbers()
    shop.workers_database.before_commit = nothing
    shop.cancel_job(ACME, job.job_id)
    shop.clock.advance(hours=1)
    shop.work()
    assert shop.numbers() == kept
    assert len(shop.documents.files) == len(kept)
    assert fates(shop, job) == [
        *[SUCCESS] * len(kept),
        *["JOB_CANCELLED"] * (3 - len(kept)),
    ]
    assert shop.job(job.job_id).status is JobStatus.DONE


def test_a_plan_that_runs_adds_nothing_to_a_cancelled_job(shop):
    shop.sell("A", "B", "C")
    job = shop.start()
    plan = shop.claimed()
    assert shop.cancel_job(ACME, job.job_id).status is JobStatus.IN_PROGRESS
    shop.work_on_chunk(plan)
    done = shop.job(job.job_id)
    assert (done.status, done.order_count) == (JobStatus.DONE, 0)


def test_what_a_plan_has_just_added_is_cancelled_with_it(shop):
    shop.sell("A", "B", "C")
    job = shop.start()
    shop.work_on_chunk(shop.claimed())
    done = shop.cancel_job(ACME, job.job_id)
    assert (done.status, done.failure_count) == (JobStatus.DONE, 3)


def test_a_plan_that_nobody_has_begun_is_dropped(shop):
    shop.sell("A")
    job = shop.start()
    assert shop.cancel_job(ACME, job.job_id).status is JobStatus.DONE
    assert shop.claim() is None


def test_cancelling_again_changes_nothing(shop):
    shop.sell("A", "B", "C")
    job = shop.start("A", "B", "C")
    chunk = shop.claimed()
    first = shop.cancel_job(ACME, job.job_id)
    shop.clock.advance(minutes=1)
    assert shop.cancel_job(ACME, job.job_id) == first
    shop.work_on_chunk(chunk)
    done = shop.job(job.job_id)
    shop.clock.advance(minutes=1)
    assert shop.cancel_job(ACME, job.job_id) == done


def drawn_and_left(shop):
    """Starts a job whose worker ends when the order has its number, but no document yet."""
    shop.sell("A", "B")
    job = shop.start("A", "B")
    at(shop, "while rendering", lambda: (_ for _ in ()).throw(Crash))
    chunk = shop.claimed()
    with pytest.raises(Crash):
        shop.process_chunk(chunk)
    return job, chunk


def assert_ended(shop, job):
    shop.cancel_job(ACME, job.job_id)
    shop.work()
    assert shop.job(job.job_id).status is JobStatus.DONE
    assert fates(shop, job) == [SUCCESS, SUCCESS]
    assert [len(documents) for _, documents in shop.invoices()] == [1, 1]


def test_a_number_of_a_worker_that_could_not_say_that_it_failed_comes_to_its_end(shop):
    job, chunk = drawn_and_left(shop)
    with shop.database.write() as unit:
        assert unit.chunks.take_back({chunk.holder}, counted=False) == 1
        unit.commit()
    assert_ended(shop, job)


def test_a_number_of_a_chunk_that_is_tried_order_by_order_comes_to_its_end(shop):
    job, chunk = drawn_and_left(shop)
    for _ in range(ATTEMPTS):
        shop.restart()
        chunk = shop.claimed()
    shop.work_on_chunk(chunk)
    assert_ended(shop, job)


def test_a_job_that_is_done_stays_as_it_is(shop):
    shop.sell("A")
    job = shop.start("A")
    shop.work()
    done = shop.job(job.job_id)
    assert shop.cancel_job(ACME, job.job_id) == done
    assert done.cancelled_at is None


def test_another_job_of_the_tenant_goes_on(shop):
    shop.sell("A", "B")
    job, other = shop.start("A"), shop.start("B")
    shop.cancel_job(ACME, job.job_id)
    shop.work()
    assert fates(shop, other) == [SUCCESS]


def test_only_the_tenants_own_jobs_are_cancelled(shop):
    shop.sell("A")
    job = shop.start("A")
    for tenant, job_id in ((Tenant("other"), job.job_id), (ACME, "id-404")):
        with pytest.raises(NotFound):
            shop.cancel_job(tenant, job_id)
    shop.work()
    assert fates(shop, job) == [SUCCESS]
