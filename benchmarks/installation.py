"""The whole service for benchmarks: a server, a gateway and workers, on either database.

Everything runs on this machine and is gone afterwards.
"""

from __future__ import annotations

import http
import http.client
import json
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg

from tests.builders.orders import Item, OrderForm, make_order_json, order_bytes
from tests.journeys.service import START, Service
from tests.postgres import shared_server

ENGINES = ("sqlite", "postgresql")
_DATABASE = "benchmark"


class Installation:
    """The processes of a running service; all but the gateway may have children."""

    def __init__(self, service: Service, workers: list[subprocess.Popen[bytes]]) -> None:
        self.service = service
        self.workers = workers

    def processes(self) -> dict[str, int]:
        """Names the processes by their parts, with their ids."""
        assert self.service.server
        assert self.service.gateway
        named = {"server": self.service.server.pid, "gateway": self.service.gateway.pid}
        return named | {f"worker {n}": w.pid for n, w in enumerate(self.workers, 1)}

    def post_job(self, tenant: str, order_ids: list[str]) -> str:
        """Creates a MANUAL job over REST and gives its id."""
        body = json.dumps({"jobType": "MANUAL", "orderIds": order_ids})
        return str(self._ask("POST", f"/invoice/{tenant}/jobs/invoices", body)["jobId"])

    def get_job(self, tenant: str, job_id: str, query: str = "?pageNumber=1&pageSize=1") -> Any:
        """Reads a job over REST."""
        return self._ask("GET", f"/invoice/{tenant}/jobs/invoices/{job_id}{query}")

    def _ask(self, method: str, path: str, body: str | None = None) -> Any:
        place = self.service.rest.removeprefix("http://")
        with closing(http.client.HTTPConnection(place, timeout=60)) as connection:
            connection.request(method, path, body, {"Content-Type": "application/json"})
            answer = connection.getresponse()
            content = answer.read()
            if answer.status >= http.HTTPStatus.BAD_REQUEST:
                raise RuntimeError(f"{method} {path}: {answer.status} {content.decode()}")
            return json.loads(content)

    def fill(self, tenant: str, count: int, lines: int = 12) -> list[str]:
        """Saves settings and imports orders of so many lines; gives their ids."""
        self.service.save_settings(tenant)
        template = order_bytes(_order("TEMPLATE", lines))
        ids = [f"{tenant}-{n:06d}" for n in range(count)]
        for start in range(0, count, 1000):
            part = ids[start : start + 1000]
            self.service.import_orders(
                tenant, [template.replace(b'"TEMPLATE"', f'"{id}"'.encode()) for id in part]
            )
        return ids


def _order(order_id: str, lines: int) -> dict[str, Any]:
    items = tuple(Item(price=Decimal(1000 + 137 * n).scaleb(-2)) for n in range(lines))
    return make_order_json(OrderForm(items=items), id=order_id, siteCode="DE")


@contextmanager
def installed(engine: str, workers: int = 2, **settings: str) -> Iterator[Installation]:
    """Runs the service: on SQLite one server, on PostgreSQL a server and workers beside it."""
    # So that a benchmark that is ended, by `timeout` or by hand, leaves no process behind.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    with tempfile.TemporaryDirectory(prefix="invoicejobs-bench-") as home:
        if engine == "sqlite":
            with _running(Path(home), 0, settings) as running:
                yield running
            return
        place = Path(home) / "postgres"
        place.mkdir()
        with (
            shared_server(place) as server,
            server.database(_DATABASE) as url,
            _running(Path(home), workers, {"INVOICEJOBS_DATABASE_URL": url, **settings}) as running,
        ):
            yield running


@contextmanager
def _running(home: Path, workers: int, settings: dict[str, str]) -> Iterator[Installation]:
    beside = {"INVOICEJOBS_WORK_PROCESSES": "0"}
    service = Service(
        home, **({"INVOICEJOBS_LOG_LEVEL": "WARNING"} | (beside if workers else {}) | settings)
    )
    # As they come when nobody sets anything, but for what the caller sets.
    own = dict.fromkeys(beside, "") | {k: v for k, v in settings.items() if k in beside}
    processes: list[subprocess.Popen[bytes]] = []
    try:
        service.start()
        service.start_gateway()
        processes += [service.run("server", "work", **own) for _ in range(workers)]
        if workers:
            _wait_for_workers(settings["INVOICEJOBS_DATABASE_URL"], workers)
        yield Installation(service, processes)
    finally:
        for process in processes:
            process.send_signal(signal.SIGTERM)
        for process in processes:
            process.wait(START)
        service.stop()


def _wait_for_workers(url: str, count: int) -> None:
    end = time.monotonic() + START
    with psycopg.connect(url, autocommit=True) as connection:
        asked = "SELECT count(*) FROM procrastinate_workers"
        while (connection.execute(asked).fetchone() or (0,))[0] < count:
            if time.monotonic() > end:
                raise TimeoutError("the workers did not begin to work")
            time.sleep(0.05)
