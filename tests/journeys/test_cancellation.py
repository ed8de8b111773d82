"""An invoice is cancelled and its order invoiced anew, by real processes that may be killed."""

from __future__ import annotations

import json
import urllib.request
from pathlib import Path
from typing import Any

import grpc
import pytest
from invoicejobs.v1 import invoices_pb2

from tests.journeys.service import ROOT, Service

ORDER = (ROOT / "examples/orders/03-two-rates-fees-discounts.json").read_bytes()
ORDER_ID = json.loads(ORDER)["id"]


@pytest.fixture
def shop(service: Service) -> Service:
    """A service with a tenant's settings and one order."""
    service.save_settings("acme")
    service.import_orders("acme", [ORDER])
    return service


def _invoice(shop: Service) -> str:
    job_id = shop.create_job("acme", [ORDER_ID])
    shop.wait("acme", job_id)
    (order,) = shop.job_orders("acme", job_id)
    assert order.invoice_number, order.message
    return order.invoice_number


def _read(shop: Service, number: str) -> invoices_pb2.Invoice:
    request = invoices_pb2.GetInvoiceRequest(tenant="acme", invoice_number=number)
    return shop.invoices.GetInvoice(request).invoice


def _document(shop: Service, number: str) -> bytes:
    request = invoices_pb2.DownloadInvoiceRequest(tenant="acme", invoice_number=number)
    return b"".join(piece.data for piece in shop.invoices.DownloadInvoice(request))


def _cancel(shop: Service, number: str, **what: Any) -> invoices_pb2.Invoice:
    request = invoices_pb2.CancelInvoiceRequest(tenant="acme", invoice_number=number, **what)
    return shop.invoices.CancelInvoice(request).credit_note


def test_a_cancelled_invoice_stays_and_its_order_gets_another(shop: Service) -> None:
    shop.start_gateway()
    number = _invoice(shop)
    original = _document(shop, number)
    request = urllib.request.Request(
        f"{shop.rest}/invoice/acme/invoices/{number}/cancel",
        data=json.dumps({"reason": "Bestellung storniert"}).encode(),
        headers={"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=30) as response:
        assert response.status == 201
        answer = json.load(response)
    with urllib.request.urlopen(answer["downloadLink"], timeout=30) as response:
        assert response.read(5) == b"%PDF-"
    cancelled = _read(shop, number)
    assert cancelled.cancelled
    assert list(cancelled.credit_note_numbers) == [answer["creditNoteNumber"]]
    assert answer["creditNote"]["totals"]["taxInclusive"] == cancelled.totals.tax_inclusive
    assert _document(shop, number) == original

    again = _invoice(shop)
    assert again != number
    assert _read(shop, again).totals == cancelled.totals
    assert not _read(shop, again).cancelled
    assert _invoice(shop) == again


def test_a_kill_between_number_and_document_loses_and_doubles_nothing(
    shop: Service, tmp_path: Path
) -> None:
    number = _invoice(shop)
    # A file in place of the folder lets no document be stored: the number is drawn by then.
    documents, aside = shop.data / "documents", tmp_path / "aside"
    documents.rename(aside)
    documents.write_text("in the way")
    with pytest.raises(grpc.RpcError) as error:
        _cancel(shop, number, request_id="ticket-4711", amount="5.00")
    assert error.value.code() is grpc.StatusCode.UNAVAILABLE
    (pending,) = _read(shop, number).credit_note_numbers
    assert not _read(shop, pending).documents
    shop.kill()
    documents.unlink()
    aside.rename(documents)
    shop.start()
    note = _cancel(shop, number, request_id="ticket-4711", amount="5.00")
    assert note.invoice_number == pending
    assert note.totals.tax_inclusive == "5.00"
    assert _document(shop, pending).startswith(b"%PDF-")
    assert list(_read(shop, number).credit_note_numbers) == [pending]
    rest = _cancel(shop, number)
    assert int(rest.invoice_number[-5:]) == int(pending[-5:]) + 1
    assert _read(shop, number).cancelled
