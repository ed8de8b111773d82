"""What Prometheus is told of the database whenever it asks: the queue, and the connections."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping

from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from server.domain.errors import Unavailable
from server.ports import Backlog, Clock, Database

log = logging.getLogger(__name__)


class Connections(Collector):
    """Counts the connections to the database of this process and of those that work for it."""

    def __init__(self, count: Callable[[], Mapping[str, int]]) -> None:
        """Takes what counts them by what they are there for."""
        self._count = count

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Gives the counts of this moment."""
        gauge = GaugeMetricFamily(
            "invoicejobs_database_connections",
            "Open connections to the database: in use and idle here, of the queue, and of the "
            "processes that work on jobs.",
            labels=["state"],
        )
        for state, count in self._count().items():
            gauge.add_metric([state], count)
        yield gauge


class Queue(Collector):
    """Counts the work that waits, which is the same for all processes on one database."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def describe(self) -> Iterator[GaugeMetricFamily]:
        """Gives the names, so that registering needs no database."""
        yield from self._gauges(Backlog(0, 0, None, 0, 0))
        yield _up(1)

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Gives the counts of this moment; while the database is away, only that it is."""
        try:
            with self._database.read() as unit:
                backlog = unit.jobs.backlog()
        except Unavailable:
            yield _up(0)
            return
        yield _up(1)
        yield from self._gauges(backlog)

    def _gauges(self, backlog: Backlog) -> Iterator[GaugeMetricFamily]:
        yield GaugeMetricFamily(
            "invoicejobs_queue_jobs", "Jobs that are not done.", value=backlog.jobs
        )
        yield GaugeMetricFamily(
            "invoicejobs_queue_orders", "Orders that wait in jobs.", value=backlog.orders
        )
        age = (self._clock.now() - backlog.oldest).total_seconds() if backlog.oldest else 0.0
        yield GaugeMetricFamily(
            "invoicejobs_queue_oldest_seconds",
            "Age of the oldest job that is not done; 0 where there is none.",
            value=max(0.0, age),
        )
        chunks = GaugeMetricFamily(
            "invoicejobs_queue_chunks",
            "Chunks of jobs that wait for a worker, and those in work.",
            labels=["state"],
        )
        chunks.add_metric(["waiting"], backlog.free_chunks)
        chunks.add_metric(["in_work"], backlog.held_chunks)
        yield chunks


def _up(answers: int) -> GaugeMetricFamily:
    return GaugeMetricFamily(
        "invoicejobs_database_up", "Whether the database answers.", value=answers
    )
