"""A tenant's unfinished work is limited."""

from dataclasses import replace

import pytest

from server.domain.errors import LimitExceeded
from server.domain.job import JobType
from server.domain.tenant import Tenant
from server.service.job_limits import JobLimits
from tests.builders.settings import make_settings

ACME, OTHER = Tenant("acme"), Tenant("other")


@pytest.fixture
def create(shop):
    """Creates jobs of at most 2 unfinished ones and 4 waiting orders a tenant."""
    create_job = replace(shop.create_job, limits=JobLimits(running_jobs=2, waiting_orders=4))

    def create(*order_ids, tenant=ACME, request_id=""):
        job_type = JobType.MANUAL if order_ids else JobType.AUTOMATIC
        return create_job(tenant, job_type, order_ids, request_id)

    return create


def refusal(create, *order_ids, **options):
    with pytest.raises(LimitExceeded) as caught:
        create(*order_ids, **options)
    assert caught.value.retry_after > 0
    return caught.value.reason


def test_one_job_more_is_refused_until_one_is_done(shop, create):
    create("A")
    create("B")
    assert refusal(create, "C") == "TOO_MANY_RUNNING_JOBS"
    assert refusal(create) == "TOO_MANY_RUNNING_JOBS"
    shop.work()
    create("C")


def test_orders_beyond_the_limit_are_refused_until_there_is_room(shop, create):
    create("A", "B", "C")
    assert refusal(create, "D", "E") == "TOO_MANY_WAITING_ORDERS"
    create("D")
    shop.work()
    create("E", "F", "G", "H")
    assert refusal(create) == "TOO_MANY_WAITING_ORDERS"


def test_orders_of_an_automatic_job_count_when_they_were_selected(shop, create):
    shop.sell("A", "B", "C", "D")
    create()
    shop.plan_job(shop.claimed())
    assert refusal(create, "E") == "TOO_MANY_WAITING_ORDERS"


def test_a_repeated_request_gives_its_job_even_where_there_is_no_room(create):
    create("A", request_id="r")
    first = create("B", request_id="s")
    assert create("B", request_id="s") == first


def test_another_tenant_has_limits_of_its_own(shop, create):
    with shop.database.write() as unit:
        unit.settings.put(OTHER, make_settings())
        unit.commit()
    create("A")
    create("B")
    create("A", "B", tenant=OTHER)


def test_what_is_refused_leaves_nothing_behind(shop, create):
    create("A")
    create("B")
    woken = shop.woken
    refusal(create, "C", request_id="r")
    assert shop.woken == woken
    shop.work()
    assert create("C", "D", request_id="r").order_count == 2
