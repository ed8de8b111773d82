"""Which orders an AUTOMATIC job takes, to the minute, wherever the site is."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from server.domain.errors import Conflict
from server.domain.job import JobStatus
from server.domain.settings import SelectionRule
from server.service.job_limits import JobLimits
from server.service.plan_job import due_filter
from tests.builders.settings import RULE, make_settings, make_site

BERLIN = make_site(code="berlin", time_zone="Europe/Berlin")
NEW_YORK = make_site(code="new-york", time_zone="America/New_York")


def latest_days(now: str, hours: int) -> tuple[str, str, str]:
    """Gives the last due day in Berlin, in New York and of unknown sites."""
    moment = datetime.fromisoformat(now).replace(tzinfo=UTC)
    due = due_filter(SelectionRule(hours), (BERLIN, NEW_YORK), moment)
    berlin, new_york = (due.latest_day_by_site[code] for code in ("berlin", "new-york"))
    return berlin.isoformat(), new_york.isoformat(), due.latest_day.isoformat()


@pytest.mark.parametrize(
    ("now", "hours", "days"),
    [
        # A day begins at 23:00 UTC the evening before in Berlin, at 5:00 in New York.
        ("2026-01-10T22:59:59", 0, ("2026-01-10", "2026-01-10", "2026-01-10")),
        ("2026-01-10T23:00:00", 0, ("2026-01-11", "2026-01-10", "2026-01-10")),
        ("2026-01-11T04:59:59", 0, ("2026-01-11", "2026-01-10", "2026-01-11")),
        ("2026-01-11T05:00:00", 0, ("2026-01-11", "2026-01-11", "2026-01-11")),
        ("2026-01-11T22:59:59", 24, ("2026-01-10", "2026-01-10", "2026-01-10")),
        ("2026-01-11T23:00:00", 24, ("2026-01-11", "2026-01-10", "2026-01-10")),
        # The clocks go forward in Berlin on 29 March 2026: that day has 23 hours, so 24 hours
        # after its beginning the next day is an hour old.
        ("2026-03-29T22:59:59", 24, ("2026-03-28", "2026-03-28", "2026-03-28")),
        ("2026-03-29T23:00:00", 24, ("2026-03-29", "2026-03-28", "2026-03-28")),
        ("2026-03-30T21:59:59", 24, ("2026-03-29", "2026-03-29", "2026-03-29")),
        ("2026-03-30T22:00:00", 24, ("2026-03-30", "2026-03-29", "2026-03-29")),
        # They go back on 25 October: the day has 25 hours, and is due an hour before its end.
        ("2026-10-25T21:59:59", 24, ("2026-10-24", "2026-10-24", "2026-10-24")),
        ("2026-10-25T22:00:00", 24, ("2026-10-25", "2026-10-24", "2026-10-24")),
        # New York's clocks go forward on 8 March and back on 1 November.
        ("2026-03-09T04:59:59", 24, ("2026-03-08", "2026-03-07", "2026-03-08")),
        ("2026-03-09T05:00:00", 24, ("2026-03-08", "2026-03-08", "2026-03-08")),
        ("2026-11-02T03:59:59", 24, ("2026-11-01", "2026-10-31", "2026-11-01")),
        ("2026-11-02T04:00:00", 24, ("2026-11-01", "2026-11-01", "2026-11-01")),
    ],
)
def test_a_day_is_due_when_it_began_the_threshold_ago_at_the_site(now, hours, days):
    assert latest_days(now, hours) == days


def test_an_instant_is_due_exactly_the_threshold_after_it():
    now = datetime(2026, 3, 29, 12, tzinfo=UTC)
    due = due_filter(SelectionRule(36), (BERLIN,), now)
    assert due.latest_instant == datetime(2026, 3, 28, 0, tzinfo=UTC)


def test_the_rules_lists_are_passed_on():
    due = due_filter(RULE, (BERLIN,), datetime(2026, 3, 29, tzinfo=UTC))
    assert due.statuses == ("CREATED", "CONFIRMED")
    assert due.extended_statuses == ("70", "75", "76")
    assert due.latest_day == date(2026, 3, 28)


def test_due_orders_join_the_job_in_chunks(shop):
    shop.sell("A", "B", "C", created="2026-03-01T10:00:00Z")
    shop.sell("OLD", created="2026-02-01T10:00:00Z")
    shop.sell("FUTURE", deliveryWindow={"deliveryDate": "2026-03-10"})
    shop.sell("OTHER", status="IN_CHECKOUT")
    job = shop.start()
    shop.plan_job(shop.claimed())
    planned = shop.job(job.job_id)
    assert (planned.order_count, planned.status) == (4, JobStatus.IN_PROGRESS)
    assert [order.order_id for order in shop.outcomes(job)] == ["OLD", "A", "B", "C"]
    shop.work()
    assert shop.job(job.job_id).success_count == 4


def test_orders_that_have_an_invoice_are_not_due(shop):
    shop.sell("A", "B")
    shop.start("A")
    shop.work()
    job = shop.start()
    shop.work()
    assert [order.order_id for order in shop.outcomes(job)] == ["B"]


def test_a_job_that_finds_nothing_is_done(shop):
    job = shop.start()
    shop.work()
    assert (shop.job(job.job_id).status, shop.outcomes(job)) == (JobStatus.DONE, [])


def test_a_job_whose_rule_is_gone_finds_nothing(shop):
    shop.sell("A")
    job = shop.start()
    shop.save(make_settings(selection_rule=None))
    shop.work()
    assert shop.job(job.job_id).status is JobStatus.DONE


def test_a_plan_is_made_once(shop):
    shop.sell("A")
    job = shop.start()
    late = shop.claimed()
    shop.restart()
    shop.plan_job(shop.claimed())
    with pytest.raises(Conflict):
        shop.plan_job(late)
    assert shop.job(job.job_id).order_count == 1


def test_jobs_that_are_planned_side_by_side_stay_within_the_tenants_limit(shop):
    shop.sell("A", "B", "C", "D", "E")
    plan_job = replace(shop.plan_job, limits=JobLimits(waiting_orders=6))
    jobs = [shop.start() for _ in range(3)]
    for plan in [shop.claimed() for _ in jobs]:
        plan_job(plan)
    # Each takes one at least, so that it gets on.
    assert [shop.job(job.job_id).order_count for job in jobs] == [5, 1, 1]
    shop.work()
    assert len(shop.numbers()) == 5


def test_due_orders_beyond_the_limit_are_left_to_the_next_job(shop):
    shop.sell("A", "B", "C")
    shop.plan_job = replace(shop.plan_job, limits=JobLimits(waiting_orders=2))
    taken = []
    for _ in range(2):
        job = shop.start()
        shop.work()
        taken.append([order.order_id for order in shop.outcomes(job)])
    assert taken == [["A", "B"], ["C"]]
