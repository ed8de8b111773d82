"""How SQLite is set up, and what its failures become."""

import sqlite3
import subprocess
import sys
import threading

import pytest
from sqlalchemy import event
from sqlalchemy.exc import PendingRollbackError, SQLAlchemyError

from server.domain.errors import InvoiceJobsError, Unavailable
from server.domain.job import JobFilter
from server.storage import dialects, migrate, open_database
from server.storage.engine import open_engines
from tests.builders.storage_values import ACME, in_threads, make_job, make_settings, write


def pragma(engine, name):
    with engine.connect() as connection:
        return connection.exec_driver_sql(f"PRAGMA {name}").scalar_one()


def test_commits_survive_a_power_cut_and_references_are_checked(engines):
    writer = {
        name: pragma(engines.writer, name)
        for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
    }
    assert writer == {
        "journal_mode": "wal",
        "synchronous": 2,  # FULL
        "foreign_keys": 1,
        "busy_timeout": 30_000,
    }
    assert pragma(engines.reader, "journal_mode") == "wal"
    assert pragma(engines.reader, "busy_timeout") == 30_000


def test_a_writer_has_the_lock_from_its_first_moment(database, file):
    # Nothing was asked of the database yet, and still no other process can begin to write.
    other = sqlite3.connect(file, timeout=0, isolation_level=None)
    with database.write(), pytest.raises(sqlite3.OperationalError, match="locked"):
        other.execute("BEGIN IMMEDIATE")
    other.execute("BEGIN IMMEDIATE")
    other.close()


def test_a_reader_cannot_write(database):
    with pytest.raises(Unavailable, match="readonly"), database.read() as unit:
        unit.jobs.add(make_job())


def test_the_folder_of_the_database_is_made(tmp_path):
    url = f"sqlite:///{tmp_path}/a/b/c.db"
    migrate(url)
    assert (tmp_path / "a" / "b" / "c.db").exists()


def test_nobody_else_can_look_into_the_folder_of_the_database(tmp_path):
    open_engines(f"sqlite:///{tmp_path}/data/invoicejobs.db").close()
    assert (tmp_path / "data").stat().st_mode & 0o777 == 0o700


def test_a_folder_that_cannot_be_made_is_told(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(Unavailable, match="folder") as raised:
        open_database(f"sqlite:///{tmp_path}/file/x.db")
    assert isinstance(raised.value.__cause__, OSError)


def test_a_database_without_tables_is_not_ready(tmp_path):
    database = open_database(f"sqlite:///{tmp_path}/x.db")
    assert not database.ready()
    with pytest.raises(Unavailable, match="no such table"), database.read() as unit:
        unit.settings.get(ACME)
    database.close()


def test_a_database_that_cannot_be_opened_is_unavailable(tmp_path):
    (tmp_path / "x.db").mkdir()
    database = open_database(f"sqlite:///{tmp_path}/x.db")
    assert not database.ready()
    for unit in (database.read, database.write):
        with pytest.raises(Unavailable) as raised, unit():
            pytest.fail("it was opened")
        assert isinstance(raised.value.__cause__, sqlite3.OperationalError)
    database.close()


@pytest.fixture
def full_disk(database, engines):
    """Lets the file grow no more until the function it gives is called."""

    def limit(connection, record):
        # SQLite says of the last page it may use what it says of a full disk.
        connection.execute("PRAGMA max_page_count=1")

    def make_room():
        engines.writer.dispose()
        event.remove(engines.writer, "connect", limit)

    write(database, lambda unit: unit.jobs.add(make_job()))
    engines.writer.dispose()
    event.listen(engines.writer, "connect", limit)
    return make_room


MANY = [f"o-{number}" for number in range(50_000)]


def test_a_full_disk_is_unavailable_and_leaves_nothing_half_written(database, full_disk):
    with pytest.raises(Unavailable, match="full"), database.write() as unit:
        unit.jobs.add_orders("job-1", 0, MANY)
    full_disk()
    with database.read() as unit:
        assert unit.jobs.get(ACME, "job-1").order_count == 0
        assert unit.jobs.orders("job-1", 0, 1) == ()
    write(database, lambda unit: unit.jobs.add_orders("job-1", 0, MANY))


def test_after_a_failure_nothing_more_is_written_in_its_transaction(database, full_disk):
    with database.write() as unit:
        unit.jobs.add(make_job("job-2"))
        with pytest.raises(Unavailable):
            unit.jobs.add_orders("job-1", 0, MANY)
        # SQLite itself may have rolled back: this would be kept alone.
        with pytest.raises(PendingRollbackError):
            unit.jobs.add(make_job("job-3"))
        with pytest.raises(PendingRollbackError):
            unit.commit()
    full_disk()
    with database.read() as unit:
        assert [job.job_id for job in unit.jobs.page(ACME, JobFilter(), None, 9).items] == ["job-1"]


def test_a_process_that_waits_too_long_for_another_is_told_so(url, file, monkeypatch):
    monkeypatch.setattr(dialects, "BUSY_TIMEOUT", 0)
    database = open_database(url)
    other = sqlite3.connect(file, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(Unavailable, match="locked"), database.write():
        pytest.fail("two processes write at once")
    with database.read() as unit:
        assert unit.jobs.get(ACME, "job-1") is None
    other.close()
    write(database, lambda unit: unit.jobs.add(make_job()))
    database.close()


def test_a_killed_writer_leaves_the_last_commit(url):
    code = """
import os, sys
from server.storage import open_database
from tests.builders.storage_values import make_job
database = open_database(sys.argv[1])
for number in range(100):
    with database.write() as unit:
        unit.jobs.add(make_job(f"job-{number}"))
        unit.jobs.add_orders(f"job-{number}", 0, ["a", "b"])
        if number == 50:
            os.kill(os.getpid(), 9)
        unit.commit()
"""
    killed = subprocess.run([sys.executable, "-c", code, url], check=False, timeout=60)
    assert killed.returncode == -9
    database = open_database(url)
    with database.read() as unit:
        jobs = unit.jobs.page(ACME, JobFilter(), None, 1000).items
    assert [job.order_count for job in jobs] == [2] * 50
    write(database, lambda unit: unit.jobs.add(make_job("job-next")))
    database.close()


def test_more_threads_than_kept_connections_read_at_once(database):
    write(database, lambda unit: unit.settings.put(ACME, make_settings()))
    together = threading.Barrier(40)

    def work(_):
        with database.read() as unit:
            assert unit.settings.get(ACME)
            together.wait(timeout=30)

    in_threads(40, work)


def test_a_closed_database_holds_no_file(url, file):
    database = open_database(url)
    write(database, lambda unit: unit.jobs.add(make_job()))
    database.close()
    # SQLite removes its side files when the last connection is closed in order.
    assert [path.name for path in file.parent.iterdir()] == [file.name]


def test_a_wrong_statement_is_not_blamed_on_the_environment(engines):
    with engines.writer.connect() as connection, pytest.raises(SQLAlchemyError) as raised:
        connection.exec_driver_sql("SELECT ?", (1, 2))
    assert not isinstance(raised.value, InvoiceJobsError)
