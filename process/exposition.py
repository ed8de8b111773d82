"""Gives what is measured to Prometheus, on a port that serves nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from prometheus_client import CollectorRegistry, GCCollector, ProcessCollector, start_http_server

#: What knows all that a process measures.
Registry = CollectorRegistry


class MetricsPortError(Exception):
    """Says why the port of the metrics cannot be listened on."""


def new_registry() -> CollectorRegistry:
    """Makes a registry that knows this process: its memory, CPU, files and garbage."""
    registry = CollectorRegistry()
    ProcessCollector(registry=registry)
    GCCollector(registry=registry)
    return registry


@contextmanager
def exposing(registry: CollectorRegistry, host: str, port: int | None) -> Iterator[int]:
    """Answers GET /metrics while the block lasts and gives the port; None answers nowhere, 0.

    A thread of its own answers, so that neither waits for the other. Raises MetricsPortError.
    """
    if port is None:
        yield 0
        return
    try:
        server, thread = start_http_server(port, host, registry)
    except OSError as error:
        raise MetricsPortError(
            f"Cannot listen for metrics on {host} port {port}: {error.strerror or error}. "
            "INVOICEJOBS_METRICS_HOST and INVOICEJOBS_METRICS_PORT say where; each process of a "
            "machine needs a port of its own, and an empty one turns the metrics off."
        ) from error
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
