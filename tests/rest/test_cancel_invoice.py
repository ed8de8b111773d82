"""POST /invoice/{tenant}/invoices/{invoiceNumber}/cancel: a credit note, or what is wrong."""

from __future__ import annotations

import pytest
from invoicejobs.v1.invoices_pb2 import CreditLine, Invoice

from tests.rest.service import TENANT, read_error

PATH = f"/invoice/{TENANT}/invoices/RE-1/cancel"


@pytest.fixture(autouse=True)
def invoice(fake):
    fake.add_invoice(Invoice(invoice_number="RE-1", currency="EUR"), b"%PDF")


def asked(fake):
    return next(call.request for call in fake.calls if call.method == "CancelInvoice")


async def test_an_invoice_is_cancelled_with_its_reason(client, service, fake):
    async with client.post(PATH, json={"reason": "Storniert"}) as response:
        assert response.status == 201
        answer = await response.json()
        location = response.headers["Location"]
    assert answer["creditNoteNumber"] == "GS-RE-1"
    assert location == f"{service.url}/invoice/{TENANT}/invoices/GS-RE-1"
    assert answer["creditNote"]["precedingInvoiceNumber"] == "RE-1"
    assert answer["creditNote"]["typeCode"] == "381"
    assert answer["creditNote"]["notes"] == ["Storniert"]
    assert asked(fake).request_id == ""
    async with client.get(answer["downloadLink"]) as response:
        assert await response.read() == b"%PDF of GS-RE-1"
    async with client.get(location) as response:
        assert (await response.json())["invoiceNumber"] == "GS-RE-1"


async def test_lines_and_the_idempotency_key_are_handed_on(client, fake):
    body = {"lines": [{"position": 1}, {"position": 3, "quantity": "1.5", "more": 1}], "more": 1}
    async with client.post(PATH, json=body, headers={"Idempotency-Key": "key"}) as response:
        assert response.status == 201
    assert asked(fake).request_id == "key"
    lines = [CreditLine(position=1), CreditLine(position=3, quantity="1.5")]
    assert list(asked(fake).lines) == lines
    assert asked(fake).amount == ""


async def test_an_amount_is_handed_on_digit_by_digit(client, fake):
    headers = {"Idempotency-Key": "key"}
    async with client.post(PATH, json={"amount": "0.10"}, headers=headers) as response:
        assert response.status == 201
    assert asked(fake).amount == "0.10"


async def test_null_means_absent(client, fake):
    body = {"reason": None, "lines": None, "amount": None}
    async with client.post(PATH, json=body) as response:
        assert response.status == 201
    assert not asked(fake).lines


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"reason": 1}, "reason"),
        ({"lines": []}, "lines"),
        ({"lines": {}}, "lines"),
        ({"lines": [1]}, "lines[0]"),
        ({"lines": [{}]}, "lines[0].position"),
        ({"lines": [{"position": True}]}, "lines[0].position"),
        ({"lines": [{"position": "1"}]}, "lines[0].position"),
        ({"lines": [{"position": 0}]}, "lines[0].position"),
        ({"lines": [{"position": 2**31}]}, "lines[0].position"),
        ({"lines": [{"position": 1, "quantity": 1.5}]}, "lines[0].quantity"),
        ({"lines": [{"position": 1, "quantity": "1e3"}]}, "lines[0].quantity"),
        ({"amount": 12.5}, "amount"),
        ({"amount": ""}, "amount"),
        ({"amount": "1,50"}, "amount"),
    ],
)
async def test_a_wrong_body_is_400_naming_the_field_and_asks_nothing(client, fake, body, field):
    async with client.post(PATH, json=body, headers={"Idempotency-Key": "key"}) as response:
        error = await read_error(response, 400)
    assert error["detailInfo"] == f"INVALID_INPUT: {field}"
    assert error["message"].startswith(f"{field}: ")
    assert not fake.calls


async def test_a_partial_credit_without_a_key_is_told_its_header(client):
    async with client.post(PATH, json={"amount": "1.00"}) as response:
        error = await read_error(response, 400)
    assert error["detailInfo"] == "INVALID_INPUT: Idempotency-Key"


async def test_other_refusals_are_errors_in_the_usual_body(client):
    async with client.post(PATH.replace("RE-1", "RE-404"), json={}) as response:
        await read_error(response, 404)
    async with client.get(PATH) as response:
        await read_error(response, 405)
        assert response.headers["Allow"] == "POST"
    async with client.post(PATH, data=b"{}", headers={"Content-Type": "text/plain"}) as response:
        await read_error(response, 415)
    async with client.post(PATH.replace(TENANT, "A"), json={}) as response:
        await read_error(response, 400)
