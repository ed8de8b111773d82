"""What a connection to PostgreSQL keeps from one transaction to the next, and what not."""

import select

import psycopg
import pytest

from server.storage.chunks import SqlChunkStore
from server.storage.engine import open_engines
from server.storage.unit_of_work import SqlDatabase
from tests.builders.storage_values import ACME, NOON


@pytest.fixture
def engines(postgres_url):
    opened = open_engines(postgres_url)
    yield opened
    opened.close()


def ask(engine, query):
    with engine.begin() as connection:
        return tuple(connection.exec_driver_sql(query).one())


def test_one_on_which_something_was_heard_is_kept(engines, postgres_url):
    with engines.writer.begin() as connection:
        connection.exec_driver_sql("LISTEN news")
        ours = connection.connection.fileno()
        (before,) = connection.exec_driver_sql("SELECT pg_backend_pid()").one()
    with psycopg.connect(postgres_url, autocommit=True) as other:
        other.execute("NOTIFY news")
    assert select.select([ours], [], [], 30)[0]
    assert ask(engines.writer, "SELECT pg_backend_pid()") == (before,)


def test_what_was_prepared_stays_when_reads_end_and_is_planned_anew_each_time(engines):
    database = SqlDatabase(engines)
    for _ in range(20):
        with database.read() as unit:
            unit.settings.undressed(ACME)
    kept = "SELECT sum(custom_plans) > 10, sum(generic_plans) FROM pg_prepared_statements"
    assert ask(engines.reader, f"{kept} WHERE strpos(statement, 'settings') > 0") == (True, 0)
    database.close()


def test_a_claim_waits_for_no_disk_but_what_comes_after_it_does(engines):
    with engines.writer.begin() as connection:
        assert SqlChunkStore(connection).claim("me", NOON, 8) is None
        assert connection.exec_driver_sql("SHOW synchronous_commit").one() == ("off",)
    assert ask(engines.writer, "SHOW synchronous_commit") == ("on",)
