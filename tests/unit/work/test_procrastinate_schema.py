"""Procrastinate's tables of an earlier release are brought to that of today, with work in them."""

import subprocess
import sys
import threading
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest
from procrastinate.schema import SchemaManager

from server.storage import migrate, open_database, server_address
from server.work.procrastinate_engine import ProcrastinateEngine
from server.work.procrastinate_schema import prepare_queue
from server.work.turns import OfferTurns
from tests.builders.storage_values import add_job, write
from tests.unit.storage.schema import schema_of

#: The last step of releases that people may have: what it gives is what they made.
RELEASES = {
    "3.0.0": "03.00.00_50_post_cancel_notification.sql",
    "3.2.0": "03.02.00_50_post_batch_defer_jobs.sql",
}
STEPS = sorted(Path(SchemaManager.get_migrations_path()).glob("*.sql"))
NOTE = "SELECT obj_description('procrastinate_jobs'::regclass)"
PREPARE = """
import sys
from server.storage import migrate
from server.work.procrastinate_schema import prepare_queue
migrate(sys.argv[1], prepare_queue)
"""


class Now:
    """The time of this machine."""

    def now(self):
        return datetime.now(UTC)


@pytest.fixture(params=RELEASES)
def old_url(request, new_postgres_url):
    """A database whose queue an earlier release of Procrastinate has made, and filled."""
    migrate(new_postgres_url)
    database = open_database(new_postgres_url)
    write(database, lambda unit: add_job(unit, "job-1", 3))
    database.close()
    last = RELEASES[request.param]
    with psycopg.connect(new_postgres_url) as connection:
        for step in STEPS:
            if step.name <= last:
                connection.execute(step.read_bytes())
        connection.execute(f"COMMENT ON TABLE procrastinate_jobs IS '{last}'")
        connection.execute(
            "INSERT INTO procrastinate_jobs (queue_name, task_name, status) VALUES "
            "('invoicejobs', 'invoicejobs.turn', 'todo'), "
            "('invoicejobs', 'invoicejobs.turn', 'todo'), "
            # Of a worker that was killed before the new release came.
            "('invoicejobs', 'invoicejobs.turn', 'doing'), "
            "('invoicejobs', 'invoicejobs.turn', 'succeeded')"
        )
    return new_postgres_url


def ask(url, statement):
    with psycopg.connect(url) as connection:
        return connection.execute(statement.encode()).fetchall()


def test_processes_of_a_new_release_that_start_together_bring_the_queue_up_to_date_once(
    old_url, postgres_server
):
    processes = [
        subprocess.Popen([sys.executable, "-c", PREPARE, old_url], stderr=subprocess.PIPE)
        for _ in range(2)
    ]
    assert [process.communicate()[1] for process in processes] == [b"", b""]
    assert [process.returncode for process in processes] == [0, 0]
    assert ask(old_url, NOTE) == [(STEPS[-1].name,)]
    assert ask(old_url, "SELECT count(*) FROM procrastinate_jobs") == [(4,)]
    with postgres_server.database("fresh_queue") as fresh:
        migrate(fresh, prepare_queue)
        assert schema_of(old_url) == schema_of(fresh)


def test_work_that_was_in_the_queue_is_done_after_the_new_release_has_come(old_url):
    migrate(old_url, prepare_queue)
    database = open_database(old_url, OfferTurns(4))
    address = server_address(old_url)
    assert address
    done = threading.Semaphore(0)

    def work(chunk):
        write(database, lambda unit: unit.chunks.finish(chunk))
        done.release()

    engine = ProcrastinateEngine(address, database, Now(), work, threads=2, window=4)
    engine.start()
    assert all(done.acquire(timeout=60) for _ in range(3))
    assert engine.stop(60)
    database.close()
    assert ask(old_url, "SELECT count(*) FROM chunks WHERE NOT done") == [(0,)]


def test_a_queue_that_somebody_else_looks_after_is_left_as_it_is(old_url):
    with psycopg.connect(old_url) as connection:
        connection.execute("COMMENT ON TABLE procrastinate_jobs IS NULL")
    before = schema_of(old_url)
    migrate(old_url, prepare_queue)
    assert schema_of(old_url) == before
    assert ask(old_url, NOTE) == [(None,)]
