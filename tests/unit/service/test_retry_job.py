"""What failed in a job is tried again in a new one."""

import pytest

from server.domain.errors import Conflict, InvalidInput, LimitExceeded, NotFound, NotReady
from server.domain.job import JobOrderStatus, JobType
from server.domain.tenant import Tenant
from server.service.create_job import CreateJob
from server.service.job_limits import JobLimits
from server.service.retry_job import RetryJob

ACME = Tenant("acme")
SUCCESS, FAILURE = JobOrderStatus.SUCCESS, JobOrderStatus.FAILURE


@pytest.fixture
def failed(shop):
    """A job that is done, in which two of three orders were missing."""
    shop.sell("B")
    job = shop.start("C", "B", "A")
    shop.work()
    return job


def test_the_failed_orders_become_a_job_in_their_order(shop, failed):
    shop.sell("A", "C")
    woken = shop.woken
    job = shop.retry_job(ACME, failed.job_id)
    assert (job.job_type, job.retry_of, job.order_count) == (JobType.MANUAL, failed.job_id, 2)
    assert shop.woken == woken + 1
    shop.work()
    outcomes = shop.outcomes(job)
    assert [(o.order_id, o.status) for o in outcomes] == [("C", SUCCESS), ("A", SUCCESS)]
    assert shop.job(failed.job_id).failure_count == 2


def test_a_new_attempt_can_fail_and_be_tried_again(shop, failed):
    again = shop.retry_job(ACME, failed.job_id)
    shop.work()
    assert shop.job(again.job_id).failure_count == 2
    assert shop.retry_job(ACME, again.job_id).retry_of == again.job_id


def test_the_orders_of_an_automatic_job_are_tried_again(shop):
    shop.sell("A", "B")
    shop.fonts.lacking.add("A")
    job = shop.start()
    shop.work()
    shop.fonts.lacking.clear()
    again = shop.retry_job(ACME, job.job_id)
    shop.work()
    assert [o.order_id for o in shop.outcomes(again)] == ["A"]
    assert shop.job(again.job_id).success_count == 1


def test_a_cancelled_job_is_taken_up_again(shop):
    shop.sell("A", "B", "C")
    job = shop.start("A", "B", "C")
    shop.process_chunk(shop.claimed())
    shop.cancel_job(ACME, job.job_id)
    again = shop.retry_job(ACME, job.job_id)
    shop.work()
    assert [o.order_id for o in shop.outcomes(again)] == ["C"]
    assert shop.numbers() == ["RE-2026-00001", "RE-2026-00002", "RE-2026-00003"]


def test_a_running_job_is_not_tried_again(shop):
    job = shop.start("A", "B", "C")
    shop.process_chunk(shop.claimed())
    with pytest.raises(NotReady) as caught:
        shop.retry_job(ACME, job.job_id)
    assert caught.value.reason == "JOB_NOT_DONE"


def test_without_a_failure_there_is_nothing_to_try_again(shop):
    shop.sell("A")
    job = shop.start("A")
    shop.work()
    with pytest.raises(NotReady) as caught:
        shop.retry_job(ACME, job.job_id)
    assert caught.value.reason == "NOTHING_FAILED"


def test_only_the_tenants_own_jobs_are_tried_again(shop, failed):
    for tenant, job_id in ((Tenant("other"), failed.job_id), (ACME, "id-404")):
        with pytest.raises(NotFound):
            shop.retry_job(tenant, job_id)


def test_the_same_request_finds_the_first_attempt(shop, failed):
    first = shop.retry_job(ACME, failed.job_id, "r-1")
    assert shop.retry_job(ACME, failed.job_id, "r-1").job_id == first.job_id
    assert shop.retry_job(ACME, failed.job_id, "r-2").job_id != first.job_id
    assert shop.retry_job(ACME, failed.job_id).job_id != first.job_id


def test_a_request_id_of_another_request_is_a_conflict(shop, failed):
    shop.start("C", "A", request_id="r-1")
    with pytest.raises(Conflict) as caught:
        shop.retry_job(ACME, failed.job_id, "r-1")
    assert caught.value.reason == "REQUEST_ID_REUSED"
    with pytest.raises(InvalidInput):
        shop.retry_job(ACME, failed.job_id, "a\nb")


def test_a_new_attempt_needs_room_as_any_job_does(shop, failed):
    limits = JobLimits(running_jobs=1)
    create = CreateJob(shop.database, shop.clock, lambda: "new", lambda: None, 5, 2, limits)
    shop.start("X")
    with pytest.raises(LimitExceeded):
        RetryJob(shop.database, create)(ACME, failed.job_id)
