"""What follows when a chunk fails: another try, patience, or the end of its orders."""

import itertools
from dataclasses import replace

import pytest

from server.domain.errors import Interrupted, Unavailable
from server.domain.job import JobOrderStatus, JobStatus
from server.domain.tenant import Tenant
from server.service.work_on_chunk import ATTEMPTS, PLAN_PAUSE
from tests.fakes.outside import nothing

ACME = Tenant("acme")

PENDING, SUCCESS, FAILURE = JobOrderStatus.PENDING, JobOrderStatus.SUCCESS, JobOrderStatus.FAILURE


def raising(error):
    def run() -> None:
        raise error

    return run


def statuses(shop, job):
    return [order.status for order in shop.outcomes(job)]


def test_a_failing_environment_is_waited_out_and_costs_no_order(shop):
    shop.sell("A")
    job = shop.start("A")
    shop.documents.before = raising(Unavailable("The disk is full."))
    for _ in range(3 * ATTEMPTS):
        chunk = shop.claimed()
        assert chunk.attempts == 1
        shop.work_on_chunk(chunk)
        assert shop.claim() is None, "there is a pause before the next try"
        shop.clock.advance(seconds=2)
    shop.documents.before = nothing
    shop.work_on_chunk(shop.claimed())
    assert statuses(shop, job) == [SUCCESS]
    assert shop.numbers() == ["RE-2026-00001"]


def test_a_chunk_that_fails_by_itself_fails_its_orders_in_the_end(shop):
    shop.sell("A", "B", "C")
    job = shop.start("A", "B", "C")
    failing, other = shop.claimed(), shop.claimed()
    shop.work_on_chunk(other)
    shop.renderer.before = raising(ZeroDivisionError())
    for attempt in itertools.count(1):
        assert failing.attempts == attempt
        shop.work_on_chunk(failing)
        if attempt == ATTEMPTS:
            break
        assert statuses(shop, job)[:2] == [PENDING, PENDING]
        shop.clock.advance(hours=1)
        failing = shop.claimed()
    done = shop.job(job.job_id)
    assert (done.status, done.success_count, done.failure_count) == (JobStatus.DONE, 1, 2)
    assert statuses(shop, job) == [FAILURE, FAILURE, SUCCESS]
    assert "fault in this service" in shop.outcomes(job)[0].message
    # The invoices were issued: trying again finds them, and no number is lost.
    shop.renderer.before = nothing
    again = shop.start("A", "B")
    shop.work()
    assert statuses(shop, again) == [SUCCESS, SUCCESS]
    assert len(shop.numbers()) == 3


def test_a_chunk_whose_process_ended_is_tried_again_at_once_with_care(shop):
    shop.sell("A", "B")
    job = shop.start("A", "B")
    shop.renderer.before = raising(Interrupted("the process that worked on it ended"))
    shop.work_on_chunk(shop.claimed())
    shop.renderer.before = nothing
    assert shop.renderer.alone == [False]
    again = shop.claimed()
    assert again.attempts == 2
    shop.work_on_chunk(again)
    assert shop.renderer.alone == [False, True]
    assert statuses(shop, job) == [SUCCESS, SUCCESS]
    assert shop.numbers() == ["RE-2026-00001", "RE-2026-00002"]


def test_an_order_that_ends_each_process_fails_alone_in_the_end(shop):
    shop.sell("A", "B")
    job = shop.start("A", "B")

    def work(chunk) -> None:
        with shop.database.read() as unit:
            orders = unit.jobs.orders(chunk.job_id, chunk.first, chunk.end - chunk.first)
        if "B" in [order.order_id for order in orders]:
            raise Interrupted("the process that worked on it ended")
        shop.process_chunk(chunk)

    interrupted = replace(shop.work_on_chunk, process_chunk=work)
    while chunk := shop.claim():
        interrupted(chunk)
    assert statuses(shop, job) == [SUCCESS, FAILURE]


@pytest.mark.parametrize("error", [Unavailable("gone"), ZeroDivisionError()])
def test_a_worker_that_lost_its_chunk_changes_nothing_about_it(shop, error):
    shop.sell("A")
    job = shop.start("A")
    late = shop.claimed()

    def lose() -> None:
        shop.restart()
        shop.claimed()
        raise error

    shop.renderer.before = lose
    shop.work_on_chunk(late)
    shop.clock.advance(hours=1)
    assert shop.claim() is None, "the chunk stays with whoever has it now"
    assert statuses(shop, job) == [PENDING]


def test_a_plan_is_worked_on_like_any_chunk(shop):
    shop.sell("A")
    job = shop.start()
    shop.work_on_chunk(shop.claimed())
    shop.work_on_chunk(shop.claimed())
    assert statuses(shop, job) == [SUCCESS]


class Broken:
    """A source that a bug keeps from finding due orders."""

    def due(self, tenant, rule):
        raise ZeroDivisionError


def test_a_plan_that_fails_by_itself_is_tried_on_and_on_and_never_looks_like_nothing_due(
    shop, caplog
):
    shop.sell("A")
    job = shop.start()
    work_on_chunk = replace(shop.work_on_chunk, plan_job=broken_plan(shop))
    for _ in range(3 * ATTEMPTS):
        work_on_chunk(shop.claimed())
        assert shop.claim() is None, "there is a pause before the next try"
        shop.clock.advance(seconds=PLAN_PAUSE.total_seconds())
        assert shop.job(job.job_id).status is JobStatus.IN_PROGRESS
    assert f"due orders of job {job.job_id} of tenant acme cannot be found" in caplog.text
    shop.work_on_chunk(shop.claimed())
    shop.work()
    assert statuses(shop, job) == [SUCCESS]


def test_a_plan_that_fails_by_itself_ends_with_its_cancelled_job(shop):
    job = shop.start()
    work_on_chunk = replace(shop.work_on_chunk, plan_job=broken_plan(shop))
    for _ in range(ATTEMPTS + 2):
        work_on_chunk(shop.claimed())
        shop.clock.advance(seconds=PLAN_PAUSE.total_seconds())
    assert shop.cancel_job(ACME, job.job_id).status is JobStatus.IN_PROGRESS
    work_on_chunk(shop.claimed())
    assert shop.job(job.job_id).status is JobStatus.DONE
    assert shop.claim() is None


def broken_plan(shop):
    return replace(shop.plan_job, source=Broken())
