"""What is measured of the work and the database."""

import os
import urllib.request
from contextlib import closing, contextmanager
from types import SimpleNamespace

import pytest

from process.exposition import MetricsPortError, exposing, new_registry
from process.trace import PlainTracer
from server.domain.errors import Unavailable
from server.domain.job import Chunk, ChunkKind
from server.domain.origin import Origin
from server.observing.backlog import Connections, Queue
from server.observing.database import ObservedDatabase
from server.observing.metrics import Metrics
from server.observing.notes import Noted
from server.observing.stages import Stages
from server.storage import migrate, open_database
from server.wiring.chunk_process import Report
from server.wiring.observing import new_observer
from server.work.lone_process import LoneProcess
from tests.builders.storage_values import ACME, add_job, failure, success
from tests.fakes.outside import FakeClock, nothing


class Steps(PlainTracer):
    """Remembers the steps that it is told of."""

    def __init__(self):
        self.steps = []

    def step(self, name, begin, end):
        self.steps.append((name, begin, end))


@pytest.fixture
def registry():
    return new_registry()


@pytest.fixture
def metrics(registry):
    return Metrics(registry)


@pytest.fixture
def database(tmp_path):
    url = f"sqlite:///{tmp_path}/invoicejobs.db"
    migrate(url)
    database = open_database(url)
    yield database
    database.close()


def test_the_stages_of_a_chunk_follow_each_other_without_a_gap(metrics, registry):
    tracer = Steps()
    stages = Stages(metrics, tracer)
    with stages.of_chunk("read"):
        stages.enter("orders")
        stages.enter("compute")
        stages.enter("compute")
    assert [name for name, _, _ in tracer.steps] == ["read", "orders", "compute"]
    for (_, _, end), (_, begin, _) in zip(tracer.steps, tracer.steps[1:], strict=False):
        assert abs(begin - end) < 50_000_000  # nanoseconds; a clock may be set meanwhile
    for stage in ("read", "orders", "compute"):
        count = registry.get_sample_value("invoicejobs_stage_seconds_count", {"stage": stage})
        assert count == 1


def test_outside_of_a_chunk_nothing_is_timed(metrics, registry):
    stages = Stages(metrics, PlainTracer())
    stages.enter("render")
    labels = {"stage": "render"}
    assert registry.get_sample_value("invoicejobs_stage_seconds_count", labels) is None


def test_only_what_is_committed_is_counted(metrics, registry, database):
    observed = ObservedDatabase(database, metrics)

    def count(outcome, reason):
        labels = {"outcome": outcome, "reason": reason}
        return registry.get_sample_value("invoicejobs_job_orders_total", labels)

    with observed.write() as unit:
        add_job(unit, "job-1", 2)
        unit.jobs.record("job-1", [success(0)])
    assert count("SUCCESS", "") is None
    with observed.write() as unit:
        add_job(unit, "job-1", 2)
        unit.jobs.record("job-1", [success(0), failure(1)])
        unit.commit()
    assert count("SUCCESS", "") == 1
    assert count("FAILURE", "SUM_MISMATCH") == 1
    assert registry.get_sample_value("invoicejobs_write_wait_seconds_count") == 2
    with observed.read() as unit:
        assert unit.jobs.load(ACME).orders == 0


def test_the_queue_and_the_connections_are_told_when_asked(registry, database):
    clock = FakeClock()
    registry.register(Queue(database, clock))
    registry.register(
        Connections(lambda: dict(zip(("in_use", "idle"), database.connections(), strict=True)))
    )
    with database.write() as unit:
        add_job(unit, "job-1", 4, size=2)
        unit.commit()
    value = registry.get_sample_value
    assert value("invoicejobs_database_up") == 1
    assert value("invoicejobs_queue_jobs") == 1
    assert value("invoicejobs_queue_orders") == 4
    assert value("invoicejobs_queue_chunks", {"state": "waiting"}) == 2
    assert value("invoicejobs_queue_chunks", {"state": "in_work"}) == 0
    with database.read():
        in_use = value("invoicejobs_database_connections", {"state": "in_use"})
    assert in_use == 1


def test_connections_of_the_queue_and_of_processes_that_work_on_jobs_are_told_too(database):
    observer = new_observer()
    engine = SimpleNamespace(connections=4)
    observer.connections(database, engine)

    def told(state):
        labels = {"state": state}
        return observer.registry.get_sample_value("invoicejobs_database_connections", labels)

    with closing(LoneProcess(nothing)) as process:
        pid = process.run(os.getpid)
        work = observer.reported(lambda _: Report(Noted(), None, pid, 2))
        work(Chunk("job-1", ACME, 0, ChunkKind.ORDERS, 0, 1, "me", 1, Origin()))
        assert (told("queue"), told("processes")) == (4, 2)
    assert (told("queue"), told("processes")) == (4, 0)


def test_a_database_that_is_away_is_told_and_breaks_nothing(registry):
    class Away:
        @contextmanager
        def read(self):
            raise Unavailable("The database is away.")
            yield

        def write(self, **_):
            return self.read()

        def read_job(self, *_):
            raise Unavailable("The database is away.")

        def ready(self):
            return False

    registry.register(Queue(Away(), FakeClock()))
    assert registry.get_sample_value("invoicejobs_database_up") == 0
    assert registry.get_sample_value("invoicejobs_queue_jobs") is None


def test_metrics_are_answered_on_their_port_until_the_end(registry, metrics):
    metrics.chunks("ORDERS").inc()
    with exposing(registry, "127.0.0.1", 0) as port:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=20) as answer:
            assert b'invoicejobs_chunks_total{kind="ORDERS"} 1.0' in answer.read()
        with (
            pytest.raises(MetricsPortError, match="INVOICEJOBS_METRICS_PORT"),
            exposing(registry, "127.0.0.1", port),
        ):
            pass
    with pytest.raises(OSError, match="refused"):
        urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=20)


def test_without_a_port_nothing_listens(registry):
    with exposing(registry, "127.0.0.1", None) as port:
        assert port == 0
