"""What every database promises about schedules, and about a tenant's unfinished work."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from server.domain.errors import LimitExceeded
from server.domain.job import JobFilter, JobType
from server.ports import JobLoad, PlannedSchedule
from server.service.create_job import CreateJob
from server.service.job_limits import JobLimits
from server.service.run_schedules import RunSchedules
from tests.builders.settings import make_settings
from tests.builders.storage_values import (
    ACME,
    NOON,
    OTHER,
    add_job,
    failure,
    in_threads,
    success,
    write,
)
from tests.fakes.outside import FakeClock

DUE = datetime(2025, 11, 3, 6, 0, tzinfo=UTC)
MORNINGS = PlannedSchedule(ACME, "mornings", "0 6 * * *", "UTC", DUE)
NEXT = DUE + timedelta(days=1)


def put(database, *planned):
    with database.write() as unit:
        for each in planned:
            unit.schedules.put(each)
        unit.commit()


def fire(database, planned, next_due=NEXT):
    with database.write() as unit:
        fired = unit.schedules.fire(planned, next_due)
        unit.commit()
    return fired


class TestSchedules:
    def test_a_schedule_comes_back_as_it_was(self, database):
        put(database, MORNINGS, replace(MORNINGS, name="paused", due_at=None))
        with database.read() as unit:
            assert unit.schedules.of_tenant(ACME) == {
                "mornings": MORNINGS,
                "paused": replace(MORNINGS, name="paused", due_at=None),
            }
            assert unit.schedules.of_tenant(OTHER) == {}

    def test_what_is_written_anew_keeps_when_it_came_last(self, database):
        put(database, MORNINGS)
        assert fire(database, MORNINGS)
        put(database, replace(MORNINGS, cron="0 7 * * *", time_zone="Europe/Berlin"))
        with database.read() as unit:
            found = unit.schedules.of_tenant(ACME)["mornings"]
        assert (found.cron, found.time_zone, found.fired_at) == ("0 7 * * *", "Europe/Berlin", DUE)

    def test_what_is_removed_is_forgotten_and_nothing_else(self, database):
        put(database, MORNINGS, replace(MORNINGS, name="b"), replace(MORNINGS, tenant=OTHER))
        with database.write() as unit:
            unit.schedules.remove(ACME, {"mornings", "unknown"})
            unit.schedules.remove(ACME, set())
            unit.commit()
        with database.read() as unit:
            assert list(unit.schedules.of_tenant(ACME)) == ["b"]
            assert list(unit.schedules.of_tenant(OTHER)) == ["mornings"]

    def test_what_is_due_comes_in_its_order_from_all_tenants(self, database):
        late = replace(MORNINGS, name="late", due_at=NEXT)
        early = replace(MORNINGS, tenant=OTHER, due_at=DUE - timedelta(minutes=1))
        put(database, late, MORNINGS, early, replace(MORNINGS, name="paused", due_at=None))
        with database.read() as unit:
            assert unit.schedules.due(DUE) == (early, MORNINGS)
            assert unit.schedules.due(DUE - timedelta(hours=1)) == ()
            assert unit.schedules.next_due(DUE) == NEXT
            assert unit.schedules.next_due(NEXT) is None

    def test_a_time_comes_once(self, database):
        put(database, MORNINGS)
        assert fire(database, MORNINGS)
        assert not fire(database, MORNINGS)
        with database.read() as unit:
            found = unit.schedules.of_tenant(ACME)["mornings"]
        assert (found.due_at, found.fired_at) == (NEXT, DUE)

    def test_what_was_changed_or_removed_in_between_does_not_come(self, database):
        put(database, MORNINGS, replace(MORNINGS, name="gone"))
        put(database, replace(MORNINGS, due_at=NEXT))
        write(database, lambda unit: unit.schedules.remove(ACME, ["gone"]))
        assert not fire(database, MORNINGS)
        assert not fire(database, replace(MORNINGS, name="gone"))

    def test_what_was_not_committed_did_not_come(self, database):
        put(database, MORNINGS)
        with database.write() as unit:
            assert unit.schedules.fire(MORNINGS, NEXT)
        assert fire(database, MORNINGS)

    def test_servers_that_race_start_one_job(self, database):
        write(database, lambda unit: unit.settings.put(ACME, make_settings()))
        put(database, MORNINGS)
        clock = FakeClock(DUE + timedelta(seconds=1))
        woken = []
        looks = []

        def run_as(server):
            create_job = CreateJob(
                database, clock, lambda: f"job-{server}", lambda: woken.append(server), 5, 2
            )
            looks.append(RunSchedules(database, clock, create_job)())

        in_threads(4, run_as)
        with database.read() as unit:
            jobs = unit.jobs.page(ACME, JobFilter(), None, 10).items
            assert len(jobs) == 1
            assert jobs[0].job_type is JobType.AUTOMATIC
            assert unit.schedules.of_tenant(ACME)["mornings"].fired_at == DUE
        assert len(woken) == 1
        assert set(looks) == {NEXT}


class TestLoad:
    def test_unfinished_jobs_and_their_pending_orders_are_counted(self, database):
        with database.write() as unit:
            add_job(unit, "job-1", 3)
            add_job(unit, "job-2", 2)
            add_job(unit, "job-3", 7, tenant=OTHER)
            unit.jobs.record("job-1", [success(0), failure(1)])
            unit.commit()
        with database.read() as unit:
            assert unit.jobs.load(ACME) == JobLoad(jobs=2, orders=3)
            assert unit.jobs.load(OTHER) == JobLoad(jobs=1, orders=7)

    def test_a_tenant_without_jobs_has_no_load(self, database):
        with database.read() as unit:
            assert unit.jobs.load(ACME) == JobLoad(jobs=0, orders=0)

    def test_clients_that_race_do_not_get_beyond_the_limit(self, database):
        write(database, lambda unit: unit.settings.put(ACME, make_settings()))
        refused = []

        def create(client):
            create_job = CreateJob(
                database,
                FakeClock(NOON),
                lambda: f"job-{client}",
                lambda: None,
                5,
                2,
                JobLimits(running_jobs=2),
            )
            try:
                create_job(ACME, JobType.MANUAL, ["A"])
            except LimitExceeded as error:
                refused.append(error.reason)

        in_threads(5, create)
        with database.read() as unit:
            assert unit.jobs.load(ACME) == JobLoad(jobs=2, orders=2)
        assert refused == ["TOO_MANY_RUNNING_JOBS"] * 3
