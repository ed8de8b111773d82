"""Joins what the server tells of itself, and wraps the inside by it."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import TypeVar

from process.export import ExportError, open_tracer
from process.exposition import MetricsPortError, Registry, exposing, new_registry
from process.trace import PlainTracer, Tracer, begin_trace
from server.config import Config
from server.domain.errors import Unavailable
from server.domain.job import Chunk
from server.domain.origin import Origin
from server.observing.backlog import Connections, Queue
from server.observing.calls import ObserveCalls
from server.observing.database import ObservedDatabase
from server.observing.metrics import Metrics
from server.observing.refused import CountRefused
from server.observing.stages import Stages
from server.observing.work import (
    ObservedPlan,
    ObservedWork,
)
from server.ports import Clock, Database, Engine
from server.service.origin import acting_for
from server.storage import SqlDatabase
from server.wiring.chunk_process import Report

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Observer:
    """Sees what one process does."""

    registry: Registry
    metrics: Metrics
    tracer: Tracer
    #: Whether this process tells of the queue, which all processes on one database share.
    tells_of_queue: bool
    #: Connections to the database that each process keeps, as it said after its last chunk.
    kept: dict[int, int] = field(default_factory=dict)

    def calls(self) -> ObserveCalls:
        """Makes what every call goes through first."""
        return ObserveCalls(self.tracer, self.metrics)

    def refused(self) -> CountRefused:
        """Makes what counts calls that are refused before that."""
        return CountRefused(self.metrics)

    def database(self, database: SqlDatabase, clock: Clock) -> Database:
        """Wraps the database."""
        if self.tells_of_queue:
            self.registry.register(Queue(database, clock))
        return ObservedDatabase(database, self.metrics)

    def work(self, work: Callable[[Chunk], bool]) -> ObservedWork:
        """Wraps what works on chunks."""
        return ObservedWork(work, self.tracer, self.metrics)

    def plan(self, plan: Callable[[Chunk], None]) -> ObservedPlan:
        """Wraps what plans jobs."""
        return ObservedPlan(plan, Stages(self.metrics, self.tracer))

    def connections(self, database: SqlDatabase, engine: Engine) -> None:
        """Counts all connections to the database, also those of processes that work on chunks."""

        def count() -> dict[str, int]:
            in_use, idle = database.connections()
            running = {process.pid for process in multiprocessing.active_children()}
            of_processes = sum(n for pid, n in self.kept.copy().items() if pid in running)
            return {
                "in_use": in_use,
                "idle": idle,
                "queue": engine.connections,
                "processes": of_processes,
            }

        self.registry.register(Connections(count))

    def reported(self, work: Callable[[Chunk], Report]) -> Callable[[Chunk], None]:
        """Tells here what a chunk's process noted, and raises here what went wrong there."""

        def process_chunk(chunk: Chunk) -> None:
            report = work(chunk)
            self.kept[report.process] = report.connections
            report.noted.tell(self.metrics, self.tracer)
            if report.error:
                raise report.error

        return process_chunk


def new_observer(tracer: Tracer | None = None, *, tells_of_queue: bool = True) -> Observer:
    """Makes an observer that exports nothing unless the tracer does."""
    tracer = tracer or PlainTracer()
    registry = new_registry()
    metrics = Metrics(registry)
    return Observer(registry, metrics, tracer, tells_of_queue)


@contextmanager
def observing(config: Config, service: str, *, tells_of_queue: bool) -> Iterator[Observer]:
    """Observes this process while the block lasts, and shows it to those who are to see it.

    service names it in traces. Raises Unavailable when the settings cannot be followed.
    """
    with ExitStack() as stack:
        try:
            tracer = open_tracer(config.traces_exporter, service)
            stack.callback(tracer.close)
            observer = new_observer(tracer, tells_of_queue=tells_of_queue)
            stack.enter_context(
                exposing(observer.registry, config.metrics_host, config.metrics_port)
            )
        except (ExportError, MetricsPortError) as error:
            raise Unavailable(str(error), reason="OBSERVING_FAILED") from error
        yield observer


def as_schedule(run: Callable[[], T]) -> Callable[[], T]:
    """Lets what is run act for no caller, but for the tenants' schedules."""

    def run_as_schedule() -> T:
        with acting_for(Origin(subject="schedule", trace=begin_trace().traceparent)):
            return run()

    return run_as_schedule
