"""From JSON orders to invoices in a browser, through both doors and real processes."""

from __future__ import annotations

import json
import signal
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from tests.journeys.service import ROOT, START, Service

EXAMPLES = sorted((ROOT / "examples/orders").glob("*.json"))


@pytest.fixture
def shop(service: Service) -> Service:
    """A service with both doors open, and the examples of a tenant in it."""
    service.start_gateway()
    service.save_settings("acme")
    service.import_orders("acme", [path.read_bytes() for path in EXAMPLES])
    return service


def _call(service: Service, path: str, body: Any = None, **headers: str) -> tuple[int, Any]:
    request = urllib.request.Request(service.rest + path, headers=headers)
    if body is not None:
        request.data = json.dumps(body).encode()
        request.add_header("Content-Type", "application/json")
    try:
        with urllib.request.urlopen(request, timeout=30) as response:
            return response.status, json.load(response)
    except urllib.error.HTTPError as error:
        return error.code, json.load(error)


def _finished_job(service: Service, body: dict[str, Any]) -> dict[str, Any]:
    status, created = _call(service, "/invoice/acme/jobs/invoices", body)
    assert status == 201, created
    service.wait("acme", created["jobId"])
    status, job = _call(service, f"/invoice/acme/jobs/invoices/{created['jobId']}")
    assert status == 200, job
    assert job["jobStatus"] == "DONE"
    return job


def test_a_manual_job_gives_each_order_its_invoice_and_a_link_that_opens(shop: Service) -> None:
    order_ids = [json.loads(path.read_bytes())["id"] for path in EXAMPLES[:3]]
    job = _finished_job(shop, {"jobType": "MANUAL", "orderIds": order_ids})
    assert [order["orderId"] for order in job["orders"]] == order_ids
    for order in job["orders"]:
        assert order["orderStatus"] == "SUCCESS", order
        with urllib.request.urlopen(order["downloadLink"], timeout=30) as response:
            assert response.headers["Content-Type"] == "application/pdf"
            assert response.read(5) == b"%PDF-"


def test_an_automatic_job_takes_the_due_orders_and_a_second_one_finds_none(shop: Service) -> None:
    expected = json.loads((ROOT / "examples/expected.json").read_bytes())
    due = {order["orderId"] for order in expected if order.get("job") == "AUTOMATIC"}
    not_due = {order["orderId"] for order in expected if "job" not in order}
    assert due
    assert not_due
    job = _finished_job(shop, {"jobType": "AUTOMATIC"})
    taken = {order["orderId"] for order in job["orders"]}
    assert taken >= due
    assert not taken & not_due
    assert {order["orderStatus"] for order in job["orders"]} == {"SUCCESS"}
    assert _finished_job(shop, {"jobType": "AUTOMATIC"})["orders"] == []


def test_an_order_invoiced_before_is_success_with_its_first_invoice(shop: Service) -> None:
    order_id = json.loads(EXAMPLES[0].read_bytes())["id"]
    request = {"jobType": "MANUAL", "orderIds": [order_id]}
    (first,) = _finished_job(shop, request)["orders"]
    (again,) = _finished_job(shop, request)["orders"]
    assert "message" not in first
    assert "already" in again["message"]
    # Each answer signs its links anew.
    path, same = (order["downloadLink"].partition("?")[0] for order in (first, again))
    assert path == same
    for field in ("orderStatus", "invoiceNumber"):
        assert again[field] == first[field]


def test_another_tenant_sees_neither_job_nor_invoice_nor_document(shop: Service) -> None:
    order_id = json.loads(EXAMPLES[0].read_bytes())["id"]
    status, created = _call(
        shop, "/invoice/acme/jobs/invoices", {"jobType": "MANUAL", "orderIds": [order_id]}
    )
    assert status == 201
    shop.wait("acme", created["jobId"])
    _, job = _call(shop, f"/invoice/acme/jobs/invoices/{created['jobId']}")
    (order,) = job["orders"]
    foreign = order["downloadLink"].removeprefix(shop.rest).replace("/acme/", "/other/")
    status, answer = _call(shop, foreign)
    assert (status, answer["detailInfo"]) == (403, "LINK_INVALID")
    for path in (
        f"/invoice/other/jobs/invoices/{created['jobId']}",
        f"/invoice/other/invoices/{order['invoiceNumber']}",
        foreign.partition("?")[0],
    ):
        status, answer = _call(shop, path)
        assert (status, answer["code"]) == (404, "404"), path


def test_a_tenant_without_settings_is_told_so_instead_of_getting_a_job(shop: Service) -> None:
    for body in ({"jobType": "AUTOMATIC"}, {"jobType": "MANUAL", "orderIds": ["1"]}):
        status, answer = _call(shop, "/invoice/fresh/jobs/invoices", body)
        assert status == 400
        assert "settings" in answer["message"]


def test_a_server_asked_to_stop_ends_cleanly_and_resumes_its_job_at_the_next_start(
    tmp_path: Path,
) -> None:
    service = Service(
        tmp_path,
        INVOICEJOBS_WORK_PROCESSES="1",
        INVOICEJOBS_CHUNK_SIZE="5",
        INVOICEJOBS_STOP_GRACE="10",
    )
    template = json.loads(EXAMPLES[0].read_bytes())
    order_ids = [f"order-{n}" for n in range(300)]
    service.start()
    try:
        service.save_settings("acme")
        service.import_orders(
            "acme", [json.dumps(template | {"id": order_id}).encode() for order_id in order_ids]
        )
        job_id = service.create_job("acme", order_ids)
        assert service.server
        service.server.send_signal(signal.SIGTERM)
        assert service.server.wait(START) == 0, service.log()
        assert "Traceback" not in service.log()
        service.start()
        service.wait("acme", job_id)
        assert service.job("acme", job_id).success_count == len(order_ids)
    finally:
        service.stop()


def test_a_second_server_on_the_same_data_folder_is_refused(service: Service) -> None:
    second = Service(service.data.parent)
    second.data = service.data
    process = second.run("server", "serve")
    assert process.wait(START) == 1
    assert "Another server uses the data folder" in second.log()
