"""Runs pairs of doors, ours and the bare one, and asks them from processes of their own."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from invoicejobs.v1.invoice_jobs_pb2 import (
    JOB_TYPE_MANUAL,
    CreateInvoiceJobRequest,
    GetInvoiceJobRequest,
)

from benchmarks.doors import bare, grpc_load, http_load
from benchmarks.doors.http_load import Outcome
from tests.journeys.service import START, Service, free_port

TENANT = "acme"
#: Reads for each job that is created: a client that waits for a small job asks some times.
READS = 9
_JOBS = f"/invoice/{TENANT}/jobs/invoices"
_METHOD = "/invoicejobs.v1.InvoiceJobs/"
#: One tenant and one address ask here for all; a line of the log for each call is not written.
_LIMITS = {
    "INVOICEJOBS_MAX_RUNNING_JOBS": "100000",
    "INVOICEJOBS_TENANT_RATE": "0",
    "INVOICEJOBS_LOG_LEVEL": "WARNING",
}
_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Pair:
    """A gateway and its server, while they run."""

    url: str
    target: str
    job_id: str
    gateway: int
    server: int

    def rest(self, clients: int, seconds: float, *, posts: bool = True, rate: float = 0) -> Outcome:
        """Asks over REST: jobs are created, unless posts is False, and read."""
        post = ("POST", _JOBS, '{"jobType": "MANUAL", "orderIds": ["none"]}')
        gets = [("GET", f"{_JOBS}/{self.job_id}", "")] * READS
        requests = [post, *gets] if posts else gets
        load = http_load.Load(self.url, requests, clients, seconds, rate=rate)
        return _run("benchmarks.doors.http_load", asdict(load))

    def rpc(self, clients: int, seconds: float, *, posts: bool = True, rate: float = 0) -> Outcome:
        """Asks over gRPC the same."""
        create = CreateInvoiceJobRequest(
            tenant=TENANT, job_type=JOB_TYPE_MANUAL, order_ids=["none"]
        )
        read = GetInvoiceJobRequest(tenant=TENANT, job_id=self.job_id)
        calls = [(f"{_METHOD}CreateInvoiceJob", create.SerializeToString().hex())]
        gets = [(f"{_METHOD}GetInvoiceJob", read.SerializeToString().hex())] * READS
        load = grpc_load.Load(
            self.target, [*calls, *gets] if posts else gets, clients, seconds, rate
        )
        return _run("benchmarks.doors.grpc_load", asdict(load))

    def cpu(self) -> tuple[float, float]:
        """Gives the seconds of CPU that gateway and server have used."""
        return _cpu(self.gateway), _cpu(self.server)

    def memory(self) -> tuple[int, int]:
        """Gives the bytes of memory that gateway and server hold."""
        return _memory(self.gateway), _memory(self.server)


@contextmanager
def bare_pair() -> Iterator[Pair]:
    """Runs the bare pair."""
    server_port, port = free_port(), free_port()
    commands = (("gateway", str(port), str(server_port)), ("server", str(server_port)))
    processes = [
        subprocess.Popen([sys.executable, "-m", "benchmarks.doors.bare", *command])  # noqa: S603
        for command in commands
    ]
    try:
        for each in (server_port, port):
            _wait_for(each)
        url, target = f"http://127.0.0.1:{port}", f"127.0.0.1:{server_port}"
        yield Pair(url, target, bare.JOB_ID, *(process.pid for process in processes))
    finally:
        for process in processes:
            process.kill()
            process.wait()


class _Idle(Service):
    """Our service, but for the work on jobs."""

    def run(self, *module: str, **settings: str) -> subprocess.Popen[bytes]:
        """Starts a process, the server's as one that does no jobs."""
        name, *rest = module
        idle = "benchmarks.doors.idle" if name == "server" else name
        return super().run(idle, *rest, **settings)


@contextmanager
def our_pair(*, idle: bool, **settings: str) -> Iterator[Pair]:
    """Runs our server and gateway; idle: jobs are created and read, but nobody does them."""
    with tempfile.TemporaryDirectory() as folder:
        running = (_Idle if idle else Service)(Path(folder), **(_LIMITS | settings))
        running.start()
        try:
            running.start_gateway()
            running.save_settings(TENANT)
            job_id = running.create_job(TENANT, ["none"])
            if not idle:
                running.wait(TENANT, job_id)
            assert running.gateway
            assert running.server
            yield Pair(
                running.rest, running.target, job_id, running.gateway.pid, running.server.pid
            )
        finally:
            running.stop()


def _wait_for(port: int) -> None:
    end = time.monotonic() + START
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            assert time.monotonic() < end
            time.sleep(0.05)


def _run(module: str, load: dict[str, object]) -> Outcome:
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-m", module],
        input=json.dumps(load),
        capture_output=True,
        text=True,
        check=True,
    )
    return Outcome(**json.loads(done.stdout))


def _cpu(process: int) -> float:
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


def _memory(process: int) -> int:
    status = Path(f"/proc/{process}/status").read_text()
    return int(status.partition("VmRSS:")[2].split()[0]) * 1024
