"""A chunk that ends each worker that takes it up is not taken up for ever."""

from server.domain.job import JobOrderStatus, JobStatus
from server.service.work_on_chunk import ATTEMPTS, PLAN_PAUSE

SUCCESS, FAILURE = JobOrderStatus.SUCCESS, JobOrderStatus.FAILURE


def work_with(shop, deadly):
    """Works until nothing is left; whoever claims a chunk with the deadly order ends.

    Gives how many workers that took.
    """
    ended = 0
    while chunk := shop.claim():
        with shop.database.read() as unit:
            orders = unit.jobs.orders(chunk.job_id, chunk.first, chunk.end - chunk.first)
        listed = [order.order_id for order in orders]
        if deadly in listed and chunk.attempts <= ATTEMPTS:
            ended += 1
            shop.restart()
        else:
            shop.work_on_chunk(chunk)
    return ended


def test_its_orders_are_tried_one_by_one_and_only_the_deadly_one_fails(shop):
    shop.sell("A", "B")
    job = shop.start("A", "B")
    assert work_with(shop, deadly="B") == 2 * ATTEMPTS
    done = shop.job(job.job_id)
    assert (done.status, done.success_count, done.failure_count) == (JobStatus.DONE, 1, 1)
    assert [o.status for o in shop.outcomes(job)] == [SUCCESS, FAILURE]
    assert shop.numbers() == ["RE-2026-00001"]


def test_workers_that_end_for_another_reason_cost_no_order(shop):
    shop.sell("A", "B")
    job = shop.start("A", "B")
    for _ in range(ATTEMPTS):
        shop.claimed()
        shop.restart()
    assert work_with(shop, deadly=None) == 0
    assert [o.status for o in shop.outcomes(job)] == [SUCCESS, SUCCESS]


def test_a_plan_that_ends_its_workers_is_tried_now_and_then_until_one_can_do_it(shop):
    shop.sell("A")
    job = shop.start()
    ended, put_off = 0, 0
    while ended < 2 * ATTEMPTS:
        chunk = shop.claim()
        if chunk is None:
            shop.clock.advance(seconds=PLAN_PAUSE.total_seconds())
        elif chunk.attempts > ATTEMPTS and chunk.attempts % 2 == 0:
            shop.work_on_chunk(chunk)
            put_off += 1
            assert shop.claim() is None, "there is a pause before the next try"
        else:
            ended += 1
            shop.restart()
    assert put_off == ATTEMPTS
    assert shop.job(job.job_id).status is JobStatus.IN_PROGRESS
    while chunk := shop.claim():
        shop.work_on_chunk(chunk)
        shop.clock.advance(seconds=PLAN_PAUSE.total_seconds())
    assert [o.status for o in shop.outcomes(job)] == [SUCCESS]
