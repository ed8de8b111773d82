"""Where the time of a job goes, step by step: one thread that does all of it.

The service runs in this process, so that its functions can be timed where they are looked up; in
one thread, so that nobody waits for another. What remains of the clock is the engine's: waiting for
work, and on PostgreSQL the queue.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Final

import server.wiring.inside
from benchmarks.jobs.orders import TENANT, order_ids, order_json
from benchmarks.jobs.postgres import durable_server
from benchmarks.jobs.services import POSTGRESQL
from benchmarks.jobs.shop import settings_value
from benchmarks.jobs.tables import milliseconds, percent, table
from benchmarks.stages import Stages
from server.config import Config, read_config
from server.domain.job import Chunk, JobType
from server.domain.tenant import Tenant
from server.service.import_orders import IncomingOrder
from server.wiring.chunk_process import _OPENED, Report
from server.wiring.inside import Service, open_service

REST: Final = "engine: wait for work"
_STATUS = "status: outcomes, documents, chunk"
_CLAIM = "claim"
_READ_CHUNK = "read the chunk"
_READ = "read the orders"
_COMPUTE = "compute"
_NUMBER = "number: draw and record"
_RENDER = "render"
_HASH = "hash the documents"
_STORE = "store: write, sync, rename"
#: What each function's own time counts as.
PARTS: Final = {
    "server.work.local_engine:LocalEngine._work_once": _CLAIM,
    "server.work.procrastinate_engine:ProcrastinateEngine._claim_and_work": _CLAIM,
    "server.storage.settings:SqlSettingsStore.get": _READ_CHUNK,
    "server.storage.jobs:SqlJobStore.orders": _READ_CHUNK,
    "server.sources.own_orders:OwnOrders.orders": _READ,
    "server.wiring.chunk_process:read_order": "parse the orders",
    "server.service.process_chunk:ProcessChunk._compute": _COMPUTE,
    "server.wiring.chunk_process:check_fonts": "check the fonts",
    "server.service.issue_invoices:IssueInvoices.__call__": _NUMBER,
    "server.storage.invoices:write_invoice": "write the snapshots",
    "server.service.make_documents:MakeDocuments.__call__": _HASH,
    "server.work.render_here:RenderHere.render": _RENDER,
    "server.documents.folder:FolderDocuments.store": _STORE,
    "server.service.work_on_chunk:WorkOnChunk.__call__": _STATUS,
}

_WARM_UP: Final = 200
_BATCH: Final = 500
_POLL: Final = 0.5  # seconds; while this thread looks, the worker waits
_PATIENCE: Final = 1800.0


def shares(engine: str, orders: int) -> dict[str, float]:
    """Gives the seconds of each step of a job of so many orders, and what remains as the last."""
    with ExitStack() as stack:
        folder = tempfile.TemporaryDirectory(prefix="invoicejobs-bench-")
        home = Path(stack.enter_context(folder))
        url = ""
        if engine == POSTGRESQL:
            server = stack.enter_context(durable_server(home))
            url = stack.enter_context(server.database("bench"))
        stages = Stages(PARTS, REST)
        stack.enter_context(stages.watching())
        stack.enter_context(_working_here())
        service = stack.enter_context(open_service(_config(home, url)))
        _prepare(service, orders + _WARM_UP)
        service.start_work()
        stack.callback(service.engine.stop, _PATIENCE)
        _run_job(service, orders, orders + _WARM_UP)
        before = stages.seconds_beside(_RENDER)
        whole = _run_job(service, 0, orders)
        after = stages.seconds_beside(_RENDER)
        spent = {part: after[part] - before[part] for part in after}
    spent[REST] = whole - sum(spent.values())
    return spent


def shares_table(engines: Sequence[str], orders: int) -> str:
    """Measures a job on each engine and writes the shares down."""
    measured = {engine: shares(engine, orders) for engine in engines}
    wholes = {engine: sum(spent.values()) for engine, spent in measured.items()}
    rows = [
        [
            part,
            *(
                cell
                for engine, spent in measured.items()
                for cell in (
                    milliseconds(spent[part] / orders),
                    percent(spent[part], wholes[engine]),
                )
            ),
        ]
        for part in dict.fromkeys((*PARTS.values(), REST))
    ]
    rows.append(["all", *(c for w in wholes.values() for c in (milliseconds(w / orders), "100%"))])
    head = ("step", *(cell for engine in engines for cell in (f"{engine}, ms an order", "share")))
    text = f"Where the time of {orders:,} orders goes in one thread that does all of it:"
    return f"{text}\n\n{table(head, rows)}"


class _Here:
    """Works on chunks in this process, in place of others."""

    def __init__(
        self, open_inside: Callable[[], None], work: Callable[[Chunk], Report], _processes: int
    ) -> None:
        self._work = work
        open_inside()

    def __call__(self, chunk: Chunk) -> Report:
        return self._work(chunk)

    def start(self) -> None:
        """Has nothing to start."""

    def close(self) -> None:
        """Has nothing to end."""


@contextmanager
def _working_here() -> Iterator[None]:
    names = vars(server.wiring.inside)
    processes = names["ChunkProcesses"]
    names["ChunkProcesses"] = _Here
    try:
        yield
    finally:
        names["ChunkProcesses"] = processes
        _OPENED.clear()


def _config(home: Path, url: str) -> Config:
    return read_config(
        {
            "INVOICEJOBS_DATA_DIR": str(home / "data"),
            "INVOICEJOBS_DATABASE_URL": url,
            "INVOICEJOBS_MAX_JOB_ORDERS": "1000000",
            "INVOICEJOBS_WORK_PROCESSES": "1",
            "INVOICEJOBS_LOG_LEVEL": "WARNING",
        }
    )


def _prepare(service: Service, count: int) -> None:
    service.use_cases.update_settings(Tenant(TENANT), settings_value())
    for first in range(0, count, _BATCH):
        batch = [
            IncomingOrder(number + 1, "", order_json(number))
            for number in range(first, min(first + _BATCH, count))
        ]
        result = service.use_cases.import_orders(Tenant(TENANT), batch)
        assert result.created == len(batch), result


def _run_job(service: Service, first: int, end: int) -> float:
    """Runs a job; gives the seconds from its creation to its end, as it tells them."""
    use_cases, tenant = service.use_cases, Tenant(TENANT)
    job = use_cases.create_job(tenant, JobType.MANUAL, order_ids(first, end))
    while not job.done_at:
        time.sleep(_POLL)
        job, _ = use_cases.read_job(tenant, job.job_id, first=0, limit=1)
    assert job.success_count == end - first, job
    return (job.done_at - job.created_at).total_seconds()
