"""An invoice is corrected by credit notes: once, to the cent, whatever stops in between."""

import re
from dataclasses import replace
from decimal import Decimal

import pytest

from server.domain.credit import Credit, CreditLine
from server.domain.errors import Conflict, InvalidInput, NotFound, NotReady, OrderRejected
from server.domain.job import JobOrderStatus
from server.domain.tenant import Tenant
from tests.builders.cancellation import (
    CREDITS,
    SETTINGS,
    SITE,
    TOTAL,
    cancel,
    sell_one,
    total,
)
from tests.builders.settings import SEQUENCE, make_settings, make_site
from tests.fakes.outside import fake_document


@pytest.fixture
def sold(shop):
    """A shop with one invoice of two rates and shipping."""
    return shop, sell_one(shop)


def violation(error):
    (found,) = error.value.violations
    return found.field


def test_a_cancelled_invoice_stays_and_its_order_is_invoiced_anew(sold):
    shop, number = sold
    note = cancel(shop, number, reason="Bestellung storniert")
    assert note.invoice.number == "GS-2026-00001"
    assert note.invoice.type_code == "381"
    assert total(note) == TOTAL
    assert note.invoice.draft.preceding
    assert note.invoice.draft.preceding.number == number
    assert note.invoice.draft.notes[0] == "Bestellung storniert"
    (document,) = note.documents
    assert shop.documents.files[document.key] == fake_document(note.invoice)
    original = shop.records()[0]
    assert original.cancelled
    assert original.credit_note_numbers == ("GS-2026-00001",)
    assert original.documents[0].key in shop.documents.files

    job = shop.start()
    shop.work()
    (outcome,) = shop.outcomes(job)
    assert outcome.status is JobOrderStatus.SUCCESS
    assert (outcome.order_id, outcome.invoice_number) == ("A", "RE-2026-00002")
    assert outcome.message == ""


def test_cancelling_again_gives_the_same_credit_note(sold):
    shop, number = sold
    first = cancel(shop, number)
    assert cancel(shop, number, reason="once more") == first
    assert cancel(shop, number, request_id="key") == first
    assert shop.numbers() == [number, first.invoice.number]


def test_lines_and_amounts_and_the_rest_come_to_the_invoice(sold):
    shop, number = sold
    line = cancel(shop, number, "1", lines=(CreditLine(1, Decimal(1)),))
    assert total(line) == Decimal("10.00")
    assert [(x.position, x.quantity) for x in line.invoice.draft.lines] == [(1, Decimal(1))]
    amount = cancel(shop, number, "2", amount=Decimal("12.34"))
    assert total(amount) == Decimal("12.34")
    assert {x.name for x in amount.invoice.draft.lines} == {f"Korrektur der Rechnung {number}"}
    assert not shop.records()[0].cancelled
    rest = cancel(shop, number)
    assert total(rest) == TOTAL - Decimal("22.34")
    original = shop.records()[0]
    assert original.cancelled
    assert list(original.credit_note_numbers) == [
        record.invoice.number for record in (line, amount, rest)
    ]


def test_parts_that_leave_nothing_cancel_the_invoice(sold):
    shop, number = sold
    last = cancel(shop, number, "1", amount=TOTAL)
    assert shop.records()[0].cancelled
    assert cancel(shop, number) == last
    with pytest.raises(InvalidInput, match="nothing is left"):
        cancel(shop, number, "2", amount=Decimal("0.01"))


def test_more_than_is_left_is_refused_and_takes_no_number(sold):
    shop, number = sold
    cancel(shop, number, "1", amount=Decimal("40.00"))
    with pytest.raises(InvalidInput, match=r"at most the 0\.25 EUR that are left") as error:
        cancel(shop, number, "2", amount=Decimal("0.26"))
    assert violation(error) == "amount"
    with pytest.raises(InvalidInput) as error:
        cancel(shop, number, "3", lines=(CreditLine(1),))
    assert violation(error) == "lines"
    assert cancel(shop, number).invoice.number == "GS-2026-00002"


def test_a_repeated_partial_credit_is_told_by_its_request_id(sold):
    shop, number = sold
    first = cancel(shop, number, "key", amount=Decimal("1.00"))
    assert cancel(shop, number, "key", amount=Decimal("1.00")) == first
    with pytest.raises(Conflict) as error:
        cancel(shop, number, "key", amount=Decimal("2.00"))
    assert error.value.reason == "REQUEST_ID_REUSED"
    shop.clock.advance(hours=24)
    again = cancel(shop, number, "key", amount=Decimal("1.00"))
    assert again.invoice.number == "GS-2026-00002"


def test_a_request_id_of_a_job_is_none_of_a_credit_note(sold):
    shop, number = sold
    shop.start("A", request_id="key")
    with pytest.raises(Conflict):
        cancel(shop, number, "key")
    assert shop.numbers() == [number]


@pytest.mark.parametrize(
    ("what", "request_id", "field"),
    [
        ({"amount": Decimal(1)}, "", "request_id"),
        ({"lines": (CreditLine(1),)}, "", "request_id"),
        ({"lines": (CreditLine(1),), "amount": Decimal(1)}, "key", "amount"),
        ({"amount": Decimal(0)}, "key", "amount"),
        ({"amount": Decimal(-1)}, "key", "amount"),
        ({"amount": Decimal("1.001")}, "key", "amount"),
        ({"lines": (CreditLine(3),)}, "key", "lines[0].position"),
        ({"lines": (CreditLine(1), CreditLine(1))}, "key", "lines[1].position"),
        ({"lines": (CreditLine(1, Decimal(4)),)}, "key", "lines[0].quantity"),
        ({"lines": (CreditLine(1, Decimal(0)),)}, "key", "lines[0].quantity"),
        ({"lines": (CreditLine(1, Decimal(-1)),)}, "key", "lines[0].quantity"),
        ({"reason": "x" * 501}, "", "reason"),
        ({"reason": "a\x00b"}, "", "reason"),
        ({}, "k" * 129, "request_id"),
    ],
)
def test_a_wrong_request_names_its_field_and_changes_nothing(sold, what, request_id, field):
    shop, number = sold
    with pytest.raises(InvalidInput) as error:
        cancel(shop, number, request_id, **what)
    assert violation(error) == field
    assert shop.numbers() == [number]


def test_unknown_numbers_and_credit_notes_cannot_be_credited(sold):
    shop, number = sold
    with pytest.raises(NotFound):
        cancel(shop, "RE-404")
    with pytest.raises(NotFound):
        shop.cancel_invoice(Tenant("other"), number, Credit())
    note = cancel(shop, number)
    with pytest.raises(InvalidInput, match="is a credit note"):
        cancel(shop, note.invoice.number)


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        (make_settings(), "credit_note_sequence"),
        (make_settings(make_site(code="other")), "no site 'main'"),
        (make_settings(SITE, number_sequences=(SEQUENCE,)), "credit_note_sequence"),
        (
            replace(SETTINGS, number_sequences=(SEQUENCE, replace(SEQUENCE, name="credits"))),
            "in use already",
        ),
    ],
)
def test_settings_without_a_number_for_it_refuse_and_leave_nothing(sold, settings, said):
    shop, number = sold
    shop.save(settings)
    with pytest.raises(NotReady, match=re.escape(said)):
        cancel(shop, number)
    shop.save(SETTINGS)
    assert cancel(shop, number).invoice.number == "GS-2026-00001"


def test_a_used_up_sequence_refuses(sold):
    shop, number = sold
    used_up = replace(CREDITS, start_value=8, max_value=7)
    shop.save(replace(SETTINGS, number_sequences=(SEQUENCE, used_up)))
    with pytest.raises(OrderRejected, match="used up"):
        cancel(shop, number)
    assert shop.numbers() == [number]
