"""How connections to a PostgreSQL server are set up."""

import subprocess
import sys
import threading

import pytest
from sqlalchemy import event

from server.domain.errors import InvalidInput, Unavailable
from server.domain.job import JobFilter
from server.storage import migrate, open_database
from server.storage.engine import open_engines
from server.storage.unit_of_work import SqlDatabase
from tests.builders.invoices import make_invoice
from tests.builders.storage_values import (
    ACME,
    imported,
    in_threads,
    make_job,
    make_order,
    make_series,
    make_settings,
    write,
)


@pytest.fixture
def engines(postgres_url):
    """The engines of a database on a server."""
    opened = open_engines(postgres_url)
    yield opened
    opened.close()


def shown(engine, *names):
    with engine.connect() as connection:
        return [connection.exec_driver_sql(f"SHOW {name}").scalar_one() for name in names]


def test_nothing_hangs_for_ever_and_the_servers_customs_do_not_matter(engines):
    assert shown(
        engines.writer,
        *("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout"),
        *("application_name", "timezone", "datestyle", "jit"),
    ) == ["1min", "30s", "5s", "invoicejobs", "UTC", "ISO, MDY", "off"]


def test_a_server_that_vanished_is_noticed_with_a_request_under_way_and_without(engines):
    with engines.writer.connect() as connection:
        options = connection.connection.driver_connection.info.get_parameters()
    # Milliseconds; the keepalives ask three times in as long.
    assert options["tcp_user_timeout"] == "19000"
    assert int(options["keepalives_idle"]) + 3 * int(options["keepalives_interval"]) == 19


def test_a_migration_may_take_its_time(postgres_url):
    engines = open_engines(postgres_url, migrates=True)
    assert shown(engines.writer, "statement_timeout", "lock_timeout") == ["0", "0"]
    # Alembic is loaded between two statements, which takes its time where others want the cores.
    assert shown(engines.writer, "idle_in_transaction_session_timeout") == ["1min"]
    engines.close()


def test_the_url_has_the_last_word(postgres_url):
    url = f"{postgres_url}&application_name=mine&options=-c%20lock_timeout%3D7s%20-c%20jit%3Don"
    engines = open_engines(url)
    assert shown(engines.writer, "application_name", "lock_timeout", "jit", "timezone") == [
        *("mine", "7s", "on", "UTC"),
    ]
    engines.close()


def test_readers_see_one_state_and_writers_the_latest(engines):
    names = ("transaction_isolation", "transaction_read_only")
    for _ in range(2):  # a connection goes from one to the other and back
        assert shown(engines.reader, *names) == ["repeatable read", "on"]
        assert shown(engines.writer, *names) == ["read committed", "off"]
    assert engines.reader.pool is engines.writer.pool


def test_times_come_back_right_whatever_the_database_is_set_to(postgres_server, new_postgres_url):
    name = new_postgres_url.split("/")[3].split("?")[0]
    postgres_server.run(f"ALTER DATABASE {name} SET timezone = 'Asia/Kathmandu'")
    postgres_server.run(f"ALTER DATABASE {name} SET datestyle = 'German'")
    postgres_server.run(f"ALTER DATABASE {name} SET default_transaction_isolation = serializable")
    migrate(new_postgres_url)
    database = open_database(new_postgres_url)
    write(database, lambda unit: unit.jobs.add(make_job()))
    with database.read() as unit:
        assert unit.jobs.get(ACME, "job-1") == make_job()
    database.close()


def test_new_numbers_and_invoices_are_sent_as_one_stream_each(engines):
    told = []
    event.listen(
        engines.writer, "after_cursor_execute", lambda *given: told.append(given[1].statusmessage)
    )
    invoices = [make_invoice(1, number=f"R-{n}", order_id=f"o-{n}") for n in range(3)]
    with SqlDatabase(engines).write() as unit:
        unit.numbers.draw(ACME, make_series(), 3)
        unit.invoices.add(ACME, "job-1", invoices)
    assert told.count("COPY 3") == 2


@pytest.mark.parametrize("many", ["stream", "pipeline"])
def test_a_process_that_stops_after_writing_many_rows_does_not_keep_its_locks(postgres_url, many):
    impatient = f"{postgres_url}&options=-c%20idle_in_transaction_session_timeout%3D200ms"
    stopped, other = open_database(impatient), open_database(postgres_url)
    series = make_series()
    with stopped.write() as unit:
        unit.numbers.draw(ACME, series, 50)
        if many == "pipeline":
            unit.orders.put(ACME, imported(make_order("o-1"), make_order("o-2")))
        with other.write() as later:
            # Waits for the counter until the server has ended the other's session.
            assert later.numbers.draw(ACME, series, 1) == range(1, 2)
            later.commit()
        with pytest.raises(Unavailable):
            unit.commit()
    stopped.close()
    other.close()


def test_writers_do_not_wait_for_each_other(postgres_url):
    database = open_database(postgres_url)
    with database.write() as one, database.write() as other:
        one.jobs.add(make_job("one"))
        other.jobs.add(make_job("other"))
        other.commit()
        one.commit()
    database.close()


def test_more_threads_than_kept_connections_read_at_once(postgres_url):
    database = open_database(postgres_url)
    write(database, lambda unit: unit.settings.put(ACME, make_settings()))
    together = threading.Barrier(24)

    def work(_):
        with database.read() as unit:
            assert unit.settings.get(ACME)
            together.wait(timeout=30)

    in_threads(24, work)
    database.close()


def test_a_killed_writer_leaves_the_last_commit(postgres_url):
    code = """
import os, sys
from server.storage import open_database
from tests.builders.storage_values import make_job
database = open_database(sys.argv[1])
for number in range(30):
    with database.write() as unit:
        unit.jobs.add(make_job(f"job-{number}"))
        unit.jobs.add_orders(f"job-{number}", 0, ["a", "b"])
        if number == 20:
            os.kill(os.getpid(), 9)
        unit.commit()
"""
    killed = subprocess.run([sys.executable, "-c", code, postgres_url], check=False, timeout=60)
    assert killed.returncode == -9
    database = open_database(postgres_url)
    with database.read() as unit:
        jobs = unit.jobs.page(ACME, JobFilter(), None, 1000).items
    assert [job.order_count for job in jobs] == [2] * 20
    database.close()


@pytest.mark.parametrize("scheme", ["postgresql", "postgresql+psycopg", "postgres"])
def test_every_usual_way_to_write_the_url_is_taken(postgres_url, scheme):
    database = open_database(postgres_url.replace("postgresql", scheme, 1))
    assert database.ready()
    database.close()


def test_without_the_driver_the_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(InvalidInput, match=r"pip install 'invoicejobs\[postgres\]'"):
        open_database("postgresql://clerk:sEcret@host/invoices")


def test_what_the_driver_does_not_know_is_refused_without_the_password():
    with pytest.raises(InvalidInput, match='"sslmood"') as raised:
        open_database("postgresql://clerk:sEcret@host/invoices?sslmood=require")
    assert "sEcret" not in str(raised.value)
    open_database("postgresql://clerk:sEcret@host/invoices?sslmode=verify-full").close()
