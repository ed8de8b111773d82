"""Previews of orders by the whole service: watermarked, and the books stay as they were."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from contextlib import closing
from typing import Any

import grpc
import pypdfium2
import pytest
from invoicejobs.v1 import invoices_pb2, orders_pb2

from tests.golden.reading import texts_of
from tests.golden.watermarks import watermarks_of
from tests.journeys.service import ROOT, Service

ORDERS = ROOT / "examples/orders"
ORDER = (ORDERS / "02-b2b-net-vat-id.json").read_bytes()
OTHER = (ORDERS / "06-sixty-lines.json").read_bytes()
DECLINED = (ORDERS / "14-declined.json").read_bytes()


@pytest.fixture
def shop(service: Service) -> Service:
    """A service with a tenant's settings and orders, one of which is declined."""
    service.save_settings("acme")
    service.import_orders("acme", [ORDER, OTHER, DECLINED])
    return service


def _id(order: bytes) -> str:
    return str(json.loads(order)["id"])


def _preview(shop: Service, **source: Any) -> bytes:
    request = invoices_pb2.PreviewInvoiceRequest(tenant="acme", **source)
    return shop.invoices.PreviewInvoice(request).pdf


def _invoice(shop: Service, order_id: str) -> invoices_pb2.Invoice:
    job_id = shop.create_job("acme", [order_id])
    shop.wait("acme", job_id)
    (order,) = shop.job_orders("acme", job_id)
    assert order.invoice_number, order.message
    request = invoices_pb2.GetInvoiceRequest(tenant="acme", invoice_number=order.invoice_number)
    return shop.invoices.GetInvoice(request).invoice


def _check(pdf: bytes) -> list[str]:
    """Checks what every preview must be, and gives its pages."""
    pages = texts_of(pdf)
    assert watermarks_of(pdf) == ["VORSCHAU"] * len(pages)
    with closing(pypdfium2.PdfDocument(pdf)) as document:
        assert document.count_attachments() == 0
    return pages


def test_previews_draw_no_number_and_show_what_the_invoice_will_say(shop: Service) -> None:
    first = _invoice(shop, _id(ORDER))
    pages = _check(_preview(shop, order_id=_id(OTHER)))
    assert len(pages) > 1
    _check(_preview(shop, order_json=OTHER))
    assert first.invoice_number not in "".join(_check(_preview(shop, order_id=_id(ORDER))))
    second = _invoice(shop, _id(OTHER))
    assert int(second.invoice_number[-5:]) == int(first.invoice_number[-5:]) + 1
    total = second.totals.tax_inclusive.replace(".", ",")
    assert total in "".join(pages).replace(".", "")
    assert all(line.name.split()[0] in "".join(pages) for line in second.lines)


def test_an_order_that_is_only_shown_stays_out(shop: Service) -> None:
    shop.start_gateway()
    order = json.loads(ORDER) | {"id": "never-imported"}
    request = urllib.request.Request(
        f"{shop.rest}/invoice/acme/invoices/preview",
        data=json.dumps({"order": order}).encode(),
        headers={"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=30) as response:
        assert response.headers["Content-Type"] == "application/pdf"
        assert response.headers["Cache-Control"] == "no-store"
        _check(response.read())
    with pytest.raises(grpc.RpcError) as error:
        shop.orders.GetOrder(orders_pb2.GetOrderRequest(tenant="acme", order_id="never-imported"))
    assert error.value.code() is grpc.StatusCode.NOT_FOUND


def test_an_order_that_cannot_be_invoiced_is_told_as_a_job_tells_it(shop: Service) -> None:
    shop.start_gateway()
    request = urllib.request.Request(
        f"{shop.rest}/invoice/acme/invoices/preview",
        data=json.dumps({"orderId": _id(DECLINED)}).encode(),
        headers={"Content-Type": "application/json"},
    )
    with pytest.raises(urllib.error.HTTPError) as error:
        urllib.request.urlopen(request, timeout=30)
    with error.value as response:
        assert response.code == 400
        answer = json.load(response)
    job_id = shop.create_job("acme", [_id(DECLINED)])
    shop.wait("acme", job_id)
    (outcome,) = shop.job_orders("acme", job_id)
    assert answer.pop("requestId")
    assert answer == {
        "message": outcome.message,
        "code": "400",
        "detailInfo": f"{outcome.reason}: status",
    }
