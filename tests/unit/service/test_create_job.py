"""What a request for a job must look like, and what it starts."""

import pytest

from server.domain.errors import Conflict, InvalidInput, NotReady
from server.domain.job import ChunkKind, JobStatus, JobType
from server.domain.numbering import NumberSequence, Placeholder
from server.domain.tenant import Tenant
from tests.builders.settings import make_settings, make_site

ACME = Tenant("acme")


def test_a_manual_job_has_its_orders_and_wakes_the_workers(shop):
    job = shop.start("A", "B", "C")
    assert (job.job_type, job.status, job.order_count) == (JobType.MANUAL, JobStatus.IN_PROGRESS, 3)
    assert [order.order_id for order in shop.outcomes(job)] == ["A", "B", "C"]
    assert shop.woken == 1
    first, second = shop.claimed(), shop.claimed()
    assert (first.first, first.end, second.first, second.end) == (0, 2, 2, 3)
    assert first.kind is ChunkKind.ORDERS


def test_an_automatic_job_begins_with_a_plan(shop):
    job = shop.start()
    assert (job.job_type, job.status, job.order_count) == (
        JobType.AUTOMATIC,
        JobStatus.IN_PROGRESS,
        0,
    )
    assert shop.claimed().kind is ChunkKind.PLAN


def test_an_order_named_twice_keeps_its_first_place(shop):
    job = shop.start("B", "A", "B", "C", "A")
    assert [order.order_id for order in shop.outcomes(job)] == ["B", "A", "C"]


def test_the_limit_counts_each_order_once(shop):
    assert shop.start(*"ABCDE", *"EDCBA").order_count == 5
    with pytest.raises(InvalidInput, match="names 6 orders; a job takes at most 5") as caught:
        shop.start(*"ABCDEF")
    assert caught.value.reason == "TOO_MANY_ORDERS"
    assert caught.value.violations[0].field == "order_ids"


@pytest.mark.parametrize("order_id", ["", "x" * 129, "a\nb", "\x7f", "\ud800"])
def test_a_wrong_order_id_is_named_by_its_place(shop, order_id):
    with pytest.raises(InvalidInput) as caught:
        shop.start("A", "A", order_id)
    assert [v.field for v in caught.value.violations] == ["order_ids[2]"]


def test_a_manual_job_needs_orders_and_an_automatic_one_takes_none(shop):
    for job_type, order_ids in ((JobType.MANUAL, []), (JobType.AUTOMATIC, ["A"])):
        with pytest.raises(InvalidInput) as caught:
            shop.create_job(ACME, job_type, order_ids)
        assert caught.value.violations[0].field == "order_ids"
    assert shop.woken == 0
    assert shop.claim() is None


def test_the_same_request_finds_the_first_job(shop):
    first = shop.start("A", "B", request_id="r-1")
    shop.clock.advance(hours=23, minutes=59)
    assert shop.start("A", "B", "A", request_id="r-1").job_id == first.job_id
    assert shop.start("A", "B", request_id="r-2").job_id != first.job_id


def test_another_request_of_the_same_id_is_a_conflict(shop):
    shop.start("A", "B", request_id="r-1")
    for order_ids in (["A"], ["B", "A"], ["A\u00a0B"], []):
        with pytest.raises(Conflict, match="'r-1' was used for another request"):
            shop.start(*order_ids, request_id="r-1")


def test_a_request_id_is_free_again_after_a_day(shop):
    first = shop.start("A", request_id="r-1")
    shop.clock.advance(hours=24)
    second = shop.start("B", request_id="r-1")
    assert second.job_id != first.job_id
    shop.clock.advance(hours=23)
    assert shop.start("B", request_id="r-1").job_id == second.job_id


def test_a_request_id_is_the_tenants_own(shop):
    other = Tenant("other")
    with shop.database.write() as unit:
        unit.settings.put(other, make_settings())
        unit.commit()
    first = shop.start("A", request_id="r-1")
    assert shop.create_job(other, JobType.MANUAL, ["B"], "r-1").job_id != first.job_id


def test_a_wrong_request_id_is_named(shop):
    with pytest.raises(InvalidInput) as caught:
        shop.start("A", request_id="a\nb")
    assert caught.value.violations[0].field == "request_id"


def test_a_tenant_without_settings_cannot_start_jobs(shop):
    with pytest.raises(NotReady) as caught:
        shop.create_job(Tenant("nobody"), JobType.MANUAL, ["A"])
    assert caught.value.reason == "SETTINGS_MISSING"


def test_without_a_rule_only_manual_jobs_can_be_started(shop):
    shop.save(make_settings(selection_rule=None))
    with pytest.raises(NotReady) as caught:
        shop.start()
    assert caught.value.reason == "INVOICE_SETTINGS_MISSING"
    assert shop.start("A")


def test_a_number_that_could_not_be_made_stops_the_job_at_once(shop):
    required = {"__branch__": Placeholder(required=True, site_path="homeBase.address.state")}
    sequence = NumberSequence("s", "R__branch__-", placeholders=required)
    shop.save(make_settings(number_sequences=(sequence,)))
    with pytest.raises(NotReady, match="__branch__") as caught:
        shop.start("A")
    assert caught.value.reason == "PLACEHOLDER_EMPTY"
    assert shop.woken == 0


def test_a_job_that_was_started_is_found_though_the_settings_are_broken_since(shop):
    first = shop.start("A", request_id="r-1")
    shop.save(make_settings(make_site(), selection_rule=None))
    assert shop.start("A", request_id="r-1").job_id == first.job_id
