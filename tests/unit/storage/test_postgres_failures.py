"""What failures of a PostgreSQL server become: a retry at most, never a lost or doubled write."""

import logging
import threading

import psycopg
import pytest
from sqlalchemy.exc import PendingRollbackError, SQLAlchemyError

from server.domain.errors import InvalidInput, InvoiceJobsError, Unavailable
from server.domain.job import JobFilter
from server.storage import open_database
from server.storage.engine import open_engines
from server.storage.unit_of_work import SqlDatabase
from tests.builders.storage_values import (
    ACME,
    imported,
    make_job,
    make_order,
    make_series,
    make_settings,
    write,
)


@pytest.fixture
def database(postgres_url):
    """A database on a server."""
    opened = open_database(postgres_url)
    yield opened
    opened.close()


@pytest.fixture
def impatient(postgres_url):
    """Opens the same database with settings of the session."""
    opened = []

    def with_options(*options):
        chosen = "%20".join(f"-c%20{option}" for option in options)
        opened.append(open_database(f"{postgres_url}&options={chosen}"))
        return opened[-1]

    yield with_options
    for each in opened:
        each.close()


@pytest.fixture
def look(postgres_url):
    """Asks the server something outside of the transactions under test."""
    with psycopg.connect(postgres_url, autocommit=True) as connection:

        def ask(query):
            return connection.execute(query).fetchall()

        yield ask


OURS = "datname = current_database() AND application_name = 'invoicejobs'"


def cut(look):
    """Ends all of our connections, and waits until they are gone."""
    ended = look(f"SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE {OURS}")
    assert ended
    assert all(row == (True,) for row in ended)


def jobs(database):
    with database.read() as unit:
        return [job.job_id for job in unit.jobs.page(ACME, JobFilter(), None, 99).items]


def test_a_connection_that_is_cut_between_two_transactions_is_not_noticed(database, look):
    write(database, lambda unit: unit.jobs.add(make_job("job-1")))
    cut(look)
    write(database, lambda unit: unit.jobs.add(make_job("job-2")))
    cut(look)
    assert jobs(database) == ["job-2", "job-1"]


def test_a_transaction_whose_connection_is_cut_is_lost_as_a_whole(database, look):
    with database.write() as unit:
        unit.jobs.add(make_job("job-1"))
        cut(look)
        with pytest.raises(Unavailable, match=r"terminating|reached"):
            unit.jobs.add(make_job("job-2"))
        with pytest.raises(PendingRollbackError):
            unit.jobs.add(make_job("job-3"))
        with pytest.raises(PendingRollbackError):
            unit.commit()
    assert jobs(database) == []


def test_a_commit_that_the_server_cannot_answer_is_an_error(database, look):
    with database.write() as unit:
        unit.jobs.add(make_job())
        cut(look)
        with pytest.raises(Unavailable):
            unit.commit()
    write(database, lambda unit: unit.jobs.add(make_job()))


def test_one_who_stops_in_a_transaction_lets_go_of_what_it_held(database, impatient, look):
    sleeper = impatient("idle_in_transaction_session_timeout=1s")
    pause = threading.Event()
    with sleeper.write() as unit:
        assert list(unit.numbers.draw(ACME, make_series(), 2)) == [1, 2]
        while look(f"SELECT 1 FROM pg_stat_activity WHERE {OURS} AND state LIKE 'idle in%'"):
            pause.wait(0.002)
        with database.write() as other:
            assert list(other.numbers.draw(ACME, make_series(), 2)) == [1, 2]
        with pytest.raises(Unavailable):
            unit.numbers.draw(ACME, make_series(), 2)


def test_one_who_waits_too_long_for_another_is_told_so(database, impatient):
    with database.write() as unit:
        unit.numbers.draw(ACME, make_series(), 1)
        with (
            pytest.raises(Unavailable, match="lock timeout"),
            impatient("lock_timeout=20ms").write() as other,
        ):
            other.numbers.draw(ACME, make_series(), 1)


def test_of_two_who_wait_for_each_other_one_is_told_to_try_again(database, impatient):
    database = impatient("deadlock_timeout=20ms")
    outcomes = []
    together = threading.Barrier(2)

    def draw(first, second):
        try:
            with database.write() as unit:
                unit.numbers.draw(ACME, make_series(first), 1)
                together.wait(timeout=30)
                unit.numbers.draw(ACME, make_series(second), 1)
                unit.commit()
            outcomes.append("done")
        except Unavailable as error:
            outcomes.append(error.message)

    threads = [threading.Thread(target=draw, args=names) for names in (("A", "B"), ("B", "A"))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["The database failed: deadlock detected. Try again later.", "done"]


def test_a_statement_that_hangs_is_ended(postgres_url):
    engines = open_engines(f"{postgres_url}&options=-c%20statement_timeout=20ms")
    with engines.writer.connect() as connection, pytest.raises(Unavailable, match="timeout"):
        connection.exec_driver_sql("SELECT pg_sleep(60)")
    engines.close()


def test_a_server_that_is_not_there_is_unavailable_and_told_to_the_operator_only(tmp_path, caplog):
    url = f"postgresql://clerk:sEcret-word@/invoices?host={tmp_path}"
    database = open_database(url)
    assert not database.ready()
    with pytest.raises(Unavailable) as raised, database.write():
        pytest.fail("it was opened")
    assert raised.value.message == "The database failed: it cannot be reached. Try again later."
    assert str(tmp_path) in caplog.text
    assert "sEcret" not in caplog.text + repr(raised.value.__cause__)
    database.close()


def test_a_wrong_password_is_unavailable_and_said_nowhere(postgres_server, postgres_url, caplog):
    caplog.set_level(logging.DEBUG)
    postgres_server.run("DROP ROLE IF EXISTS protected")
    postgres_server.run("CREATE ROLE protected LOGIN PASSWORD 'right'")
    database = open_database(postgres_url.replace("postgres@", "protected:wrOng-word@"))
    with pytest.raises(Unavailable) as raised, database.read():
        pytest.fail("it was opened")
    assert "protected" not in raised.value.message
    assert "password authentication failed" in caplog.text
    assert "wrOng" not in caplog.text + str(raised.value.__cause__)
    database.close()
    postgres_server.run("DROP ROLE protected")


def test_a_server_that_takes_no_more_connections_is_unavailable(postgres_server, postgres_url):
    name = postgres_url.split("/")[3].split("?")[0]
    postgres_server.run("DROP ROLE IF EXISTS lonely")
    postgres_server.run("CREATE ROLE lonely LOGIN CONNECTION LIMIT 1")
    try:
        database = open_database(postgres_url.replace("postgres@", "lonely@"))
        # What a role may not see is not there yet for it, as tables that are not made.
        assert not database.ready()
        postgres_server.run("GRANT SELECT ON ALL TABLES IN SCHEMA public TO lonely", database=name)
        assert database.ready()
        with database.read() as unit:
            assert unit.jobs.get(ACME, "job-1") is None
            with pytest.raises(Unavailable), database.read():
                pytest.fail("it was opened")
        with pytest.raises(Unavailable, match="permission denied"), database.write() as unit:
            unit.jobs.add(make_job())
        database.close()
    finally:
        postgres_server.run("DROP OWNED BY lonely", database=name)
        postgres_server.run("DROP ROLE lonely")


def test_a_database_without_tables_is_not_ready(new_postgres_url):
    database = open_database(new_postgres_url)
    assert not database.ready()
    with pytest.raises(Unavailable, match="does not exist"), database.read() as unit:
        unit.settings.get(ACME)
    database.close()


def test_a_reader_cannot_write(database):
    with pytest.raises(Unavailable, match="read-only"), database.read() as unit:
        unit.jobs.add(make_job())


def test_a_text_that_no_index_can_hold_is_the_callers_mistake(database):
    # Such as a compressor cannot shorten.
    text = "".join(chr(0x4E00 + 7919 * n % 20000) for n in range(5000))
    with pytest.raises(InvalidInput, match="too long"), database.write() as unit:
        unit.orders.put(ACME, imported(make_order(status=text)))


def test_after_a_wrong_statement_nothing_is_committed(postgres_url):
    engines = open_engines(postgres_url)
    with SqlDatabase(engines).write() as unit:
        unit.settings.put(ACME, make_settings())
        with pytest.raises(SQLAlchemyError) as raised:
            unit.jobs._connection.exec_driver_sql("SELECT 1 +")
        assert not isinstance(raised.value, InvoiceJobsError)
        with pytest.raises(SQLAlchemyError):
            unit.commit()
    engines.close()
