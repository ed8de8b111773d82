"""What all promise who carry news of jobs: it reaches those who follow, wherever they are."""

import queue

import pytest

from server.storage import open_database
from server.storage.engine import open_engines
from server.work.local_changes import LocalChanges

PATIENCE = 30  # seconds


@pytest.fixture(params=["local", "shared"])
def places(request):
    """Two places: one where jobs are changed, and one where they are watched."""
    if request.param == "local":
        changes = LocalChanges()
        yield changes, changes
        return
    url = request.getfixturevalue("postgres_url")
    here, there = open_database(url), open_database(url)
    yield here.changes, there.changes
    here.close()
    there.close()


def follow(changes, place):
    """Follows a place; gives what is heard there, as soon as something is."""
    heard: queue.Queue[str] = queue.Queue()
    place.follow(heard.put)
    while heard.empty():
        changes.changed("ready")
        try:
            heard.put(heard.get(timeout=0.05))
        except queue.Empty:
            continue
    return heard


def next_of(heard):
    while (job_id := heard.get(timeout=PATIENCE)) == "ready":
        pass
    return job_id


def test_news_reach_all_who_follow(places):
    changes, place = places
    first, second = follow(changes, place), follow(changes, place)
    for job_id in ("job-1", "job-2"):
        changes.changed(job_id)
    for heard in (first, second):
        assert [next_of(heard), next_of(heard)] == ["job-1", "job-2"]


def test_news_that_nobody_follows_are_no_error(places):
    changes, _ = places
    changes.changed("job-1")


def test_a_file_is_not_shared(tmp_path):
    database = open_database(f"sqlite:///{tmp_path}/x.db")
    assert database.changes is None
    database.close()


def test_a_listener_whose_connection_is_cut_listens_again(postgres_url, postgres_server):
    here = open_database(postgres_url)
    changes = here.changes
    assert changes
    heard = follow(changes, changes)
    engines = open_engines(postgres_url)
    with engines.writer.connect() as connection:
        cut = connection.exec_driver_sql(
            "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity "
            "WHERE datname = current_database() AND query LIKE 'LISTEN%%'"
        ).all()
    assert cut
    engines.close()
    while not heard.empty():
        heard.get()
    while heard.empty():
        changes.changed("job-1")
        try:
            heard.put(heard.get(timeout=0.05))
        except queue.Empty:
            continue
    assert heard.get() == "job-1"
    here.close()
