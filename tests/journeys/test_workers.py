"""Worker processes share a job; whichever of them dies or sleeps, nothing is lost or doubled."""

from __future__ import annotations

import hashlib
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from tests.journeys.service import ROOT, START, Service, small_orders

ORDERS = 400
#: Seconds within which others have to take over what a dead worker held, by contract.
TAKE_OVER = 10

FINISHED = "SELECT count(*) FROM chunks WHERE done"
REGISTERED = "SELECT id FROM procrastinate_workers ORDER BY id"
UNTAKEN = "SELECT count(*) FROM procrastinate_jobs WHERE status IN ('todo', 'doing')"


class Cluster:
    """A server that does no work itself, and workers on the same database."""

    def __init__(self, folder: Path, url: str) -> None:
        self.service = Service(
            folder,
            INVOICEJOBS_DATABASE_URL=url,
            INVOICEJOBS_WORK_PROCESSES="0",
            # Small chunks: more moments to be hit in.
            INVOICEJOBS_CHUNK_SIZE="5",
        )
        self.workers: dict[int, subprocess.Popen[bytes]] = {}
        self._database = psycopg.connect(url, autocommit=True)

    def ask(self, statement: str, *values: object) -> list[int]:
        """Asks the database and gives the first column."""
        return [row[0] for row in self._database.execute(statement.encode(), values or None)]

    def until(self, happened: Callable[[], object], seconds: float = 90) -> float:
        """Waits until something has happened, and tells for how many seconds."""
        begin = time.monotonic()
        while not happened():
            assert time.monotonic() < begin + seconds, self.service.log()
        return time.monotonic() - begin

    def start_worker(self) -> int:
        """Starts a worker and gives the number that it has in the database."""
        before = set(self.ask(REGISTERED))
        process = self.service.run("server", "work", INVOICEJOBS_WORK_PROCESSES="1")
        self.until(lambda: set(self.ask(REGISTERED)) - before, START)
        number = (set(self.ask(REGISTERED)) - before).pop()
        self.workers[number] = process
        return number

    def held_by(self, number: int) -> list[int]:
        """Lists the chunks that a worker holds."""
        held = "SELECT index FROM chunks WHERE NOT done AND split_part(holder, ':', 1) = %s"
        return self.ask(held, str(number))

    def stop_with_work_in_hand(self, number: int) -> None:
        """Halts a worker at a moment when it holds a chunk."""
        process = self.workers[number]

        def halted() -> bool:
            process.send_signal(signal.SIGSTOP)
            if self.held_by(number):
                return True
            process.send_signal(signal.SIGCONT)
            return False

        self.until(halted)

    def close(self) -> None:
        """Ends all processes; those that do not end by themselves are killed."""
        self._database.close()
        for process in self.workers.values():
            process.send_signal(signal.SIGCONT)
            process.terminate()
        codes = [process.wait(START) for process in self.workers.values()]
        self.service.stop()
        assert set(codes) <= {0, -signal.SIGKILL}, self.service.log()


@pytest.fixture
def cluster(tmp_path: Path, new_postgres_url: str) -> Iterator[Cluster]:
    cluster = Cluster(tmp_path, new_postgres_url)
    cluster.service.start()
    try:
        yield cluster
    finally:
        cluster.close()


@pytest.fixture
def two_workers(cluster: Cluster) -> tuple[int, int]:
    return cluster.start_worker(), cluster.start_worker()


@pytest.fixture
def job(cluster: Cluster, two_workers: tuple[int, int]) -> str:
    """A job that both workers have begun with."""
    cluster.service.save_settings("acme")
    orders = [f"order-{n}" for n in range(ORDERS)]
    cluster.service.import_orders("acme", small_orders(orders))
    job_id = cluster.service.create_job("acme", orders)
    cluster.until(lambda: cluster.ask(FINISHED)[0] >= 2)
    return job_id


def assert_whole(cluster: Cluster, job_id: str) -> None:
    """Every order has one invoice, the numbers are 1 to n, the documents are there."""
    service = cluster.service
    service.wait("acme", job_id)
    outcomes = service.job_orders("acme", job_id)
    assert {(o.message, o.order_status) for o in outcomes} == {("", outcomes[0].order_status)}
    counters = [int(re.sub(r"^RE-\d{4}-", "", o.invoice_number)) for o in outcomes]
    assert sorted(counters) == list(range(1, ORDERS + 1))
    assert cluster.ask("SELECT count(*) FROM invoices") == [ORDERS]
    kept = {
        hashlib.sha256(path.read_bytes()).hexdigest()
        for path in (service.data / "documents").rglob("*")
        if path.is_file()
    }
    assert {o.pdf_sha256 for o in outcomes} <= kept
    # Nothing is left in the queue that somebody would stumble over.
    cluster.until(lambda: cluster.ask(UNTAKEN) == [0], TAKE_OVER)


def test_what_a_killed_worker_held_is_taken_over_within_ten_seconds(cluster, job, two_workers):
    dies, lives = two_workers
    cluster.stop_with_work_in_hand(dies)
    cluster.workers[dies].kill()
    seconds = cluster.until(lambda: not cluster.held_by(dies))
    sys.stdout.write(f"taken over after {seconds:.1f} s\n")
    assert seconds < TAKE_OVER
    assert_whole(cluster, job)
    assert cluster.ask(REGISTERED) == [lives]


def test_a_worker_that_comes_back_after_its_work_was_taken_over_does_no_harm(
    cluster, job, two_workers
):
    sleeps, lives = two_workers
    cluster.stop_with_work_in_hand(sleeps)
    assert cluster.until(lambda: not cluster.held_by(sleeps)) < TAKE_OVER
    cluster.workers[sleeps].send_signal(signal.SIGCONT)
    assert_whole(cluster, job)
    # It was given up, so it goes on under another number.
    again = cluster.service.create_job("acme", ["order-0"])
    cluster.service.wait("acme", again)
    assert lives in cluster.ask(REGISTERED)


def test_workers_go_on_while_the_server_is_killed_and_started_again(cluster, job):
    done = cluster.ask(FINISHED)[0]
    cluster.service.kill()
    cluster.until(lambda: cluster.ask(FINISHED)[0] > done)
    cluster.service.start()
    assert_whole(cluster, job)


def test_a_worker_that_is_asked_to_end_leaves_nothing_behind(cluster, job, two_workers):
    leaves, lives = two_workers
    cluster.workers[leaves].terminate()
    assert cluster.workers[leaves].wait(START) == 0
    assert cluster.held_by(leaves) == []
    assert cluster.ask(REGISTERED) == [lives]
    assert_whole(cluster, job)


def test_a_worker_without_postgresql_is_refused_with_a_sentence(tmp_path):
    service = Service(tmp_path)
    assert service.run("server", "work").wait(START) == 1
    assert "must name a PostgreSQL database for a worker process" in service.log()
    assert "Traceback" not in service.log()


def test_a_server_that_leaves_its_work_to_nobody_is_refused_with_a_sentence(tmp_path):
    service = Service(tmp_path, INVOICEJOBS_WORK_PROCESSES="0")
    assert service.run("server", "serve").wait(START) == 2
    assert "INVOICEJOBS_WORK_PROCESSES is 0" in service.log()


def test_an_sqlite_service_does_without_procrastinate():
    code = "import server.wiring.serving, sys; sys.exit('procrastinate' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0
