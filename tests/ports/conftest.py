"""Opens every implementation of the database, so that one contract runs over all of them."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest

from server.storage import migrate, open_database


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request, tmp_path):
    """The URL of an empty database with its tables made. A new kind gets a name and a branch."""
    match request.param:
        case "sqlite":
            url = f"sqlite:///{tmp_path}/database/invoicejobs.db"
            migrate(url)
        case "postgresql":
            url = request.getfixturevalue("postgres_url")
        case kind:
            raise NotImplementedError(kind)
    return url


@pytest.fixture
def reopen(database, database_url):
    """Closes the database and opens it as another process would find it."""
    opened = []

    def again():
        database.close()
        opened.append(open_database(database_url))
        return opened[-1]

    yield again
    for each in opened:
        each.close()


@pytest.fixture
def database(database_url):
    """A database that is closed after the test."""
    opened = open_database(database_url)
    yield opened
    opened.close()


@pytest.fixture
def waiting(database, database_url):
    """Counts the transactions that wait for another one."""
    if database_url.startswith("sqlite"):
        yield lambda: len(database._turn.__self__._waiting)
        return
    with psycopg.connect(database_url, autocommit=True) as connection:

        def count():
            query = (
                "SELECT count(*) FROM pg_stat_activity "
                "WHERE datname = current_database() AND wait_event_type = 'Lock'"
            )
            row = connection.execute(query).fetchone()
            assert row
            return row[0]

        yield count


@pytest.fixture
def side_by_side(database, waiting):
    """Does two things in two transactions that overlap, and gives what came of each.

    The second begins when the first has done its work but not ended; the first ends when the
    second waits for it, or needed not.
    """

    def run(first, second, *, commit=True):
        def in_its_own():
            with database.write() as unit:
                found = second(unit)
                unit.commit()
            return found

        pause = threading.Event()
        with ThreadPoolExecutor(1) as executor:
            with database.write() as unit:
                result = first(unit)
                other = executor.submit(in_its_own)
                while not other.done() and not waiting():
                    pause.wait(0.002)  # pytest's timeout ends it
                if commit:
                    unit.commit()
            return result, other.result()

    return run
