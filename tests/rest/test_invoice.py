"""GET /invoice/{tenant}/invoices/{invoiceNumber}."""

from __future__ import annotations

import urllib.parse
from datetime import UTC, datetime

import pytest
from invoicejobs.v1 import invoices_pb2 as pb
from yarl import URL

from tests.fakes.fake_grpc import FakeServer
from tests.rest.service import Service, create_job, read_done_job, read_error

#: Numbers that are hard to carry in a path; a number always has digits, so it is never "..".
AWKWARD_NUMBERS = [
    "RE/2026/00017",
    "RE 1",
    "100%",
    "%2F-1",
    "..1",
    "a/../b1",
    "1?x=2#y",
    "RE+1;v=1&x",
    "{RE}[1]",
    "№–Ü–1",
    "\U0001f9fe1",
    '"1"\\',
    "1.pdf",
]


def path_of(service: Service, number: str) -> URL:
    quoted = urllib.parse.quote(number, safe="")
    return URL(f"{service.url}/invoice/{service.tenant}/invoices/{quoted}", encoded=True)


def full_invoice() -> pb.Invoice:
    invoice = pb.Invoice(
        invoice_number="RE-2026-00017",
        type_code="380",
        issue_date="2026-03-14",
        order_id="EON2076",
        order_number="2076",
        site_code="main",
        currency="EUR",
        language="de",
        supply_date="2026-03-12",
        seller=pb.Party(
            name="Nordhof GmbH",
            vat_id="DE123456789",
            address=pb.PostalAddress(
                lines=["Hauptstr. 1"], post_code="10115", city="Berlin", country="DE"
            ),
        ),
        buyer=pb.Party(name="Erika Muster", customer_id="C-1"),
        lines=[
            pb.InvoiceLine(
                position=1,
                name="Tee",
                item_id="SKU-1",
                quantity="2",
                unit_code="C62",
                unit_price="34.25",
                discount="0.00",
                net_amount="68.50",
                tax_category="S",
                tax_rate="12",
            )
        ],
        adjustments=[
            pb.Adjustment(
                kind=pb.ADJUSTMENT_KIND_CHARGE,
                description="Versand",
                net_amount="300.00",
                tax_category="S",
                tax_rate="19",
            )
        ],
        tax_subtotals=[
            pb.TaxSubtotal(
                tax_category="S", tax_rate="12", taxable_amount="68.50", tax_amount="8.22"
            )
        ],
        totals=pb.Totals(lines="68.50", tax_exclusive="368.50", tax="65.22", due="433.72"),
    )
    invoice.issue_time.FromDatetime(datetime(2026, 3, 14, 9, 30, 0, 120000, tzinfo=UTC))
    return invoice


async def test_everything_on_the_invoice_is_told_in_camel_case(client, service, fake: FakeServer):
    document = fake.add_invoice(full_invoice(), b"%PDF-1.7 x")
    async with client.get(path_of(service, "RE-2026-00017")) as response:
        assert response.status == 200
        answer = await response.json()
    link = f"{path_of(service, 'RE-2026-00017')}/documents/{document.sha256}.pdf"
    assert answer == {
        "invoiceNumber": "RE-2026-00017",
        "typeCode": "380",
        "issueDate": "2026-03-14",
        "issueTime": "2026-03-14T09:30:00.120Z",
        "orderId": "EON2076",
        "orderNumber": "2076",
        "siteCode": "main",
        "currency": "EUR",
        "language": "de",
        "supplyDate": "2026-03-12",
        "seller": {
            "name": "Nordhof GmbH",
            "vatId": "DE123456789",
            "address": {
                "lines": ["Hauptstr. 1"],
                "postCode": "10115",
                "city": "Berlin",
                "country": "DE",
            },
        },
        "buyer": {"name": "Erika Muster", "customerId": "C-1"},
        "lines": [
            {
                "position": 1,
                "name": "Tee",
                "itemId": "SKU-1",
                "quantity": "2",
                "unitCode": "C62",
                "unitPrice": "34.25",
                "discount": "0.00",
                "netAmount": "68.50",
                "taxCategory": "S",
                "taxRate": "12",
            }
        ],
        "adjustments": [
            {
                "kind": "CHARGE",
                "description": "Versand",
                "netAmount": "300.00",
                "taxCategory": "S",
                "taxRate": "19",
            }
        ],
        "taxSubtotals": [
            {
                "taxCategory": "S",
                "taxRate": "12",
                "taxableAmount": "68.50",
                "taxAmount": "8.22",
            }
        ],
        "totals": {"lines": "68.50", "taxExclusive": "368.50", "tax": "65.22", "due": "433.72"},
        "documents": [
            {
                "format": "PDF",
                "mediaType": "application/pdf",
                "fileName": "RE-2026-00017.pdf",
                "sizeBytes": 10,
                "sha256": document.sha256,
                "downloadLink": link,
            }
        ],
    }


FORMATS = {
    pb.DOCUMENT_FORMAT_FACTUR_X: "FACTUR_X",
    pb.DOCUMENT_FORMAT_XRECHNUNG_CII: "XRECHNUNG_CII",
    pb.DOCUMENT_FORMAT_XRECHNUNG_UBL: "XRECHNUNG_UBL",
    pb.DOCUMENT_FORMAT_PEPPOL_UBL: "PEPPOL_UBL",
}


async def test_every_document_is_listed_with_a_link_that_opens(client, service, fake):
    invoice = pb.Invoice(invoice_number="RE-1", currency="EUR")
    contents = {"PDF": b"%PDF-1.7"}
    fake.add_invoice(invoice, contents["PDF"])
    for format, name in FORMATS.items():
        contents[name] = f"<{name}/>".encode()
        fake.add_document(invoice, format, contents[name], f"{name}.xml")
    async with client.get(path_of(service, "RE-1")) as response:
        documents = (await response.json())["documents"]
    assert [document["format"] for document in documents] == list(contents)
    for document in documents:
        ending = "pdf" if document["format"] == "PDF" else "xml"
        assert document["downloadLink"].endswith(f"{document['sha256']}.{ending}")
        async with client.get(URL(document["downloadLink"], encoded=True)) as response:
            assert await response.read() == contents[document["format"]]
            assert response.headers["Content-Type"] == document["mediaType"]


async def test_what_an_invoice_says_besides_its_figures_is_told(client, service, fake):
    said = pb.Invoice(
        invoice_number="RE-1",
        currency="EUR",
        notes=["Steuerschuldnerschaft des Leistungsempfängers"],
        payment_terms="Zahlbar in 14 Tagen.",
        buyer_reference="04011000-12345",
        purchase_order="PO-7",
        tax_currency="PLN",
        tax_subtotals=[pb.TaxSubtotal(tax_category="AE", exemption_code="VATEX-EU-AE")],
        totals=pb.Totals(due="10.00", rounding="0.02", tax_in_tax_currency="0.00"),
        cancelled=True,
        credit_note_numbers=["GS-1"],
    )
    fake.add_invoice(said, b"%PDF")
    async with client.get(path_of(service, "RE-1")) as response:
        answer = await response.json()
    del answer["documents"]
    assert answer == {
        "invoiceNumber": "RE-1",
        "currency": "EUR",
        "notes": ["Steuerschuldnerschaft des Leistungsempfängers"],
        "paymentTerms": "Zahlbar in 14 Tagen.",
        "buyerReference": "04011000-12345",
        "purchaseOrder": "PO-7",
        "taxCurrency": "PLN",
        "lines": [],
        "adjustments": [],
        "taxSubtotals": [{"taxCategory": "AE", "exemptionCode": "VATEX-EU-AE"}],
        "totals": {"due": "10.00", "rounding": "0.02", "taxInTaxCurrency": "0.00"},
        "cancelled": True,
        "creditNoteNumbers": ["GS-1"],
    }


async def test_an_issued_invoice_is_found_by_the_number_its_job_tells(client, service):
    job_id = await create_job(client, service, service.good_orders[0])
    job = await read_done_job(client, service, job_id)
    number = job["orders"][0]["invoiceNumber"]
    async with client.get(path_of(service, number)) as response:
        answer = await response.json()
    assert answer["invoiceNumber"] == number
    assert answer["documents"][0]["downloadLink"] == job["orders"][0]["downloadLink"]


@pytest.mark.parametrize("number", AWKWARD_NUMBERS)
async def test_any_number_survives_the_way_through_paths_and_links(client, service, fake, number):
    fake.add_invoice(pb.Invoice(invoice_number=number), b"%PDF-1.7 x")
    async with client.get(path_of(service, number)) as response:
        assert response.status == 200
        answer = await response.json()
    assert answer["invoiceNumber"] == number
    link = URL(answer["documents"][0]["downloadLink"], encoded=True)
    async with client.get(link) as response:
        assert await response.read() == b"%PDF-1.7 x"


@pytest.mark.parametrize("number", ["absent", "%00", "x" * 3000, "%2F..%2F..%2Fetc%2Fpasswd"])
async def test_an_unknown_invoice_is_not_found(client, service, number):
    async with client.get(f"/invoice/{service.tenant}/invoices/{number}") as response:
        await read_error(response, 404)


async def test_an_invoice_of_another_tenant_is_not_found(client, service, fake):
    fake.add_invoice(pb.Invoice(invoice_number="1"), b"%PDF")
    async with client.get("/invoice/another/invoices/1") as response:
        await read_error(response, 404)


async def test_a_wrong_tenant_is_refused(client, service):
    async with client.get("/invoice/A/invoices/1") as response:
        assert "tenant" in (await read_error(response, 400))["message"]


@pytest.mark.parametrize("path", ["%", "%zz", "%ff", "%C3", "a%2"])
async def test_a_path_that_is_not_percent_encoded_utf_8_is_refused(client, service, path):
    url = URL(f"{service.url}/invoice/{service.tenant}/invoices/{path}", encoded=True)
    async with client.get(url) as response:
        assert "percent-encoded" in (await read_error(response, 400))["message"]
