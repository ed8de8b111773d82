"""A whole journey as its operator sees it: logs, one trace, measures, and who did what."""

from __future__ import annotations

import json
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest
from google.protobuf import json_format
from invoicejobs.v1 import orders_pb2, tenant_settings_pb2

from tests.builders import tokens
from tests.journeys.collector import Collector
from tests.journeys.service import ROOT, Service, free_port

ORDERS = [ROOT / "examples/orders" / name for name in (
    "01-b2c-domestic-gross.json", "02-b2b-net-vat-id.json", "13-does-not-add-up.json",
)]  # fmt: skip
TRACE, SPAN = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
SCOPES = (
    "invoice.job_manage invoice.job_read invoice.invoice_read invoice.settings_manage "
    "order.order_manage"
)
# Made when the tests are collected, and used when it is their turn.
TOKEN = tokens.token(f"tenant=acme {SCOPES}", sub="web-shop", expires_in=86400)
BAD_TOKEN = tokens.token(f"tenant=acme {SCOPES}", key=tokens.OTHER_SECRET, sub="intruder")
#: What in an order tells of a person.
PERSONAL = {"firstName", "lastName", "name", "email", "contactName", "companyName", "street"}


class Journey:
    """What was done, and what is left of it."""

    def __init__(self, service: Service, collector: Collector, metrics: tuple[int, int]) -> None:
        self.service = service
        self.collector = collector
        self.job_id = ""
        self._server_metrics, self._gateway_metrics = metrics
        self.metrics = {"server": "", "gateway": ""}
        self.lines: list[dict[str, Any]] = []

    def run(self) -> None:
        """Imports orders, has them invoiced over REST, takes a document, and is refused."""
        authorization = (("authorization", f"Bearer {TOKEN}"),)
        text = (ROOT / "examples/settings.json").read_text()
        self.service.settings.UpdateTenantSettings(
            tenant_settings_pb2.UpdateTenantSettingsRequest(
                tenant="acme", settings=json_format.Parse(text, tenant_settings_pb2.Settings())
            ),
            metadata=authorization,
        )
        orders = [path.read_bytes() for path in ORDERS]
        self.service.orders.ImportOrders(
            (orders_pb2.ImportOrdersRequest(tenant="acme", order_json=order) for order in orders),
            metadata=authorization,
        )
        headers = {"traceparent": f"00-{TRACE}-{SPAN}-01", "X-Request-Id": "shop-7"}
        ids = [json.loads(order)["id"] for order in orders]
        created = self.call(body={"jobType": "MANUAL", "orderIds": ids}, headers=headers)
        self.job_id = created["jobId"]
        job = self._finished()
        document = next(o["downloadLink"] for o in job["orders"] if "downloadLink" in o)
        self.fetch(document)
        self.call("/annegret.petersen@example.com")
        self.call(body={"jobType": "Annegret Petersen"})
        self.call(token=BAD_TOKEN)
        self.metrics["server"] = self._measured(self._server_metrics)
        self.metrics["gateway"] = self._measured(self._gateway_metrics)

    def fetch(
        self, url: str, data: bytes | None = None, token: str = TOKEN, **headers: str
    ) -> bytes:
        """Asks the gateway and gives the body of whatever it answers."""
        given = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"} | headers
        request = urllib.request.Request(url, data, given)
        try:
            with urllib.request.urlopen(request, timeout=30) as response:
                return bytes(response.read())
        except urllib.error.HTTPError as error:
            return error.read()

    def call(
        self,
        path: str = "",
        body: dict[str, Any] | None = None,
        token: str = TOKEN,
        headers: dict[str, str] | None = None,
    ) -> Any:
        """Asks about jobs."""
        url = f"{self.service.rest}/invoice/acme/jobs/invoices{path}"
        data = json.dumps(body).encode() if body else None
        return json.loads(self.fetch(url, data, token, **headers or {}))

    def _finished(self) -> Any:
        end = time.monotonic() + 90
        while (job := self.call(f"/{self.job_id}"))["jobStatus"] != "DONE":
            assert time.monotonic() < end, self.service.log()
        return job

    def _measured(self, port: int) -> str:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=30) as response:
            return str(response.read().decode())

    def end(self, worker: subprocess.Popen[bytes]) -> None:
        """Stops all processes, which export what is left and log their last lines."""
        worker.terminate()
        assert worker.wait(60) == 0
        assert self.service.stop() == 0
        for line in self.service.log().splitlines():
            if line.startswith("{"):
                self.lines.append(json.loads(line))

    def told(self, **fields: str) -> list[dict[str, Any]]:
        """Finds the lines that bear all the fields."""
        return [one for one in self.lines if fields.items() <= one.items()]


@pytest.fixture(scope="module")
def journey(postgres_server: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Journey]:
    """A journey that has ended."""
    ports = (free_port(), free_port())
    collector = Collector()
    with postgres_server.database("seen") as url:
        service = Service(
            tmp_path_factory.mktemp("seen"),
            INVOICEJOBS_DATABASE_URL=url,
            INVOICEJOBS_WORK_PROCESSES="0",
            INVOICEJOBS_AUTH="jwt",
            INVOICEJOBS_JWT_SECRET=tokens.SECRET.decode(),
            INVOICEJOBS_JWT_ISSUER=tokens.ISSUER,
            INVOICEJOBS_JWT_AUDIENCE=tokens.AUDIENCE,
            OTEL_EXPORTER_OTLP_ENDPOINT=collector.url,
            INVOICEJOBS_METRICS_PORT=str(ports[0]),
        )
        journey = Journey(service, collector, ports)
        service.start()
        own = {"INVOICEJOBS_METRICS_PORT": str(ports[1])}
        worker = service.run(
            "server", "work", INVOICEJOBS_WORK_PROCESSES="1", INVOICEJOBS_METRICS_PORT=""
        )
        try:
            service.start_gateway(**own)
            journey.run()
        finally:
            journey.end(worker)
        yield journey
    collector.server.shutdown()
    collector.server.server_close()


def personal_words() -> set[str]:
    words: set[str] = set()

    def look(value: Any, name: str) -> None:
        match value:
            case dict():
                for key, inner in value.items():
                    look(inner, key)
            case list():
                for inner in value:
                    look(inner, name)
            case str() if name in PERSONAL and len(value) > 3:
                words.add(value)

    for path in ORDERS:
        order = json.loads(path.read_bytes())
        for part in ("customer", "billingAddress", "shippingAddress"):
            look(order.get(part, {}), part)
    return words


def test_the_logs_name_no_person_and_hold_no_token(journey: Journey) -> None:
    log = journey.service.log()
    words = personal_words()
    assert {"Annegret", "Petersen", "annegret.petersen@example.com"} <= words
    assert [word for word in sorted(words) if word in log] == []
    secrets = [*TOKEN.split("."), *BAD_TOKEN.split("."), tokens.SECRET.decode()]
    assert [secret for secret in secrets if secret in log] == []
    assert "intruder" not in log
    assert "Bearer" not in log


def test_all_lines_are_json_but_the_one_that_scripts_wait_for(journey: Journey) -> None:
    others = [line for line in journey.service.log().splitlines() if not line.startswith("{")]
    assert [line.partition(" http")[0] for line in others] == ["gateway listening on"]


def test_one_trace_and_one_request_id_lead_through_both_doors_to_the_worker(
    journey: Journey,
) -> None:
    lines = journey.told(trace_id=TRACE)
    assert [line["logger"] for line in lines] == [
        *("server.observing.calls", "gateway", "server.observing.work")
    ] or [line["logger"] for line in lines] == [
        *("server.observing.calls", "server.observing.work", "gateway")
    ]
    assert {line["request_id"] for line in lines} == {"shop-7"}
    (worked,) = journey.told(logger="server.observing.work")
    assert (worked["job"], worked["tenant"]) == (journey.job_id, "acme")


def test_the_exported_spans_are_one_tree(journey: Journey) -> None:
    spans = [
        (service, span)
        for service, span in journey.collector.spans()
        if span.trace_id.hex() == TRACE
    ]
    by_name = {span.name: (service, span) for service, span in spans}
    gateway, request = by_name["POST /invoice/{tenant}/jobs/invoices"]
    server, call = by_name["invoicejobs.v1.InvoiceJobs/CreateInvoiceJob"]
    worker, chunk = by_name["chunk"]
    assert (gateway, server, worker) == (
        *("invoicejobs-gateway", "invoicejobs-server", "invoicejobs-worker"),
    )
    assert request.parent_span_id.hex() == SPAN
    assert call.parent_span_id == request.span_id
    assert chunk.parent_span_id == call.span_id
    stages = [span.name for _, span in spans if span.parent_span_id == chunk.span_id]
    assert stages == ["read", "orders", "compute", "number", "render", "record"]
    exported = b"".join(journey.collector.bodies)
    assert [word for word in personal_words() if word.encode() in exported] == []


def test_both_doors_are_measured_without_naming_anybody(journey: Journey) -> None:
    created = 'code="OK",method="invoicejobs.v1.InvoiceJobs/CreateInvoiceJob"} 1.0'
    assert created in journey.metrics["server"]
    # The gateway stays until the call is over: what it leaves before counts as cancelled.
    downloaded = 'code="OK",method="invoicejobs.v1.Invoices/DownloadInvoice"} 1.0'
    assert downloaded in journey.metrics["server"]
    assert "invoicejobs_queue_orders 0.0" in journey.metrics["server"]
    route = 'method="POST",route="/invoice/{tenant}/jobs/invoices",status="201"} 1.0'
    assert route in journey.metrics["gateway"]
    for text in journey.metrics.values():
        assert "acme" not in text
        assert journey.job_id not in text


def test_the_audit_log_says_who_did_what(journey: Journey) -> None:
    listing = journey.service.run(
        "server", "audit", "--json", "--tenant", "acme", "--about", journey.job_id
    )
    assert listing.wait(60) == 0
    log = journey.service.log()
    entries = [json.loads(line) for line in log.splitlines() if '"action"' in line]
    assert [entry["action"] for entry in entries] == ["ISSUE_INVOICES", "CREATE_JOB"]
    assert {entry["subject"] for entry in entries} == {f"{tokens.ISSUER}#web-shop"}
    assert {entry["requestId"] for entry in entries} == {"shop-7"}
    assert entries[1]["detail"] == "MANUAL, 3 orders"
