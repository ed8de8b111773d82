"""What every database promises about the read that is asked for most."""

from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from server.domain.errors import Unavailable
from server.domain.job import JobOrder
from tests.builders.storage_values import (
    ACME,
    NOON,
    OTHER,
    add_job,
    failure,
    in_threads,
    make_job,
    success,
    write,
)


def in_a_transaction(database, job_id, first, limit):
    with database.read() as unit:
        return unit.jobs.get(ACME, job_id), unit.jobs.orders(job_id, first, limit)


@contextmanager
def renamed(database, table, name):
    """Gives a table another name while the block lasts."""

    def rename(one, other):
        with database._engines.writer.connect() as connection:
            connection.exec_driver_sql(f"ALTER TABLE {one} RENAME TO {other}")
            connection.commit()

    rename(table, name)
    try:
        yield
    finally:
        rename(name, table)


@pytest.fixture
def opened(database_url):
    """Counts the connections to the database that really are there."""
    if database_url.startswith("sqlite"):
        file = database_url.removeprefix("sqlite:///")
        files = Path("/proc/self/fd")
        yield lambda: sum(
            link.exists() and str(link.readlink()) == file for link in files.iterdir()
        )
        return
    with psycopg.connect(database_url, autocommit=True) as connection:
        query = (
            "SELECT pid FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        yield lambda: len(connection.execute(query).fetchall())


class TestReadJob:
    def test_the_connections_that_it_keeps_are_counted(self, database, opened):
        assert sum(database.connections()) == opened()
        write(database, lambda unit: add_job(unit, "job-1", 1))
        assert sum(database.connections()) == opened() > 0
        alone = opened()
        in_threads(4, lambda _: database.read_job(ACME, "job-1", 0, 1))
        assert sum(database.connections()) == opened() > alone
        with database.read() as unit:
            assert unit.jobs.get(ACME, "job-1")
            assert database.connections()[0] == 1

    def test_it_gives_what_a_transaction_gives(self, database):
        with database.write() as unit:
            add_job(unit, "job-1", 5)
            unit.jobs.record("job-1", [success(0), failure(3)])
            unit.jobs.cancel("job-1", NOON)
            add_job(unit, "job-2", 2)
            unit.commit()
        for first, limit in ((0, 100), (0, 5), (1, 2), (3, 1)):
            found = database.read_job(ACME, "job-1", first, limit)
            assert found == in_a_transaction(database, "job-1", first, limit)
            assert [order.position for order in found[1]] == list(range(first, 5))[:limit]

    def test_times_come_back_in_utc(self, database):
        write(database, lambda unit: unit.jobs.add(make_job(done_at=NOON)))
        job, _ = database.read_job(ACME, "job-1", 0, 1)
        assert (job.created_at, job.done_at) == (make_job().created_at, NOON)
        assert job.created_at.tzinfo is NOON.tzinfo
        assert job.cancelled_at is None

    def test_a_job_without_orders_and_a_page_behind_the_last_are_empty(self, database):
        write(database, lambda unit: unit.jobs.add(make_job()))
        assert database.read_job(ACME, "job-1", 0, 10) == (make_job(), ())
        write(database, lambda unit: unit.jobs.add_orders("job-1", 0, ["a"]))
        assert database.read_job(ACME, "job-1", 1, 10)[1] == ()

    @pytest.mark.parametrize("first", [2**31 - 1, 2**31, 10**12 + 2**31])
    def test_a_page_far_behind_the_last_is_empty(self, database, first):
        write(database, lambda unit: add_job(unit, "job-1", 3))
        assert database.read_job(ACME, "job-1", first, 100)[1] == ()
        assert in_a_transaction(database, "job-1", first, 100)[1] == ()

    def test_of_a_job_that_the_tenant_does_not_have_there_is_none(self, database):
        write(database, lambda unit: add_job(unit, "job-1", 1))
        assert database.read_job(ACME, "job-404", 0, 1) is None
        assert database.read_job(OTHER, "job-1", 0, 1) is None
        # No database keeps such a text, and what is not kept is not found.
        assert database.read_job(ACME, "job-1\x00", 0, 1) is None

    def test_what_is_committed_is_seen_at_once_and_what_is_not_is_not(self, database):
        write(database, lambda unit: add_job(unit, "job-1", 1))
        with database.write() as unit:
            unit.jobs.record("job-1", [failure(0)])
            assert database.read_job(ACME, "job-1", 0, 1)[1] == (JobOrder(0, "o-0"),)
            unit.commit()
        assert database.read_job(ACME, "job-1", 0, 1)[1] == (failure(0),)

    def test_many_threads_read_at_once(self, database):
        with database.write() as unit:
            for number in range(8):
                add_job(unit, f"job-{number}", 3)
            unit.commit()

        def read(number):
            for _ in range(50):
                job, orders = database.read_job(ACME, f"job-{number}", 0, 3)
                assert (job.job_id, len(orders)) == (f"job-{number}", 3)

        in_threads(8, read)

    def test_a_database_without_its_tables_is_told_as_any_other_read_tells_it(self, database):
        write(database, lambda unit: add_job(unit, "job-1", 1))
        with renamed(database, "job_orders", "hidden"):
            with pytest.raises(Unavailable) as told:
                in_a_transaction(database, "job-1", 0, 1)
            with pytest.raises(Unavailable) as raised:
                database.read_job(ACME, "job-1", 0, 1)
            assert raised.value.reason == told.value.reason
            # And the connections are good for all else.
            with database.read() as unit:
                assert unit.jobs.get(ACME, "job-1")
        assert len(database.read_job(ACME, "job-1", 0, 1)[1]) == 1

    def test_a_database_that_was_closed_is_opened_anew(self, database):
        write(database, lambda unit: add_job(unit, "job-1", 1))
        assert database.read_job(ACME, "job-1", 0, 1)
        database.close()
        assert database.read_job(ACME, "job-1", 0, 1)
