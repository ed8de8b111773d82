"""Whoever reads on where they were sees every outcome once, in the order they came."""

import pytest

from server.domain.errors import InvalidInput, NotFound
from server.domain.tenant import Tenant

ACME = Tenant("acme")


def ids(shop, job, after, limit=500):
    _, outcomes = shop.watch_job(ACME, job.job_id, after, limit)
    return [outcome.order_id for outcome in outcomes]


def test_outcomes_come_in_the_order_they_were_recorded(shop):
    shop.sell("A", "C")
    job = shop.start("A", "B", "C", "D")
    first, second = shop.claimed(), shop.claimed()
    assert ids(shop, job, 0) == []
    shop.work_on_chunk(second)
    assert ids(shop, job, 0) == ["C", "D"]
    shop.work_on_chunk(first)
    assert ids(shop, job, 0) == ["C", "D", "A", "B"]
    assert ids(shop, job, 2) == ["A", "B"]
    assert ids(shop, job, 1, limit=2) == ["D", "A"]
    assert ids(shop, job, 4) == []
    assert shop.changed == [job.job_id, job.job_id]


def test_cancelled_orders_come_behind_those_that_were_finished(shop):
    shop.sell("A", "B")
    job = shop.start("E", "F", "A", "B")
    first, second = shop.claimed(), shop.claimed()
    shop.work_on_chunk(second)
    shop.cancel_job(ACME, job.job_id)
    shop.work_on_chunk(first)
    assert ids(shop, job, 0) == ["A", "B", "E", "F"]


def test_an_unknown_job_and_too_many_outcomes_are_refused(shop):
    job = shop.start("A")
    for tenant, job_id in ((Tenant("other"), job.job_id), (ACME, "id-404")):
        with pytest.raises(NotFound):
            shop.watch_job(tenant, job_id, 0, 10)
    with pytest.raises(InvalidInput) as caught:
        shop.watch_job(ACME, job.job_id, 1, 10)
    assert [v.field for v in caught.value.violations] == ["resume_token"]
