"""The running services that are measured, with all that belongs to them, on either database."""

from __future__ import annotations

import atexit
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import psycopg
from invoicejobs.v1 import orders_pb2, tenant_settings_pb2

from benchmarks.installation import Installation
from benchmarks.jobs.orders import TENANT, order_json
from benchmarks.jobs.postgres import durable_server, main_process
from benchmarks.jobs.processes import cpu_seconds, keep_to
from benchmarks.jobs.shop import settings_message
from server.config import read_config
from server.engines import migrate_database
from tests.journeys.service import START, Service

SQLITE: Final = "SQLite"
POSTGRESQL: Final = "PostgreSQL"
ENGINES: Final = (SQLITE, POSTGRESQL)
_POLL = 0.1  # seconds; each look costs the service two milliseconds
_PATIENCE = 1800.0  # seconds for a job

_WORKERS = "SELECT count(*) FROM procrastinate_workers"


@dataclass(frozen=True, slots=True)
class Layout:
    """Which processes work, and with what settings."""

    engine: str
    #: Worker processes beside the server; 0 leaves the work to the server.
    workers: int = 0
    #: The settings of whoever works.
    settings: Mapping[str, str] = field(default_factory=dict)


class Running(Installation):
    """A service that runs, its shop's settings saved."""

    def __init__(
        self, service: Service, workers: list[subprocess.Popen[bytes]], database: int
    ) -> None:
        super().__init__(service, workers)
        #: The process that the database's processes come from; 0 for SQLite.
        self._database = database

    def import_orders(self, first: int, end: int) -> float:
        """Imports the orders first to end, exclusive; gives the seconds it took."""
        began = time.perf_counter()
        answer = self.service.orders.ImportOrders(
            orders_pb2.ImportOrdersRequest(tenant=TENANT, order_json=order_json(number))
            for number in range(first, end)
        )
        assert answer.created_count == end - first, answer
        return time.perf_counter() - began

    def run_job(self, order_ids: list[str]) -> float:
        """Creates a job over REST and waits until it is DONE; gives the seconds from the POST on.

        Fails if one of its orders did.
        """
        began = time.perf_counter()
        job_id = self.post_job(TENANT, order_ids)
        while self.get_job(TENANT, job_id)["jobStatus"] != "DONE":
            assert time.perf_counter() - began < _PATIENCE, self.service.log()
            time.sleep(_POLL)
        seconds = time.perf_counter() - began
        job = self.service.job(TENANT, job_id)
        assert job.success_count == len(order_ids), f"{job}\n{self.service.log()}"
        return seconds

    def job_success(self, job_id: str) -> bool:
        """Asks over REST whether a job of one order has its invoice."""
        [order] = self.get_job(TENANT, job_id)["orders"]
        assert order["orderStatus"] != "FAILURE", order
        return bool(order["orderStatus"] == "SUCCESS")

    def keep_to(self, cores: Collection[int], workers: Sequence[Collection[int]]) -> None:
        """Lets all processes run on these cores only, and each worker on its own ones."""
        for name, process in self.processes().items():
            if not name.startswith("worker"):
                keep_to(process, cores)
        if self._database:
            keep_to(self._database, cores)
        for worker, own in zip(self.workers, workers, strict=True):
            keep_to(worker.pid, own)

    def cpu(self) -> dict[str, float]:
        """Gives the seconds of processor time so far, by kind of process."""
        used = {"server": 0.0, "workers": 0.0, "chunk processes": 0.0, "gateway": 0.0}
        for name, process in self.processes().items():
            own, below = cpu_seconds(process)
            used["workers" if name.startswith("worker") else name] += own
            used["chunk processes"] += below
        used["PostgreSQL"] = sum(cpu_seconds(self._database)) if self._database else 0.0
        return used


@contextmanager
def running(layout: Layout, fill: Callable[[str], None] = lambda _: None) -> Iterator[Running]:
    """Starts the processes of a layout, and ends them; nothing of them is left.

    Before that, fill is given the URL of the database, whose tables are made.
    """
    with ExitStack() as stack:
        # Removed only when we end: blocks that are freed are told to the disk, which takes from
        # whoever syncs files meanwhile several times as long as that.
        home = Path(tempfile.mkdtemp(prefix="invoicejobs-bench-"))
        atexit.register(shutil.rmtree, home, ignore_errors=True)
        url, database = "", 0
        if layout.engine == POSTGRESQL:
            server = stack.enter_context(durable_server(home))
            url = stack.enter_context(server.database("bench"))
            database = main_process(server)
        url = url or f"sqlite:///{home / 'invoicejobs.db'}"
        migrate_database(read_config({"INVOICEJOBS_DATABASE_URL": url}))
        fill(url)
        own = dict(layout.settings)
        idle = {"INVOICEJOBS_WORK_PROCESSES": "0"}
        service = Service(
            home,
            **{
                "INVOICEJOBS_DATABASE_URL": url,
                "INVOICEJOBS_MAX_JOB_ORDERS": "1000000",
                # What is years old shall be there all the time, and nobody busy deleting it.
                "INVOICEJOBS_KEEP_JOBS_DAYS": "0",
                "INVOICEJOBS_KEEP_INVOICES_YEARS": "0",
                "INVOICEJOBS_LOG_LEVEL": "WARNING",
                **(idle if layout.workers else own),
            },
        )
        # Without a value they are as nobody had set them.
        worker_settings = dict.fromkeys(idle, "") | own
        service.start()
        stack.callback(service.stop)
        service.start_gateway()
        workers = []
        for _ in range(layout.workers):
            worker = service.run("server", "work", **worker_settings)
            stack.callback(_end, worker)
            workers.append(worker)
        if layout.workers:
            _wait_for_workers(url, layout.workers)
        service.settings.UpdateTenantSettings(
            tenant_settings_pb2.UpdateTenantSettingsRequest(
                tenant=TENANT, settings=settings_message()
            )
        )
        yield Running(service, workers, database)


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    process.wait(START)


def _wait_for_workers(url: str, count: int) -> None:
    end = time.monotonic() + START
    with psycopg.connect(url, autocommit=True) as connection:
        while (connection.execute(_WORKERS).fetchone() or (0,))[0] < count:
            assert time.monotonic() < end, "the workers did not begin to work"
            time.sleep(_POLL)
