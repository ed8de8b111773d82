"""Surrounds every request: its trace, its line in the log, its counts."""

from __future__ import annotations

import logging
import time
from functools import lru_cache
from http import HTTPStatus
from types import TracebackType
from typing import Self

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


class Requests:
    """Tells of every request what it was, how it ended and how long it took."""

    def __init__(self, tracer: Tracer, registry: CollectorRegistry) -> None:
        self.tracer = tracer
        self.refusals = Refusals(log)
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
        #: How many are being answered. Only the event loop counts.
        self.in_progress = 0
        Gauge(
            "invoicejobs_http_requests_in_progress",
            "REST requests that are being answered, event streams included.",
            registry=registry,
        ).set_function(lambda: self.in_progress)
        # Finding a child by its labels takes longer than counting does.
        self.requests = lru_cache(1024)(requests.labels)
        self.seconds = lru_cache(256)(seconds.labels)

    def answering(
        self, method: str, route: str, request_id: str, traceparent: str | None
    ) -> Answer:
        """Surrounds a request by a block; put the status into what it gives.

        route is the pattern, not the path: a download link is a key to its document.
        """
        tell_only({"request_id": request_id})
        return Answer(self, method if method in _METHODS else "other", route, traceparent)


class Answer:
    """How a request is answered, from the beginning of its block to the end."""

    __slots__ = ("_block", "_method", "_requests", "_route", "_span", "_started", "status")

    def __init__(
        self, requests: Requests, method: str, route: str, traceparent: str | None
    ) -> None:
        self._started = time.perf_counter()
        self._requests = requests
        self._method = method
        self._route = route
        parent = read_traceparent(traceparent)
        self._block = requests.tracer.span(f"{method} {route}", Kind.SERVER, parent)
        #: None until it is known, and where the client leaves before.
        self.status: int | None = None

    def __enter__(self) -> Self:
        self._requests.in_progress += 1
        self._span = self._block.__enter__()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            self._tell(time.perf_counter() - self._started)
        finally:
            self._block.__exit__(kind, error, trace)

    def _tell(self, seconds: float) -> None:
        requests, method, route = self._requests, self._method, self._route
        status = str(self.status or LEFT)
        requests.in_progress -= 1
        requests.requests(method, route, status).inc()
        requests.seconds(method, route).observe(seconds)
        self._note_span(status)
        refused = self.status in _REFUSED and route not in _PROBES
        if refused:
            requests.refusals.add(f"{method} {route} {status}")
        level = logging.DEBUG if refused or route in _PROBES else logging.INFO
        if log.isEnabledFor(level):
            log.log(
                level,
                "%s %s %s",
                *(method, route, status),
                extra={"status": status, "milliseconds": round(seconds * 1000, 1)},
            )

    def _note_span(self, status: str) -> None:
        span = self._span
        span.note("http.request.method", self._method)
        span.note("http.route", self._route)
        if self.status:
            span.note("http.response.status_code", self.status)
            if self.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
                span.fail(status)
