"""What it costs to be seen: microseconds that logs, traces, measures and the audit log add.

Each row is timed with everything else taken away, so the numbers are what is added to a call, a
request, a transaction or a chunk. The last rows are whole gRPC calls, with and without.
"""

from __future__ import annotations

import asyncio
import io
import logging
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import fields
from datetime import UTC, datetime
from typing import Any

import grpc
from invoicejobs.v1 import invoice_jobs_pb2, invoice_jobs_pb2_grpc
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from gateway.observing.requests import Requests
from process.export import ExportingTracer
from process.exposition import new_registry
from process.logs import set_up_logs, tell_only
from process.trace import PlainTracer, Tracer, begin_trace
from server.domain.audit import AuditAction, AuditEntry
from server.domain.job import Chunk, ChunkKind, Job, JobType
from server.domain.origin import Origin
from server.domain.tenant import Tenant
from server.observing.calls import ObserveCalls
from server.observing.database import ObservedDatabase
from server.observing.metrics import Metrics
from server.observing.stages import Stages
from server.observing.work import ObservedWork
from server.rpc.serving import GrpcServer
from server.rpc.threads import Threads
from server.service.use_cases import UseCases
from server.storage import SqlDatabase, migrate, open_database

ACME = Tenant("acme")
NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)
STAGES = ("orders", "compute", "number", "render", "store", "record")
CALLS = 3000
ROUNDS = 5


def timed(do: Callable[[], object], times: int) -> float:
    """Gives the best round's microseconds for one time."""
    best = float("inf")
    for _ in range(ROUNDS):
        begun = time.perf_counter()
        for _ in range(times):
            do()
        best = min(best, (time.perf_counter() - begun) / times)
    return best * 1e6


def row(what: str, microseconds: float) -> None:
    """Prints a row of the table."""
    print(f"{what:<58}{microseconds:>10.1f}")


@contextmanager
def database() -> Iterator[SqlDatabase]:
    """Opens an empty SQLite database on disk."""
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/bench.db"
        migrate(url)
        opened = open_database(url)
        try:
            yield opened
        finally:
            opened.close()


def recording() -> TracerProvider:
    """Makes what records spans and hands them on to an exporter without a network."""
    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(BatchSpanProcessor(InMemorySpanExporter()))
    return provider


def exporting() -> Tracer:
    """Makes the server's tracer that records."""
    return ExportingTracer(recording())


def time_parts() -> None:
    """Times what is added where."""
    log = logging.getLogger("bench")
    set_up_logs("INFO", "json", stream=io.StringIO())
    tell_only({"request_id": "0" * 32, "tenant": "acme"})
    more = {"method": "invoicejobs.v1.InvoiceJobs/GetInvoiceJob", "code": "OK"}
    row("a log line as JSON", timed(lambda: log.info("%s", "call", extra=more), 2000))
    logging.getLogger().setLevel("WARNING")
    doors: dict[str, Tracer] = {
        "plain": PlainTracer(),
        "OpenTelemetry": ExportingTracer(recording()),
    }
    workers: dict[str, Tracer] = {"plain": PlainTracer(), "OpenTelemetry": exporting()}
    for name, tracer in workers.items():
        requests = Requests(doors[name], new_registry())
        trace = begin_trace().traceparent

        def request(requests: Requests = requests, trace: str = trace) -> None:
            with requests.answering("GET", "/x", "0" * 32, trace) as answer:
                answer.status = 200

        row(f"a REST request, without its line, {name} trace", timed(request, 2000))
        metrics = Metrics(new_registry())
        stages = Stages(metrics, tracer)

        def work(_chunk: Chunk, stages: Stages = stages) -> bool:
            with stages.of_chunk("read"):
                for stage in STAGES:
                    stages.enter(stage)
            return False

        observed = ObservedWork(work, tracer, metrics)
        origin = Origin("shop", "10.0.0.1", "r-1", trace)
        chunk = Chunk("job-1", ACME, 0, ChunkKind.ORDERS, 0, 50, "me", 1, origin)
        row(f"a chunk of 50 orders, without its line, {name} trace",
            timed(lambda o=observed, c=chunk: o(c), 500))  # type: ignore[misc] # fmt: skip


def time_database() -> None:
    """Times the wrapper of a transaction, and the audit log's part of one."""
    with database() as opened:
        observed = ObservedDatabase(opened, Metrics(new_registry()))

        def write(of: Any) -> None:
            with of.write() as unit:
                unit.jobs.load(ACME)

        bare = timed(lambda: write(opened), 300)
        row("a transaction that writes, of that observing it", timed(lambda: write(observed), 300)
            - bare)  # fmt: skip
        entry = AuditEntry(NOON, ACME, AuditAction.ISSUE_INVOICES, "job-1", Origin("shop"), "1")

        def audited(count: int) -> None:
            with opened.write() as unit:
                for _ in range(count):
                    unit.audit.add(entry)

        row("an audit entry in a transaction (once a chunk)",
            (timed(lambda: audited(11), 100) - timed(lambda: audited(1), 100)) / 10)  # fmt: skip

        def committed() -> None:
            with opened.write() as unit:
                unit.audit.add(entry)
                unit.commit()

        row("an audit entry of its own, synced (once a download)", timed(committed, 100))


async def time_calls() -> None:
    """Times whole calls of a use case that does nothing, bare and observed, by turns."""
    job = Job("job-1", ACME, JobType.MANUAL, NOON)
    names = {field.name: None for field in fields(UseCases)}
    follow: Any = lambda _tell: None  # noqa: E731
    sign_links: Any = lambda _tenant: None  # noqa: E731
    use_cases: Any = UseCases(
        **{
            **names,
            "read_job": lambda *_: (job, ()),
            "follow_changes": follow,
            "sign_links": sign_links,
        }
    )
    request = invoice_jobs_pb2.GetInvoiceJobRequest(tenant="acme", job_id="job-1")
    best: dict[str, float] = {}
    set_up_logs("INFO", "json", stream=io.StringIO())
    with Threads(4) as threads:
        for _ in range(ROUNDS):
            for name in ("bare", "observed", "observed, with OpenTelemetry"):
                tracer = exporting() if "Open" in name else PlainTracer()
                calls = [ObserveCalls(tracer, Metrics(new_registry()))] if name != "bare" else []
                server = GrpcServer(use_cases, threads, interceptors=calls)
                port = await server.start("127.0.0.1", 0)
                async with grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel:
                    stub: Any = invoice_jobs_pb2_grpc.InvoiceJobsStub(channel)
                    begun = time.perf_counter()
                    for _ in range(CALLS // 10):
                        await asyncio.gather(*(stub.GetInvoiceJob(request) for _ in range(10)))
                    seconds = (time.perf_counter() - begun) / CALLS
                await server.stop(0)
                tracer.close()
                best[name] = min(best.get(name, seconds), seconds)
    for name, seconds in best.items():
        row(f"a whole gRPC call, client included, {name}", seconds * 1e6)


def main() -> None:
    """Prints the table."""
    print(f"{f'best of {ROUNDS} rounds':<58}{'µs':>10}")
    time_parts()
    time_database()
    asyncio.run(time_calls())


if __name__ == "__main__":
    main()
