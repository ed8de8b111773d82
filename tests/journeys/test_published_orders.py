"""The published orders, invoiced by the whole service and read back from its PDFs."""

from __future__ import annotations

import json
import re

import pypdfium2
import pytest
from invoicejobs.v1 import invoices_pb2

from tests.journeys.service import ROOT, Service

# Net, tax, gross, and by rate taxable amount and tax: their digits, in whatever language.
PUBLISHED = {
    "EON2076": {"36850", "6522", "43372", "6850", "822", "30000", "5700"},
    "EON1200": {"43629", "6554", "50183", "14462", "1012", "29167", "5542"},
}


def _figures(pdf: bytes) -> set[str]:
    document = pypdfium2.PdfDocument(pdf)
    text = " ".join(page.get_textpage().get_text_range() for page in document)
    figures = re.findall(r"\d[\d.,]*[.,]\d\d", text)
    return {re.sub(r"\D", "", figure) for figure in figures}


@pytest.mark.parametrize("order_id", sorted(PUBLISHED))
def test_a_published_order_has_the_figures_of_the_contract_on_its_pdf(
    service: Service, order_id: str
) -> None:
    order = (ROOT / f"tests/data/orders/{order_id}.json").read_bytes()
    service.save_settings("acme")
    service.import_orders("acme", [order])
    job_id = service.create_job("acme", [json.loads(order)["id"]])
    service.wait("acme", job_id)
    (outcome,) = service.job_orders("acme", job_id)
    assert outcome.invoice_number, outcome.message
    pieces = service.invoices.DownloadInvoice(
        invoices_pb2.DownloadInvoiceRequest(tenant="acme", invoice_number=outcome.invoice_number)
    )
    assert PUBLISHED[order_id] <= _figures(b"".join(piece.data for piece in pieces))
