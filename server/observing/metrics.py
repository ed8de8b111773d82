"""All that the server and its workers measure, by name.

Labels are few and their values fixed: methods, codes, stages. Never a tenant, an order or a person:
whoever may look at how the service does need not see whose it is.
"""

from __future__ import annotations

from functools import lru_cache

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, disable_created_metrics

disable_created_metrics()  # type: ignore[no-untyped-call]

#: Seconds, from a read that is in memory to a call that is about to be given up.
CALL_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
#: Seconds of waiting for a lock or a number.
WAIT_BUCKETS = (0.0001, 0.0005, 0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 30)
#: Seconds of a stage of a chunk, which is up to a thousand orders.
STAGE_BUCKETS = (0.001, 0.005, 0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15, 60)


class Metrics:
    """What is counted and timed in one process."""

    def __init__(self, registry: CollectorRegistry) -> None:
        calls = Counter(
            "invoicejobs_rpc_calls",
            "gRPC calls that ended, by method and status code.",
            ["method", "code"],
            registry=registry,
        )
        call_seconds = Histogram(
            "invoicejobs_rpc_seconds",
            "Seconds that gRPC calls took, streams from the first to the last message.",
            ["method"],
            buckets=CALL_BUCKETS,
            registry=registry,
        )
        #: How many calls are being answered. Only the event loop counts.
        self.calls_in_progress = 0
        Gauge(
            "invoicejobs_rpc_calls_in_progress",
            "gRPC calls that are being answered, open streams included.",
            registry=registry,
        ).set_function(lambda: self.calls_in_progress)
        outcomes = Counter(
            "invoicejobs_job_orders",
            "Orders of jobs that reached their outcome, by it and its reason.",
            ["outcome", "reason"],
            registry=registry,
        )
        issued = Counter(
            "invoicejobs_invoices_issued",
            "Invoices and credit notes that got their number.",
            ["kind"],
            registry=registry,
        )
        stage_seconds = Histogram(
            "invoicejobs_stage_seconds",
            "Seconds that chunks of jobs spent in each stage of their work.",
            ["stage"],
            buckets=STAGE_BUCKETS,
            registry=registry,
        )
        chunks = Counter(
            "invoicejobs_chunks", "Chunks of jobs that were worked on.", ["kind"], registry=registry
        )
        self.number_draw_seconds = Histogram(
            "invoicejobs_number_draw_seconds",
            "Seconds until a counter gave its numbers, waiting for others that draw included.",
            buckets=WAIT_BUCKETS,
            registry=registry,
        )
        self.write_wait_seconds = Histogram(
            "invoicejobs_write_wait_seconds",
            "Seconds until a transaction that writes could begin.",
            buckets=WAIT_BUCKETS,
            registry=registry,
        )
        self.write_seconds = Histogram(
            "invoicejobs_write_seconds",
            "Seconds that transactions that write took, from begin to end.",
            buckets=WAIT_BUCKETS,
            registry=registry,
        )
        # Finding a child by its labels takes longer than counting does.
        self.calls = lru_cache(1024)(calls.labels)
        self.call_seconds = lru_cache(256)(call_seconds.labels)
        self.outcomes = lru_cache(256)(outcomes.labels)
        # A series that begins with 1 has not risen: the alert on our own defects needs its 0.
        self.outcomes("FAILURE", "INTERNAL")
        self.issued = lru_cache(8)(issued.labels)
        self.stage_seconds = lru_cache(32)(stage_seconds.labels)
        self.chunks = lru_cache(8)(chunks.labels)
