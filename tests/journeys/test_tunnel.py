"""Requests go through a tunnel between two real processes, also after the server was killed."""

from __future__ import annotations

import json
import re
import threading
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import grpc
import pytest
from google.protobuf import message_factory
from invoicejobs.v1 import invoice_jobs_pb2, invoices_pb2, orders_pb2, tenant_settings_pb2
from invoicejobs.v1.tunnel_pb2 import OpenTunnelRequest
from invoicejobs.v1.tunnel_pb2_grpc import TunnelStub

from tests.grpc.test_authentication import METHODS
from tests.grpc.tunnel_client import tunnel_call
from tests.journeys.service import START, Service, free_port, small_orders

ORDERS = [f"order-{n}" for n in range(40)]
JOBS = "/invoice/acme/jobs/invoices"


class Seen(Service):
    """A service whose server tells its counts."""

    def __init__(self, folder: Path) -> None:
        port = free_port()
        super().__init__(folder, INVOICEJOBS_WORK_PROCESSES="1", INVOICEJOBS_METRICS_PORT=str(port))
        self._metrics = f"http://127.0.0.1:{port}/metrics"

    def start_gateway(self, **settings: str) -> None:
        super().start_gateway(INVOICEJOBS_METRICS_PORT="", **settings)

    def count(self, name: str) -> float:
        """Gives a sample of the server's metrics."""
        with urllib.request.urlopen(self._metrics, timeout=START) as response:
            text = response.read().decode()
        found = re.findall(rf"^{re.escape(name)} (\S+)$", text, re.MULTILINE)
        return float(found[0]) if found else 0.0

    def wait_for(self, holds: Callable[[], bool]) -> None:
        """Asks until something holds."""
        for _ in range(100_000):
            if holds():
                return
        raise AssertionError(self.log())

    def request(self, path: str, body: Any = None, key: str = "") -> tuple[int, Any]:
        """Makes a request; gives status and JSON."""
        data = None if body is None else json.dumps(body).encode()
        headers = {"Content-Type": "application/json"} | ({"Idempotency-Key": key} if key else {})
        asked = urllib.request.Request(f"{self.rest}{path}", data, headers)
        try:
            with urllib.request.urlopen(asked, timeout=START) as response:
                return response.status, json.load(response)
        except urllib.error.HTTPError as error:
            with error:
                return error.code, json.load(error)


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Seen]:
    service = Seen(tmp_path)
    service.start()
    service.save_settings("acme")
    service.import_orders("acme", small_orders(ORDERS))
    yield service
    service.stop()


def is_tunnelled(service: Seen) -> bool:
    """Tells whether a tunnel is open: only then is anything in progress while nobody asks."""
    return service.count("invoicejobs_rpc_calls_in_progress") == 1


def create_job(service: Seen, order: str) -> str:
    """Asks for a job until there is an answer, always with the order's own key; gives its id."""
    body = {"jobType": "MANUAL", "orderIds": [order]}
    while True:
        status, answer = service.request(JOBS, body, f"key-{order}")
        if status == 201:
            return str(answer["jobId"])
        assert status in {429, 503, 504}, answer


def test_after_a_kill_requests_go_through_a_tunnel_again_and_no_job_is_lost_or_doubled(
    service: Seen,
) -> None:
    service.start_gateway()
    service.wait_for(lambda: is_tunnelled(service))
    created: dict[str, set[str]] = {order: set() for order in ORDERS}
    some = threading.Event()

    def create(mine: list[str]) -> None:
        for order in mine:
            created[order].add(create_job(service, order))
            some.set()

    with ThreadPoolExecutor(4) as threads:
        running = [threads.submit(create, ORDERS[n::4]) for n in range(4)]
        assert some.wait(START)
        service.kill()
        service.start()
        for each in running:
            each.result()
    service.wait_for(lambda: is_tunnelled(service))
    for order in ORDERS:  # Whoever asks once more with the same key gets the same job.
        created[order].add(create_job(service, order))
    assert {len(ids) for ids in created.values()} == {1}
    listed = service.jobs.ListInvoiceJobs(
        invoice_jobs_pb2.ListInvoiceJobsRequest(tenant="acme", page_size=100)
    ).jobs
    assert sorted(job.job_id for job in listed) == sorted(min(ids) for ids in created.values())
    for job in listed:
        service.wait("acme", job.job_id)
    for job_id in (min(ids) for ids in created.values()):
        status, answer = service.request(f"{JOBS}/{job_id}")
        assert (status, answer["jobStatus"]) == (200, "DONE")
    # All of that went through the tunnel: no call of its own is open, and it still is.
    assert is_tunnelled(service)
    assert service.server
    service.server.terminate()
    assert service.server.wait(START) == 0
    assert "Traceback" not in service.log()
    counted = [line for line in service.log().splitlines() if "Tunnel/OpenTunnel OK" in line]
    assert counted, service.log()


def test_every_good_call_is_answered_alike_in_a_tunnel_and_alone(service: Seen) -> None:
    job_id = service.create_job("acme", ORDERS[:3], "key")
    service.wait("acme", job_id)
    number = service.job_orders("acme", job_id)[0].invoice_number
    jobs, invoices, orders, settings = (
        *(invoice_jobs_pb2, invoices_pb2, orders_pb2, tenant_settings_pb2),
    )
    requests: dict[str, Any] = {
        "InvoiceJobs/GetInvoiceJob": jobs.GetInvoiceJobRequest(job_id=job_id),
        "InvoiceJobs/ListInvoiceJobs": jobs.ListInvoiceJobsRequest(),
        "InvoiceJobs/CancelInvoiceJob": jobs.CancelInvoiceJobRequest(job_id=job_id),
        "InvoiceJobs/CreateInvoiceJob": jobs.CreateInvoiceJobRequest(
            job_type=jobs.JOB_TYPE_MANUAL, order_ids=ORDERS[:3], request_id="key"
        ),
        "Invoices/GetInvoice": invoices.GetInvoiceRequest(invoice_number=number),
        "Invoices/ListInvoices": invoices.ListInvoicesRequest(),
        "Invoices/PreviewInvoice": invoices.PreviewInvoiceRequest(order_id=ORDERS[5]),
        "Orders/GetOrder": orders.GetOrderRequest(order_id=ORDERS[0]),
        "Orders/ListOrders": orders.ListOrdersRequest(page_size=7),
        "TenantSettings/GetTenantSettings": settings.GetTenantSettingsRequest(),
        "TenantSettings/ListSchedules": settings.ListSchedulesRequest(),
    }
    for request in requests.values():
        request.tenant = "acme"
    with grpc.insecure_channel(service.target) as channel:
        calls = [
            tunnel_call(n, call_path(name), request)
            for n, (name, request) in enumerate(requests.items())
        ]
        answers: dict[int, Any] = {}
        for response in TunnelStub(channel).OpenTunnel(iter([OpenTunnelRequest(calls=calls)])):
            answers |= {answer.call_id: answer for answer in response.answers}
        for n, (name, request) in enumerate(requests.items()):
            call: Any = channel.unary_unary(call_path(name))
            alone = call(request.SerializeToString(), timeout=START)
            assert answers[n].code == 0, (name, answers[n].message)
            through = answers[n].response
            assert lasting(call_path(name), through) == lasting(call_path(name), alone), name


def call_path(name: str) -> str:
    """Gives the full name of a method."""
    return f"/invoicejobs.v1.{name}"


def lasting(path: str, data: bytes) -> Any:
    """Reads a response, without what no two answers share: links are signed anew."""
    response: Any = message_factory.GetMessageClass(METHODS[path].output_type).FromString(data)
    forget_signatures(response)
    if hasattr(response, "pdf"):  # It says when it was drawn.
        response.pdf = response.pdf[:5]
        assert response.pdf == b"%PDF-"
    return response


def forget_signatures(message: Any) -> None:
    """Takes the signatures of links out of a message and all that are in it."""
    for field, value in message.ListFields():
        if field.name == "link_signature":
            message.ClearField(field.name)
        elif field.message_type and not field.message_type.GetOptions().map_entry:
            for each in value if field.is_repeated else (value,):
                forget_signatures(each)
