"""What every engine promises, whoever gives it its turns."""

from __future__ import annotations

import threading
import time
from collections import Counter
from contextlib import closing
from datetime import UTC, datetime, timedelta

import psycopg
import pytest

from server.domain.errors import Unavailable
from server.storage import migrate, open_database, server_address
from server.work import procrastinate_engine, sweeping
from server.work.local_engine import LocalEngine
from server.work.procrastinate_engine import ProcrastinateEngine
from server.work.procrastinate_schema import prepare_queue
from server.work.turns import OfferTurns
from tests.builders.storage_values import ACME, OTHER, add_job, success, write

WINDOW = 4
THREADS = 2
#: Far more than any of it takes; the machine may be busy.
PATIENCE = 60


class Now:
    """The time of this machine."""

    def now(self):
        return datetime.now(UTC)


class Plant:
    """A database, engines on it, and work that only notes what it did."""

    def __init__(self, url):
        self._address = server_address(url)
        migrate(url, prepare_queue if self._address else None)
        self.database = open_database(url, OfferTurns(WINDOW) if self._address else None)
        self.done = []
        self.attempts = []
        self.before = lambda chunk: None
        #: Whether chunks are not done but freed for an hour later.
        self.frees = False
        self._changed = threading.Condition()
        self._engines = []

    def engine(self, threads=THREADS):
        common = {"threads": threads, "window": WINDOW}
        parts = (self.database, Now(), self._work)
        engine = (
            ProcrastinateEngine(self._address, *parts, **common)
            if self._address
            else LocalEngine(*parts, **common)
        )
        self._engines.append(engine)
        return engine

    def start(self):
        engine = self.engine()
        engine.start()
        return engine

    def add(self, job_id, chunks, tenant=ACME):
        write(self.database, lambda unit: add_job(unit, job_id, chunks, tenant=tenant))
        for engine in self._engines:
            engine.wake()

    def _work(self, chunk):
        with self._changed:
            self.attempts.append(chunk.attempts)
            self._changed.notify_all()
        self.before(chunk)
        if self.frees:
            later = datetime.now(UTC) + timedelta(hours=1)
            write(self.database, lambda unit: unit.chunks.release(chunk, later, counted=False))
            return True
        write(self.database, lambda unit: unit.chunks.finish(chunk))
        with self._changed:
            self.done.append((chunk.job_id, chunk.index))
            self._changed.notify_all()
        return False

    def until(self, happened):
        end = time.monotonic() + PATIENCE
        with self._changed:
            # What only the database knows tells nobody.
            while not happened():
                assert time.monotonic() < end, self.done
                self._changed.wait(0.2)

    def close(self):
        stopped = [engine.stop(PATIENCE) for engine in self._engines]
        assert all(stopped)
        self.database.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def plant(request, tmp_path):
    url = (
        f"sqlite:///{tmp_path}/invoicejobs.db"
        if request.param == "sqlite"
        else request.getfixturevalue("new_postgres_url")
    )
    plant = Plant(url)
    yield plant
    plant.close()


def chunks(job_id, count):
    return [(job_id, index) for index in range(count)]


def test_every_chunk_is_done_once_whether_it_came_before_the_engine_or_after(plant):
    plant.add("early", 10)
    plant.start()
    plant.add("late", 10)
    plant.until(lambda: len(plant.done) == 20)
    assert sorted(plant.done) == chunks("early", 10) + chunks("late", 10)


def test_a_chunk_that_comes_to_an_idle_engine_is_taken_at_once(plant):
    plant.start()
    plant.add("first", 1)
    plant.until(lambda: plant.done)
    begin = time.monotonic()
    plant.add("second", 1)
    plant.until(lambda: len(plant.done) == 2)
    assert time.monotonic() - begin < 1


def test_chunks_that_come_to_an_idle_engine_are_shared_at_once(plant):
    plant.start()
    plant.add("first", 1)
    plant.until(lambda: plant.done)
    together = threading.Barrier(THREADS)
    plant.before = lambda _: together.wait(PATIENCE)
    begin = time.monotonic()
    plant.add("second", THREADS)
    plant.until(lambda: len(plant.done) == 1 + THREADS)
    assert time.monotonic() - begin < 1


def test_a_large_job_does_not_keep_a_small_one_waiting(plant):
    plant.add("large", 500)
    plant.start()
    plant.until(lambda: plant.done)
    plant.add("small", 1, tenant=OTHER)
    after = len(plant.done)
    plant.until(lambda: ("small", 0) in plant.done)
    # No more than what was in work, and what was begun while the small one was written.
    assert plant.done.index(("small", 0)) - after <= 4 * THREADS
    plant.until(lambda: len(plant.done) == 501)


def test_a_new_job_is_started_while_a_large_one_keeps_all_threads_busy(plant):
    go_on = threading.Event()

    def wait(chunk):
        if chunk.tenant == ACME:
            assert go_on.wait(PATIENCE)

    plant.before = wait
    plant.add("large", 50)
    write(plant.database, lambda unit: unit.jobs.record("large", [success(0)]))
    plant.start()
    try:
        plant.until(lambda: len(plant.attempts) == THREADS)
        for small in ("first", "second", "third"):
            plant.add(small, 1, tenant=OTHER)
        plant.until(lambda: len(plant.done) == 3)
        assert sorted(plant.done) == [("first", 0), ("second", 0), ("third", 0)]
        assert len(plant.attempts) == THREADS + 3, "nobody else took the large one's chunks"
    finally:
        go_on.set()
    plant.until(lambda: len(plant.done) == 53)


def test_a_failing_environment_burns_no_attempt(plant):
    def fail(chunk):
        if len(plant.attempts) <= 2:
            raise Unavailable("Not even that could be written down.")

    plant.before = fail
    plant.start()
    plant.add("job", 1)
    plant.until(lambda: plant.done)
    assert plant.attempts == [1, 1, 1]


def test_a_chunk_that_was_put_off_is_done_later(plant):
    def put_off(chunk):
        if len(plant.attempts) == 1:
            later = datetime.now(UTC) + timedelta(seconds=0.3)
            write(plant.database, lambda unit: unit.chunks.release(chunk, later, counted=True))
            raise Unavailable("It is somebody else's from here on.")

    plant.before = put_off
    plant.start()
    plant.add("job", 1)
    plant.until(lambda: plant.done)
    assert plant.attempts == [1, 2]


def test_stopping_waits_for_what_is_in_work_and_leaves_the_rest_to_the_next(plant):
    begun, go_on = threading.Event(), threading.Event()

    def wait(chunk):
        begun.set()
        assert go_on.wait(PATIENCE)

    plant.before = wait
    engine = plant.start()
    plant.add("job", 20)
    assert begun.wait(PATIENCE)
    assert not engine.stop(0.1)
    go_on.set()
    assert engine.stop(PATIENCE)
    assert 1 <= len(plant.done) <= THREADS + 1  # one more may have started the job
    with plant.database.read() as unit:
        assert unit.chunks.holders() == ()
    plant.start()
    plant.until(lambda: len(plant.done) == 20)
    assert Counter(plant.done).most_common(1)[0][1] == 1


class TestOnPostgreSQL:
    """What only an engine of several processes has to promise."""

    @pytest.fixture
    def plant(self, new_postgres_url):
        plant = Plant(new_postgres_url)
        yield plant
        plant.close()

    @pytest.fixture
    def ask(self, new_postgres_url):
        with psycopg.connect(new_postgres_url, autocommit=True) as connection:
            yield lambda statement: connection.execute(statement.encode()).fetchall()

    TURNS = "SELECT count(*) FROM procrastinate_jobs WHERE status = 'todo'"

    def test_a_large_job_does_not_fill_the_queue(self, plant, ask):
        plant.add("job", 1000)
        assert ask(self.TURNS) == [(WINDOW,)]

    def test_what_is_rolled_back_is_not_offered(self, plant, ask):
        with plant.database.write() as unit:
            add_job(unit, "job", 10)
        assert ask(self.TURNS) == [(0,)]

    def test_chunks_whose_turns_were_lost_are_done(self, plant, ask):
        plant.add("job", 10)
        ask("DELETE FROM procrastinate_jobs RETURNING id")
        plant.start()
        plant.until(lambda: len(plant.done) == 10)

    def test_a_turn_too_many_does_nothing(self, plant, ask):
        plant.add("job", 1)
        ask(
            "INSERT INTO procrastinate_jobs (queue_name, task_name) SELECT queue_name, task_name "
            "FROM procrastinate_jobs, generate_series(1, 20) RETURNING id"
        )
        plant.start()
        plant.until(lambda: plant.done)
        plant.add("next", 1)
        plant.until(lambda: len(plant.done) == 2)
        assert plant.attempts == [1, 1]

    def test_turns_that_nothing_is_left_for_are_dropped(self, plant, ask):
        released = threading.Event()
        plant.before = lambda _: released.wait(PATIENCE)
        for number in range(THREADS + 1):
            plant.add(f"job-{number}", 1)
        plant.start()
        # One more than threads: a job that nobody has started waits for none of them.
        plant.until(lambda: len(plant.attempts) == THREADS + 1)
        ask(
            "INSERT INTO procrastinate_jobs (queue_name, task_name) SELECT 'invoicejobs', "
            "'invoicejobs.turn' FROM generate_series(1, 1000) RETURNING id"
        )
        plant.until(lambda: ask(self.TURNS)[0][0] <= sweeping.SPARE)
        released.set()

    def test_a_turn_whose_chunk_was_freed_takes_no_other(self, plant, ask, monkeypatch):
        monkeypatch.setattr(sweeping, "SWEEP", 2 * PATIENCE)
        plant.frees = True
        plant.add("job", 10 * WINDOW)
        engine = plant.start()
        plant.until(lambda: len(plant.attempts) == WINDOW)
        assert engine.stop(PATIENCE)
        assert len(plant.attempts) == WINDOW
        assert ask(self.TURNS) == [(WINDOW,)]

    def test_with_one_turn_many_chunks_are_done(self, plant, ask):
        plant.add("job", 60)
        plant.start()
        plant.until(lambda: len(plant.done) == 60)
        assert ask("SELECT count(*) < 60 FROM procrastinate_jobs") == [(True,)]

    def test_turns_are_passed_on_as_long_as_there_is_work(self, plant, monkeypatch):
        monkeypatch.setattr(procrastinate_engine, "TURN_TIME", 0)
        monkeypatch.setattr(sweeping, "SWEEP", 2 * PATIENCE)
        plant.add("job", 5 * WINDOW)
        plant.start()
        plant.until(lambda: len(plant.done) == 5 * WINDOW)

    def test_what_a_worker_that_is_not_registered_holds_is_taken_over(self, plant):
        plant.add("job", 1)
        with plant.database.write() as unit:
            assert unit.chunks.claim("4711:gone", datetime.now(UTC), WINDOW)
            unit.commit()
        plant.start()
        plant.until(lambda: plant.done)
        assert plant.attempts == [2]

    def test_a_worker_that_was_given_up_begins_anew(self, plant, ask):
        plant.start()
        plant.add("first", 1)
        plant.until(lambda: plant.done)
        ask("DELETE FROM procrastinate_workers RETURNING id")
        plant.add("second", 1)
        plant.until(lambda: len(plant.done) == 2)

    def test_a_worker_whose_connections_are_cut_goes_on(self, plant, ask):
        plant.start()
        plant.add("first", 10)
        plant.until(lambda: len(plant.done) == 10)
        ask(
            "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        plant.add("second", 10)
        plant.until(lambda: len(plant.done) == 20)
        assert Counter(plant.done).most_common(1)[0][1] == 1

    def test_without_threads_the_work_is_left_to_others(self, plant):
        idle = plant.engine(threads=0)
        idle.start()
        plant.add("job", 1)
        assert idle.stop(0)
        assert not plant.done
        plant.start()
        plant.until(lambda: plant.done)

    def test_the_queue_is_made_once_and_brought_up_to_date(self, plant, ask, new_postgres_url):
        note = "SELECT obj_description('procrastinate_jobs'::regclass)"
        made_by = ask(note)
        plant.add("job", 1)
        migrate(new_postgres_url, prepare_queue)
        assert ask(note) == made_by
        assert ask(self.TURNS) == [(1,)]


@pytest.mark.parametrize("statement", [b"SELECT 1", b"COPY chunks FROM STDIN"])
def test_a_process_that_stopped_in_the_midst_of_many_rows_keeps_no_chunk(
    new_postgres_url, statement
):
    plant = Plant(new_postgres_url)
    plant.add("job", 1)
    write(plant.database, lambda unit: unit.chunks.claim("0:stopped", Now().now(), WINDOW))
    with closing(psycopg.connect(server_address(new_postgres_url) or "")) as stopped:
        # Sent as the driver sends many rows, in either way, but for the end that never comes.
        stopped.pgconn.enter_pipeline_mode()
        stopped.pgconn.send_query_params(b"BEGIN", None)
        stopped.pgconn.send_query_params(b"SELECT FROM chunks FOR UPDATE", None)
        stopped.pgconn.send_query_params(statement, None)
        stopped.pgconn.send_flush_request()
        stopped.pgconn.flush()
        plant.start()
        plant.until(lambda: plant.done == [("job", 0)])
    plant.close()
