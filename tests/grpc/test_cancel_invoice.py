"""CancelInvoice at the gRPC door, and what GetInvoice and ListInvoices say of credit notes."""

from decimal import Decimal

import grpc
import pytest
from invoicejobs.v1 import invoices_pb2 as pb

from server.domain.credit import Credit, CreditLine, compute_credit
from server.domain.errors import InvalidInput, NotReady
from server.domain.invoice_record import InvoiceRecord
from server.ports import Page
from tests.builders.credits import issue
from tests.builders.invoices import make_invoice
from tests.grpc.door import DEADLINE, failure_of, open_door, raising

INVOICE = make_invoice(2, number="RE-1")
NOTE = issue(compute_credit(INVOICE, (), Credit("Storno")))


def request(**fields):
    return pb.CancelInvoiceRequest(tenant="acme", invoice_number="RE-1", **fields)


async def test_what_is_asked_for_reaches_the_service_as_values():
    seen = []

    def cancel(*args):
        seen.append(args)
        return InvoiceRecord(NOTE)

    async with open_door(cancel_invoice=cancel) as door:
        await door.invoices.CancelInvoice(request(), timeout=DEADLINE)
        lines = [pb.CreditLine(position=2), pb.CreditLine(position=3, quantity="1.50")]
        asked = request(reason="Bruch", request_id="key", lines=lines)
        await door.invoices.CancelInvoice(asked, timeout=DEADLINE)
        asked = request(request_id="key", amount="12.50")
        await door.invoices.CancelInvoice(asked, timeout=DEADLINE)
    assert seen == [
        ("acme", "RE-1", Credit(), ""),
        ("acme", "RE-1",
         Credit("Bruch", (CreditLine(2), CreditLine(3, Decimal("1.50")))), "key"),
        ("acme", "RE-1", Credit(amount=Decimal("12.50")), "key"),
    ]  # fmt: skip


async def test_the_credit_note_is_given_with_all_that_stands_on_it():
    async with open_door(cancel_invoice=lambda *_: InvoiceRecord(NOTE)) as door:
        answer = await door.invoices.CancelInvoice(request(), timeout=DEADLINE)
    note = answer.credit_note
    assert note.invoice_number == NOTE.number
    assert note.type_code == "381"
    assert note.preceding_invoice_number == "RE-1"
    assert note.notes[0] == "Storno"
    assert note.totals.tax_inclusive == str(INVOICE.draft.totals.tax_inclusive)
    assert len(note.lines) == 2
    assert not note.cancelled


async def test_an_invoice_names_its_credit_notes_also_in_lists():
    record = InvoiceRecord(INVOICE, (), ("GS-1", "GS-2"), cancelled=True)
    page = Page((InvoiceRecord(NOTE), record), None)
    async with open_door(read_invoice=lambda *_: record, list_invoices=lambda *_: page) as door:
        get = pb.GetInvoiceRequest(tenant="acme", invoice_number="RE-1")
        whole = (await door.invoices.GetInvoice(get, timeout=DEADLINE)).invoice
        listing = pb.ListInvoicesRequest(tenant="acme")
        note, listed = (await door.invoices.ListInvoices(listing, timeout=DEADLINE)).invoices
    for invoice in (whole, listed):
        assert list(invoice.credit_note_numbers) == ["GS-1", "GS-2"]
        assert invoice.cancelled
        assert invoice.preceding_invoice_number == ""
    assert note.preceding_invoice_number == "RE-1"
    assert list(note.credit_note_numbers) == []


@pytest.mark.parametrize(
    "text", ["x", "1,5", "1e3", "NaN", "Infinity", " 1", "+1", "1.", ".5", "1" * 13, "0.1234567"]
)
async def test_what_is_no_decimal_is_refused_by_field(text):
    lines = [pb.CreditLine(position=1), pb.CreditLine(position=2, quantity=text)]
    async with open_door() as door:
        asked = request(request_id="key", lines=lines, amount=text)
        failure = await failure_of(door.invoices.CancelInvoice(asked, timeout=DEADLINE))
    assert failure.code is grpc.StatusCode.INVALID_ARGUMENT
    assert list(failure.violations) == ["lines[1].quantity", "amount"]


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (InvalidInput.field("amount", "is too much"), grpc.StatusCode.INVALID_ARGUMENT),
        (NotReady("No sequence."), grpc.StatusCode.FAILED_PRECONDITION),
    ],
)
async def test_refusals_have_the_documented_codes(error, code):
    async with open_door(cancel_invoice=raising(error)) as door:
        failure = await failure_of(door.invoices.CancelInvoice(request(), timeout=DEADLINE))
    assert failure.code is code


async def test_a_wrong_tenant_is_refused():
    async with open_door() as door:
        asked = replace_tenant(request(), "A")
        failure = await failure_of(door.invoices.CancelInvoice(asked, timeout=DEADLINE))
    assert list(failure.violations) == ["tenant"]


def replace_tenant(message, tenant):
    message.tenant = tenant
    return message
