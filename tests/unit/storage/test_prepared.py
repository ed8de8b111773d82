"""Prepared statements obey their transaction as those that SQLAlchemy runs do."""

import pytest

from server.domain.audit import AuditAction, AuditEntry
from server.domain.errors import Conflict, Unavailable
from server.domain.job import JobFilter
from server.domain.origin import UNKNOWN
from server.ports import JobStart
from tests.builders.storage_values import ACME, NOON, make_job


def start(*job_ids):
    return [JobStart(make_job(job_id, order_count=2), ("a", "b")) for job_id in job_ids]


def kept(database):
    with database.read() as unit:
        return [job.job_id for job in unit.jobs.page(ACME, JobFilter(), None, 9).items]


@pytest.mark.parametrize("job_ids", [["one"], ["one", "two"]])
def test_none_is_run_after_the_commit(database, job_ids):
    with database.write() as unit:
        unit.commit()
        with pytest.raises(Exception, match="closed transaction"):
            unit.job_starts.add(start(*job_ids), 1)
        with pytest.raises(Exception, match="closed transaction"):
            unit.requests.find(ACME, "r")
        entry = AuditEntry(NOON, ACME, AuditAction.PURGE, "", UNKNOWN)
        with pytest.raises(Exception, match="closed transaction"):
            unit.audit.add(entry, entry)
    assert kept(database) == []


def test_none_is_run_after_a_contradiction(database):
    with database.write() as unit:
        unit.job_starts.add(start("one"), 1)
        with pytest.raises(Conflict) as raised:
            unit.job_starts.add(start("two", "one"), 1)
        assert raised.value.__cause__ is not None
        with pytest.raises(Exception, match=r"closed|inactive"):
            unit.job_starts.add(start("three"), 1)
    assert kept(database) == []


def test_none_is_run_after_the_environment_failed(database):
    with database.write() as unit:
        unit.job_starts.add(start("one"), 1)
        pages = unit.jobs._connection.exec_driver_sql("PRAGMA page_count").scalar()
        unit.jobs._connection.exec_driver_sql(f"PRAGMA max_page_count={pages}")
        with pytest.raises(Unavailable, match="full"):
            unit.job_starts.add([JobStart(make_job("two"), ["o" * 100] * 2000)], 1)
        with pytest.raises(Exception, match=r"rolled back|closed|inactive"):
            unit.job_starts.add(start("three"), 1)
    assert kept(database) == []
    with database.write() as unit:
        unit.job_starts.add(start("four"), 1)
        unit.commit()
    assert kept(database) == ["four"]
