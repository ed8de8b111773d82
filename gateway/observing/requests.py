"""Surrounds every request: its trace, its line in the log, its counts."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from http import HTTPStatus

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, disable_created_metrics

from process.logs import tell_only
from process.refusals import Refusals
from process.trace import Kind, Tracer, read_traceparent

disable_created_metrics()  # type: ignore[no-untyped-call]

log = logging.getLogger("gateway")

#: Seconds, from an answer at once to one that was given up.
BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
#: What is counted of a client that goes before the answer.
LEFT = "left"
#: Asked every few seconds, so they are logged as debugging.
_PROBES = {"/healthz", "/readyz"}
#: Told together: there may be very many.
_REFUSED = {HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE}
#: Methods that are counted by their names; whatever else a client writes is one more.
_METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}


class Answer:
    """How a request is answered, as far as that is known."""

    status: int | None = None


class Requests:
    """Tells of every request what it was, how it ended and how long it took."""

    def __init__(self, tracer: Tracer, registry: CollectorRegistry) -> None:
        self._tracer = tracer
        self._refusals = Refusals(log)
        requests = Counter(
            "invoicejobs_http_requests",
            "REST requests that ended, by method, route and status.",
            ["method", "route", "status"],
            registry=registry,
        )
        seconds = Histogram(
            "invoicejobs_http_seconds",
            "Seconds that REST requests took, downloads and event streams to their end.",
            ["method", "route"],
            buckets=BUCKETS,
            registry=registry,
        )
        self._in_progress = Gauge(
            "invoicejobs_http_requests_in_progress",
            "REST requests that are being answered, event streams included.",
            registry=registry,
        )
        # Finding a child by its labels takes longer than counting does.
        self._requests = lru_cache(1024)(requests.labels)
        self._seconds = lru_cache(256)(seconds.labels)

    @contextmanager
    def answering(
        self, method: str, route: str, request_id: str, traceparent: str | None
    ) -> Iterator[Answer]:
        """Surrounds a request; put the status into what it gives.

        route is the pattern, not the path: a download link is a key to its document.
        """
        started = time.perf_counter()
        method = method if method in _METHODS else "other"
        answer = Answer()
        tell_only({"request_id": request_id})
        self._in_progress.inc()
        parent = read_traceparent(traceparent)
        with self._tracer.span(f"{method} {route}", Kind.SERVER, parent) as span:
            try:
                yield answer
            finally:
                seconds = time.perf_counter() - started
                status = str(answer.status or LEFT)
                self._in_progress.dec()
                self._requests(method, route, status).inc()
                self._seconds(method, route).observe(seconds)
                span.note("http.request.method", method)
                span.note("http.route", route)
                if answer.status:
                    span.note("http.response.status_code", answer.status)
                    if answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
                        span.fail(status)
                refused = answer.status in _REFUSED and route not in _PROBES
                if refused:
                    self._refusals.add(f"{method} {route} {status}")
                log.log(
                    logging.DEBUG if refused or route in _PROBES else logging.INFO,
                    "%s %s %s",
                    *(method, route, status),
                    extra={"status": status, "milliseconds": round(seconds * 1000, 1)},
                )
