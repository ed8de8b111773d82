"""People debug with grpcurl: every unary method answers it on the real server."""

from __future__ import annotations

import base64
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from invoicejobs.v1 import (
    invoice_jobs_pb2,
    invoices_pb2,
    orders_pb2,
    tenant_settings_pb2,
)

from tests.journeys.service import ROOT, Service

GRPCURL = Path(sys.executable).parent / "grpcurl"
ORDER = ROOT / "examples/orders/01-b2c-domestic-gross.json"


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A server in which one order has its invoice."""
    service = Service(tmp_path_factory.mktemp("grpcurl"), INVOICEJOBS_WORK_PROCESSES="1")
    service.start()
    service.save_settings("acme")
    yield service
    service.stop()


def _grpcurl(service: Service, *arguments: str) -> str:
    done = subprocess.run(
        [GRPCURL, "-plaintext", *arguments[:-1], service.target, arguments[-1]],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def _call(service: Service, method: str, request: dict[str, Any]) -> Any:
    return json.loads(_grpcurl(service, "-d", json.dumps(request), f"invoicejobs.v1.{method}"))


def test_grpcurl_can_call_every_method(service: Service) -> None:
    called: set[str] = set()

    def call(method: str, **request: Any) -> Any:
        called.add(method)
        return _call(service, method, {"tenant": "acme", **request})

    order_id = json.loads(ORDER.read_bytes())["id"]
    order_json = base64.b64encode(ORDER.read_bytes()).decode()
    assert call("Orders/ImportOrders", orderJson=order_json) == {"createdCount": "1"}
    assert call("Orders/GetOrder", orderId=order_id)["order"]["orderId"] == order_id
    assert len(call("Orders/ListOrders")["orders"]) == 1
    settings = call("TenantSettings/GetTenantSettings")["settings"]
    assert call("TenantSettings/UpdateTenantSettings", settings=settings)["settings"]["etag"]
    schedule = {"name": "mornings", "cron": "0 6 * * *"}
    settings["schedules"] = [schedule]
    call("TenantSettings/UpdateTenantSettings", settings={**settings, "etag": ""})
    (outlook,) = call("TenantSettings/ListSchedules", timeCount=2)["schedules"]
    assert outlook["schedule"] == schedule
    assert len(outlook["nextTimes"]) == 2
    preview = call("Invoices/PreviewInvoice", orderId=order_id)
    assert base64.b64decode(preview["pdf"]).startswith(b"%PDF-")
    job_id = call("InvoiceJobs/CreateInvoiceJob", jobType="JOB_TYPE_MANUAL", orderIds=[order_id])[
        "job"
    ]["jobId"]
    service.wait("acme", job_id)
    (outcome,) = call("InvoiceJobs/GetInvoiceJob", jobId=job_id)["orders"]
    assert outcome["orderStatus"] == "JOB_ORDER_STATUS_SUCCESS"
    assert call("InvoiceJobs/ListInvoiceJobs")["jobs"][0]["jobId"] == job_id
    (watched,) = call("InvoiceJobs/WatchInvoiceJob", jobId=job_id)["outcomes"]
    # Each answer signs its links anew.
    assert watched.pop("linkSignature")
    assert outcome.pop("linkSignature")
    assert watched == outcome
    assert "cancelTime" not in call("InvoiceJobs/CancelInvoiceJob", jobId=job_id)["job"]
    failed_id = service.create_job("acme", ["no such order"])
    service.wait("acme", failed_id)
    assert call("InvoiceJobs/RetryInvoiceJob", jobId=failed_id)["job"]["retryOf"] == failed_id
    number = outcome["invoiceNumber"]
    invoice = call("Invoices/GetInvoice", invoiceNumber=number)["invoice"]
    assert invoice["documents"][0]["sha256"] == outcome["pdfSha256"]
    assert call("Invoices/ListInvoices")["invoices"][0]["invoiceNumber"] == number
    pieces = _grpcurl(
        service,
        "-d",
        json.dumps({"tenant": "acme", "invoiceNumber": number, "offset": 0, "length": 4}),
        "invoicejobs.v1.Invoices/DownloadInvoice",
    )
    called.add("Invoices/DownloadInvoice")
    assert base64.b64encode(b"%PDF").decode() in pieces
    note = call("Invoices/CancelInvoice", invoiceNumber=number)["creditNote"]
    assert note["precedingInvoiceNumber"] == number
    assert call("Invoices/GetInvoice", invoiceNumber=number)["invoice"]["cancelled"] is True
    assert called == {
        f"{service.name}/{method.name}"
        for file in (invoice_jobs_pb2, invoices_pb2, orders_pb2, tenant_settings_pb2)
        for service in file.DESCRIPTOR.services_by_name.values()
        for method in service.methods
    }


def test_grpcurl_lists_our_services_and_both_reflections(service: Service) -> None:
    listed = set(_grpcurl(service, "list").split())
    assert {
        "grpc.health.v1.Health",
        "grpc.reflection.v1.ServerReflection",
        "grpc.reflection.v1alpha.ServerReflection",
        "invoicejobs.v1.InvoiceJobs",
        "invoicejobs.v1.Invoices",
        "invoicejobs.v1.Orders",
        "invoicejobs.v1.TenantSettings",
        "invoicejobs.v1.Tunnel",
    } <= listed
