"""The whole service as its users meet it: processes, ports, stubs and a data folder."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import grpc
from google.protobuf import json_format
from invoicejobs.v1 import (
    invoice_jobs_pb2,
    invoice_jobs_pb2_grpc,
    invoices_pb2_grpc,
    orders_pb2,
    orders_pb2_grpc,
    tenant_settings_pb2,
    tenant_settings_pb2_grpc,
)

ROOT = Path(__file__).parents[2]
START = 60  # seconds; the machine may be busy


def free_port() -> int:
    """Finds a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def small_orders(order_ids: Iterable[str]) -> list[bytes]:
    """Makes orders that differ by their ids only."""
    template = json.loads((ROOT / "examples/orders/01-b2c-domestic-gross.json").read_bytes())
    return [json.dumps(template | {"id": order_id}).encode() for order_id in order_ids]


class Service:
    """A server, and a gateway where asked for, with a data folder of their own."""

    def __init__(self, folder: Path, **settings: str) -> None:
        self.data = folder / "data"
        self._log = folder / "log.txt"
        self._port = free_port()
        self._rest_port = free_port()
        self.target = f"127.0.0.1:{self._port}"
        self.rest = f"http://127.0.0.1:{self._rest_port}"
        kept = {k: v for k, v in os.environ.items() if not k.startswith("INVOICEJOBS_")}
        self._environment = kept | {
            "INVOICEJOBS_DATA_DIR": str(self.data),
            "INVOICEJOBS_GRPC_PORT": str(self._port),
            "INVOICEJOBS_REST_PORT": str(self._rest_port),
            "INVOICEJOBS_GRPC_TARGET": self.target,
            **settings,
        }
        self.server: subprocess.Popen[bytes] | None = None
        self.gateway: subprocess.Popen[bytes] | None = None
        self._channel: grpc.Channel | None = None

    def start(self) -> None:
        """Starts the server and waits until it answers."""
        self.server = self.run("server", "serve")
        # Connections of its own: one that shares those of a channel to a server killed just now
        # may see them ready and gone again between two looks, and then waits for ever.
        own = [("grpc.use_local_subchannel_pool", 1)]
        self._channel = grpc.insecure_channel(self.target, own)
        try:
            grpc.channel_ready_future(self._channel).result(START)
        except grpc.FutureTimeoutError:
            self.kill()
            raise AssertionError(self.log()) from None

    def start_gateway(self, **settings: str) -> None:
        """Starts the gateway, with settings that it alone has, and waits until it is ready."""
        self.gateway = self.run("gateway", **settings)
        end = time.monotonic() + START
        while True:
            try:
                with urllib.request.urlopen(f"{self.rest}/readyz", timeout=5):
                    return
            except OSError:
                assert self.gateway.poll() is None, self.log()
                assert time.monotonic() < end, self.log()

    def run(self, *module: str, **settings: str) -> subprocess.Popen[bytes]:
        """Starts another process of the service, with settings that it alone has."""
        with self._log.open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "-m", *module],
                cwd=ROOT,
                env=self._environment | settings,
                stdout=log,
                stderr=log,
            )

    def kill(self) -> None:
        """Ends the server as a power cut would."""
        assert self.server
        self._close_channel()
        self.server.send_signal(signal.SIGKILL)
        self.server.wait(START)

    def stop(self) -> int:
        """Asks the processes to end and gives the server's exit code."""
        self._close_channel()
        code = 0
        for process in (self.gateway, self.server):
            if process and process.poll() is None:
                process.terminate()
                try:
                    code = process.wait(START)
                except subprocess.TimeoutExpired:
                    process.kill()
                    raise AssertionError(self.log()) from None
        return code

    def _close_channel(self) -> None:
        if self._channel:
            self._channel.close()
            self._channel = None

    def log(self) -> str:
        """Gives what the processes wrote."""
        with contextlib.suppress(FileNotFoundError):
            return self._log.read_text(errors="replace")
        return ""

    @property
    def jobs(self) -> invoice_jobs_pb2_grpc.InvoiceJobsStub:
        return invoice_jobs_pb2_grpc.InvoiceJobsStub(self._open_channel())

    @property
    def orders(self) -> orders_pb2_grpc.OrdersStub:
        return orders_pb2_grpc.OrdersStub(self._open_channel())

    @property
    def invoices(self) -> invoices_pb2_grpc.InvoicesStub:
        return invoices_pb2_grpc.InvoicesStub(self._open_channel())

    @property
    def settings(self) -> tenant_settings_pb2_grpc.TenantSettingsStub:
        return tenant_settings_pb2_grpc.TenantSettingsStub(self._open_channel())

    def _open_channel(self) -> Any:
        assert self._channel, "the server does not run"
        return self._channel

    def save_settings(self, tenant: str) -> None:
        """Saves the settings that the examples are made for."""
        settings = json_format.Parse(
            (ROOT / "examples/settings.json").read_text(), tenant_settings_pb2.Settings()
        )
        self.settings.UpdateTenantSettings(
            tenant_settings_pb2.UpdateTenantSettingsRequest(tenant=tenant, settings=settings)
        )

    def import_orders(self, tenant: str, orders: list[bytes]) -> orders_pb2.ImportOrdersResponse:
        """Imports orders and gives what became of them."""
        return self.orders.ImportOrders(
            orders_pb2.ImportOrdersRequest(tenant=tenant, order_json=order) for order in orders
        )

    def create_job(self, tenant: str, order_ids: list[str], request_id: str = "") -> str:
        """Creates a MANUAL job and gives its id; with a request id it can safely be repeated."""
        response = self.jobs.CreateInvoiceJob(
            invoice_jobs_pb2.CreateInvoiceJobRequest(
                tenant=tenant,
                job_type=invoice_jobs_pb2.JOB_TYPE_MANUAL,
                order_ids=order_ids,
                request_id=request_id,
            )
        )
        return response.job.job_id

    def job(self, tenant: str, job_id: str) -> invoice_jobs_pb2.InvoiceJob:
        """Gets a job without its orders."""
        request = invoice_jobs_pb2.GetInvoiceJobRequest(tenant=tenant, job_id=job_id, page_size=1)
        return self.jobs.GetInvoiceJob(request).job

    def wait(self, tenant: str, job_id: str, seconds: float = 90) -> None:
        """Waits until a job is DONE."""
        end = time.monotonic() + seconds
        while self.job(tenant, job_id).job_status != invoice_jobs_pb2.JOB_STATUS_DONE:
            assert time.monotonic() < end, self.log()

    def job_orders(self, tenant: str, job_id: str) -> list[invoice_jobs_pb2.JobOrder]:
        """Lists all orders of a job."""
        orders: list[invoice_jobs_pb2.JobOrder] = []
        token = ""
        while True:
            page = self.jobs.GetInvoiceJob(
                invoice_jobs_pb2.GetInvoiceJobRequest(
                    tenant=tenant, job_id=job_id, page_size=1000, page_token=token
                )
            )
            orders.extend(page.orders)
            token = page.next_page_token
            if not token:
                return orders
