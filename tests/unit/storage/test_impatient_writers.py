"""Whoever must not wait for others who write to an SQLite file is told so at once."""

import time

import pytest

from server.domain.errors import Unavailable
from server.storage import open_database
from server.storage.dialects import BUSY_TIMEOUT
from tests.builders.storage_values import ACME, make_job, write


@pytest.fixture(params=["the same process", "another"])
def other(request, database, url):
    """The database as somebody else has it open."""
    if request.param == "the same process":
        yield database
    else:
        opened = open_database(url)
        yield opened
        opened.close()


def test_one_who_must_not_wait_is_refused_while_others_write(database, other):
    begin = time.monotonic()
    with other.write() as unit:
        unit.jobs.add(make_job())
        with pytest.raises(Unavailable) as raised, database.write(waits=False):
            pytest.fail("must not begin")
        unit.commit()
    assert raised.value.reason == "DATABASE_BUSY"
    assert time.monotonic() - begin < 2  # seconds, of the 30 that others wait


def test_when_the_others_are_done_it_goes_on_as_if_nothing_had_been(database, other):
    with other.write(), pytest.raises(Unavailable), database.write(waits=False):
        pytest.fail("must not begin")
    with database.write(waits=False) as unit:
        unit.jobs.add(make_job())
        unit.commit()
    with other.read() as unit:
        assert unit.jobs.get(ACME, "job-1")


def test_those_who_come_after_it_wait_as_long_as_ever(database, other):
    def patience(unit):
        return unit.jobs._connection.exec_driver_sql("PRAGMA busy_timeout").scalar()

    with database.write(waits=False) as unit:
        assert patience(unit) == BUSY_TIMEOUT * 1000
    with other.write(), pytest.raises(Unavailable), database.write(waits=False):
        pytest.fail("must not begin")
    write(database, lambda unit: unit.jobs.add(make_job()))
    with database.write() as unit:
        assert patience(unit) == BUSY_TIMEOUT * 1000
