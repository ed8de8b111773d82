"""The embedded engine wakes no more threads than there is work for, and no fewer."""

import threading
from datetime import UTC, datetime

import pytest

from server.storage import migrate, open_database
from server.work import local_engine
from server.work.local_engine import LocalEngine
from tests.builders.storage_values import add_job, write

THREADS = 3
#: Far more than any of it takes; the machine may be busy.
PATIENCE = 60


class Now:
    def now(self):
        return datetime.now(UTC)


@pytest.fixture
def database(tmp_path):
    url = f"sqlite:///{tmp_path}/invoicejobs.db"
    migrate(url)
    opened = open_database(url)
    yield opened
    opened.close()


def test_one_call_wakes_as_many_threads_as_there_are_chunks(database, monkeypatch):
    # So that only being woken counts.
    monkeypatch.setattr(local_engine, "POLL", 10 * PATIENCE)
    together = threading.Barrier(THREADS + 1)

    def work(chunk):
        write(database, lambda unit: unit.chunks.finish(chunk))
        together.wait(PATIENCE)

    engine = LocalEngine(database, Now(), work, threads=THREADS, window=THREADS)
    engine.start()
    pause = threading.Event()
    while sum(map(len, engine._waiting.values())) < THREADS + 1:
        pause.wait(0.01)  # pytest's timeout ends it
    write(database, lambda unit: add_job(unit, "job-1", THREADS))
    engine.wake()
    together.wait(PATIENCE)
    assert engine.stop(PATIENCE)
