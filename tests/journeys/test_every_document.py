"""From an order to all the documents its site asks for, fetched through every door."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import urllib.parse
import urllib.request
from pathlib import Path
from typing import Any

import pytest
from invoicejobs.v1 import invoices_pb2
from lxml import etree

from tests.journeys.service import ROOT, Service

#: Of the site DE-B2B, which has all formats.
ORDERS = ("02-b2b-net-vat-id.json", "16-intra-community-poland.json")
FORMATS = ["FACTUR_X", "PDF", "PEPPOL_UBL", "XRECHNUNG_CII", "XRECHNUNG_UBL"]


@pytest.fixture
def invoices(service: Service) -> list[dict[str, Any]]:
    """The invoices of the orders, as REST tells them."""
    service.start_gateway()
    service.save_settings("acme")
    orders = [(ROOT / "examples/orders" / name).read_bytes() for name in ORDERS]
    service.import_orders("acme", orders)
    job_id = service.create_job("acme", [json.loads(order)["id"] for order in orders])
    service.wait("acme", job_id)
    found = []
    for order in service.job_orders("acme", job_id):
        assert order.invoice_number, order.message
        number = urllib.parse.quote(order.invoice_number, safe="")
        with urllib.request.urlopen(f"{service.rest}/invoice/acme/invoices/{number}") as answer:
            found.append(json.load(answer))
        assert order.pdf_sha256 in {d["sha256"] for d in found[-1]["documents"]}
    return found


def _is_right(data: bytes, document: dict[str, Any]) -> bool:
    told = document["sizeBytes"], document["sha256"]
    return told == (len(data), hashlib.sha256(data).hexdigest())


def test_every_document_is_downloaded_over_rest(invoices: list[dict[str, Any]]) -> None:
    for invoice in invoices:
        documents = invoice["documents"]
        assert sorted(document["format"] for document in documents) == FORMATS
        assert len({document["fileName"] for document in documents}) == len(FORMATS)
        for document in documents:
            with urllib.request.urlopen(document["downloadLink"], timeout=30) as response:
                data = response.read()
                media_type = response.headers["Content-Type"]
                place = response.headers["Content-Disposition"].partition(";")[0]
            assert _is_right(data, document)
            assert media_type == document["mediaType"]
            if document["format"] == "PDF":
                assert (media_type, place) == ("application/pdf", "inline")
                assert data.startswith(b"%PDF-")
            else:
                assert (media_type, place) == ("application/xml", "attachment")
                texts = set(etree.fromstring(data).itertext())
                assert {invoice["invoiceNumber"], invoice["totals"]["taxInclusive"]} <= texts


def test_every_document_is_downloaded_over_grpc(
    service: Service, invoices: list[dict[str, Any]]
) -> None:
    for invoice in invoices:
        for document in invoice["documents"]:
            format = invoices_pb2.DocumentFormat.Value(f"DOCUMENT_FORMAT_{document['format']}")
            for asked in ({"format": format}, {"sha256": document["sha256"]}):
                request = invoices_pb2.DownloadInvoiceRequest(
                    tenant="acme", invoice_number=invoice["invoiceNumber"], **asked
                )
                described, *pieces = service.invoices.DownloadInvoice(request)
                assert described.document.format == format
                assert described.document.media_type == document["mediaType"]
                assert described.document.file_name == document["fileName"]
                assert _is_right(b"".join(piece.data for piece in pieces), document)


def test_every_document_is_saved_by_the_command(
    service: Service, invoices: list[dict[str, Any]], tmp_path: Path
) -> None:
    numbers = [invoice["invoiceNumber"] for invoice in invoices]
    command = (
        *(sys.executable, "-m", "gateway.cli", "invoices", "download", *numbers),
        *("--format", "all", "--output", str(tmp_path / "saved")),
    )
    environment = os.environ | {
        "INVOICEJOBS_GRPC_TARGET": service.target,
        "INVOICEJOBS_TENANT": "acme",
    }
    subprocess.run(command, cwd=ROOT, env=environment, check=True, timeout=60)
    documents = [document for invoice in invoices for document in invoice["documents"]]
    saved = {path.name: path.read_bytes() for path in (tmp_path / "saved").iterdir()}
    assert sorted(saved) == sorted(document["fileName"] for document in documents)
    assert all(_is_right(saved[document["fileName"]], document) for document in documents)
