"""Schedules start AUTOMATIC jobs, by a clock that a test moves."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from server.domain.errors import InvalidInput, NotFound, Unavailable
from server.domain.job import JobFilter, JobType
from server.domain.schedule import Schedule
from server.domain.tenant import Tenant
from server.service.job_limits import JobLimits
from server.service.list_schedules import ListSchedules
from server.service.run_schedules import PAUSE, RunSchedules, request_id_of
from tests.builders.settings import make_settings, make_site

ACME = Tenant("acme")
MORNINGS = Schedule("mornings", "0 6 * * *")  # in Berlin, where the only site is
#: The clock of the shop begins at 9:00 UTC, 10:00 in Berlin, on 10 March.
NEXT_MORNING = datetime(2026, 3, 11, 5, 0, tzinfo=UTC)


@pytest.fixture
def plan(shop):
    """Saves the shop's settings with schedules."""

    def plan(*schedules, **changes):
        return shop.update_settings(ACME, make_settings(schedules=schedules, **changes))

    return plan


@pytest.fixture
def run(shop):
    """Runs what is due, at a time where one is given, and gives when to look again."""

    def run(at=None, create_job=shop.create_job):
        shop.clock.time = at or shop.clock.time
        return RunSchedules(shop.workers_database, shop.clock, create_job)()

    return run


def jobs_of(shop):
    """Lists all jobs, the oldest first."""
    with shop.database.read() as unit:
        return list(unit.jobs.page(ACME, JobFilter(), None, 100).items)[::-1]


def outlook(shop, count=2):
    return ListSchedules(shop.database, shop.clock)(ACME, count)


def test_a_schedule_starts_its_job_when_its_time_has_come_and_not_before(shop, plan, run):
    plan(MORNINGS)
    assert run() == NEXT_MORNING
    assert run(NEXT_MORNING - timedelta(seconds=1)) == NEXT_MORNING
    assert jobs_of(shop) == []
    assert run(NEXT_MORNING) == NEXT_MORNING + timedelta(days=1)
    (job,) = jobs_of(shop)
    assert (job.job_type, job.created_at) == (JobType.AUTOMATIC, NEXT_MORNING)
    assert shop.woken == 1
    run()
    assert len(jobs_of(shop)) == 1


def test_the_job_invoices_what_is_due(shop, plan, run):
    plan(MORNINGS)
    shop.sell("A")
    run(NEXT_MORNING)
    shop.work()
    (job,) = jobs_of(shop)
    assert [order.order_id for order in shop.outcomes(job)] == ["A"]


def test_times_that_passed_while_no_server_ran_are_made_up_for_once(shop, plan, run):
    plan(MORNINGS, Schedule("minutes", "* * * * *"))
    back = datetime(2026, 3, 17, 11, 30, 30, tzinfo=UTC)  # a week later
    assert run(back) == datetime(2026, 3, 17, 11, 31, tzinfo=UTC)
    assert len(jobs_of(shop)) == 2
    assert run() == datetime(2026, 3, 17, 11, 31, tzinfo=UTC)
    assert len(jobs_of(shop)) == 2


def test_without_schedules_there_is_nothing_to_look_for(shop, plan, run):
    assert run() is None
    plan(replace(MORNINGS, paused=True))
    assert run(NEXT_MORNING + timedelta(days=3)) is None
    assert jobs_of(shop) == []


def test_a_time_is_meant_in_the_schedules_own_zone_or_the_first_sites(shop, plan):
    sites = (make_site(code="US", time_zone="America/New_York"), make_site())
    schedules = (MORNINGS, replace(MORNINGS, name="tokyo", time_zone="Asia/Tokyo"))
    shop.update_settings(ACME, make_settings(*sites, schedules=schedules))
    first, second = outlook(shop, 1)
    assert (first.time_zone, second.time_zone) == ("America/New_York", "Asia/Tokyo")
    assert first.next_times == (datetime(2026, 3, 10, 10, 0, tzinfo=UTC),)
    assert second.next_times == (datetime(2026, 3, 10, 21, 0, tzinfo=UTC),)


def test_saving_settings_does_not_lose_a_time_that_is_overdue(shop, plan, run):
    plan(MORNINGS)
    shop.clock.time = NEXT_MORNING + timedelta(hours=1)
    plan(MORNINGS)
    run()
    assert len(jobs_of(shop)) == 1


def test_a_change_counts_from_now_on(shop, plan, run):
    plan(MORNINGS)
    shop.clock.time = NEXT_MORNING + timedelta(hours=1)
    plan(replace(MORNINGS, cron="30 6 * * *"))
    assert run() == datetime(2026, 3, 12, 5, 30, tzinfo=UTC)
    plan(replace(MORNINGS, cron="30 6 * * *", time_zone="UTC"))
    assert run() == datetime(2026, 3, 11, 6, 30, tzinfo=UTC)
    assert jobs_of(shop) == []


def test_what_passed_during_a_pause_is_not_made_up_for(shop, plan, run):
    plan(MORNINGS)
    plan(replace(MORNINGS, paused=True))
    shop.clock.time = NEXT_MORNING + timedelta(days=2, hours=1)
    plan(MORNINGS)
    assert run() == NEXT_MORNING + timedelta(days=3)
    assert jobs_of(shop) == []


def test_a_schedule_that_was_removed_starts_nothing(shop, plan, run):
    plan(MORNINGS)
    plan()
    assert run(NEXT_MORNING) is None
    assert jobs_of(shop) == []
    assert outlook(shop) == ()


def test_whoever_runs_schedules_is_told_of_new_settings(shop):
    told = []
    update = replace(shop.update_settings, schedules_changed=lambda: told.append(1))
    update(ACME, make_settings(schedules=(MORNINGS,)))
    assert told == [1]


def test_a_clock_that_is_put_back_starts_no_second_job_for_a_time(shop, plan, run):
    plan(MORNINGS)
    run(NEXT_MORNING)
    shop.clock.time = NEXT_MORNING - timedelta(hours=2)
    plan(replace(MORNINGS, time_zone="Europe/Paris"))  # the same times, planned anew
    assert run(NEXT_MORNING) == NEXT_MORNING + timedelta(days=1)
    assert len(jobs_of(shop)) == 1


def test_a_tenant_with_too_much_work_has_its_time_put_off(shop, plan, run):
    plan(MORNINGS)
    busy = shop.start("A")
    create_job = replace(shop.create_job, limits=JobLimits(running_jobs=1))
    assert run(NEXT_MORNING, create_job) == NEXT_MORNING + PAUSE
    assert [job.job_id for job in jobs_of(shop)] == [busy.job_id]
    shop.work()
    assert run(NEXT_MORNING + PAUSE, create_job) == NEXT_MORNING + timedelta(days=1)
    assert len(jobs_of(shop)) == 2


def test_times_that_come_while_the_last_job_runs_start_one_job_when_it_is_done(shop, plan, run):
    plan(Schedule("minutes", "* * * * *"))
    shop.sell("A", "B")
    minute = shop.clock.now() + timedelta(minutes=1)
    run(minute)
    shop.plan_job(shop.claimed())
    for passed in range(1, 4):
        assert run(minute + timedelta(minutes=passed)) == shop.clock.now() + PAUSE
    shop.work()
    run()
    first, second = jobs_of(shop)
    assert (first.order_count, first.success_count) == (2, 2)
    shop.work()
    assert shop.job(second.job_id).order_count == 0
    assert run() == minute + timedelta(minutes=4)


def test_a_running_job_of_another_schedule_is_not_waited_for(shop, plan, run):
    plan(MORNINGS, replace(MORNINGS, name="evenings", cron="0 18 * * *"))
    run(NEXT_MORNING)
    run(NEXT_MORNING + timedelta(hours=12))
    assert len(jobs_of(shop)) == 2


def test_no_request_id_of_a_client_stands_in_the_way_of_a_schedule(shop, plan, run):
    plan(MORNINGS)
    planned = request_id_of(ACME, "mornings", NEXT_MORNING)
    shop.start("A", request_id=planned.strip("\x1f"))
    with pytest.raises(InvalidInput, match="request_id"):
        shop.start("A", request_id=planned)
    run(NEXT_MORNING)
    assert [job.job_type for job in jobs_of(shop)] == [JobType.MANUAL, JobType.AUTOMATIC]


def test_one_schedule_that_must_wait_does_not_keep_others_from_running(shop, plan, run):
    plan(MORNINGS)
    with shop.database.write() as unit:
        # It comes first, and is nothing that a release ever wrote.
        broken = unit.schedules.of_tenant(ACME)["mornings"]
        unit.schedules.put(replace(broken, name="broken", cron="nonsense"))
        unit.commit()
    assert run(NEXT_MORNING) == NEXT_MORNING + PAUSE
    assert len(jobs_of(shop)) == 1


def test_settings_that_let_no_job_start_cost_the_time_and_no_more(shop, plan, run):
    plan(MORNINGS)
    shop.save(replace(make_settings(schedules=(MORNINGS,)), selection_rule=None))
    assert run(NEXT_MORNING) == NEXT_MORNING + timedelta(days=1)
    assert jobs_of(shop) == []
    (seen,) = outlook(shop)
    assert (seen.last_time, seen.last_job_id) == (NEXT_MORNING, "")
    shop.save(make_settings(schedules=(MORNINGS,)))
    run(NEXT_MORNING + timedelta(days=1))
    assert len(jobs_of(shop)) == 1


def test_a_server_that_dies_before_the_commit_leaves_the_time_to_the_next(shop, plan, run):
    plan(MORNINGS)

    def fail():
        raise Unavailable("The disk is full.")

    shop.workers_database.before_commit = fail
    assert run(NEXT_MORNING) == NEXT_MORNING + PAUSE
    assert jobs_of(shop) == []
    shop.workers_database.before_commit = lambda: None
    run()
    assert len(jobs_of(shop)) == 1


def test_the_outlook_tells_the_next_times_and_the_last_job(shop, plan, run):
    plan(MORNINGS, replace(MORNINGS, name="paused", paused=True))
    first, paused = outlook(shop)
    assert first.next_times == (NEXT_MORNING, NEXT_MORNING + timedelta(days=1))
    assert (first.last_time, first.last_job_id) == (None, "")
    assert paused.next_times == ()
    run(NEXT_MORNING)
    first, _ = outlook(shop, 1)
    assert first.next_times == (NEXT_MORNING + timedelta(days=1),)
    assert first.last_time == NEXT_MORNING
    assert first.last_job_id == jobs_of(shop)[0].job_id


def test_without_settings_there_is_no_outlook(shop):
    with pytest.raises(NotFound, match="no settings yet"):
        ListSchedules(shop.database, shop.clock)(Tenant("other"), 3)
