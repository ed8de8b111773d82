"""What every database promises about credit notes and cancelled invoices."""

import pytest

from server.domain.credit import Credit, compute_credit, issue_credit_note
from server.domain.errors import Conflict
from server.domain.invoice_record import InvoiceRecord
from tests.builders.invoices import make_invoice
from tests.builders.storage_values import (
    ACME,
    NOON,
    OTHER,
    imported,
    in_threads,
    make_document,
    make_order,
    make_series,
    write,
)

INVOICE = make_invoice(2, number="R-1", order_id="o-1")


def credit_note(number, invoice=INVOICE):
    draft = compute_credit(invoice, (), Credit())
    return issue_credit_note(draft, number, NOON, NOON)


@pytest.fixture
def credited(database):
    """A database with an order, its invoice and two credit notes of it."""
    write(database, lambda unit: unit.orders.put(ACME, imported(make_order("o-1"))))
    write(database, lambda unit: unit.invoices.add(ACME, "job-1", [INVOICE]))
    write(database, lambda unit: unit.invoices.add(ACME, "", [credit_note("C-1")]))
    write(database, lambda unit: unit.invoices.add(ACME, "", [credit_note("C-2")]))
    return database


def waiting(database):
    with database.read() as unit:
        return [order.order_id for order in unit.orders.page(ACME, False, "", None, 9).items]


def test_an_invoice_is_found_with_its_credit_notes_the_oldest_first(credited):
    with credited.write() as unit:
        found = unit.invoices.to_credit(ACME, "R-1")
        assert found
        assert found[0].number == "R-1"
        assert [note.number for note in found[1]] == ["C-1", "C-2"]
        assert found[1][0].draft.totals == credit_note("C-1").draft.totals
        assert unit.invoices.to_credit(ACME, "R-404") is None
        assert unit.invoices.to_credit(OTHER, "R-1") is None


def test_credit_notes_are_told_with_their_invoice_and_in_lists(credited):
    write(credited, lambda unit: unit.invoices.add_documents(ACME, [make_document("C-1")]))
    with credited.read() as unit:
        record = unit.invoices.record(ACME, "R-1")
        assert record == InvoiceRecord(INVOICE, (), ("C-1", "C-2"))
        note = unit.invoices.record(ACME, "C-1")
        assert note == InvoiceRecord(credit_note("C-1"), (make_document("C-1"),))
        assert unit.invoices.record(ACME, "R-404") is None
        assert unit.invoices.record(OTHER, "R-1") is None
        page = unit.invoices.page(ACME, "", "", None, 10)
    assert [r.invoice.number for r in page.items] == ["C-2", "C-1", "R-1"]
    assert [r.credit_note_numbers for r in page.items] == [(), (), ("C-1", "C-2")]
    assert [r.cancelled for r in page.items] == [False, False, False]


def test_a_credit_note_leaves_the_invoice_live(credited):
    with credited.read() as unit:
        assert unit.invoices.of_orders(ACME, ["o-1"])["o-1"].number == "R-1"
    assert waiting(credited) == []
    again = make_invoice(1, number="R-2", order_id="o-1")
    with pytest.raises(Conflict):
        write(credited, lambda unit: unit.invoices.add(ACME, "job-2", [again]))


def test_a_cancelled_invoice_stays_and_its_order_waits_for_another(credited):
    write(credited, lambda unit: unit.invoices.cancel(ACME, "R-1"))
    assert waiting(credited) == ["o-1"]
    with credited.read() as unit:
        assert unit.invoices.of_orders(ACME, ["o-1"]) == {}
        record = unit.invoices.record(ACME, "R-1")
        assert record
        assert record.cancelled
        assert record.invoice == INVOICE
        assert unit.orders.page(ACME, None, "", None, 9).items[0].invoice_number == ""
    again = make_invoice(1, number="R-2", order_id="o-1")
    write(credited, lambda unit: unit.invoices.add(ACME, "job-2", [again]))
    assert waiting(credited) == []
    with credited.read() as unit:
        assert unit.invoices.of_orders(ACME, ["o-1"])["o-1"].number == "R-2"
        (order,) = unit.orders.page(ACME, None, "", None, 9).items
        assert order.invoice_number == "R-2"
        of_order = unit.invoices.page(ACME, "o-1", "", None, 9).items
    shown = [(record.invoice.number, record.cancelled) for record in of_order]
    assert shown == [("R-2", False), ("C-2", False), ("C-1", False), ("R-1", True)]


def test_cancelling_again_does_not_touch_the_next_invoice(credited):
    write(credited, lambda unit: unit.invoices.cancel(ACME, "R-1"))
    again = make_invoice(1, number="R-2", order_id="o-1")
    write(credited, lambda unit: unit.invoices.add(ACME, "job-2", [again]))
    write(credited, lambda unit: unit.invoices.cancel(ACME, "R-1"))
    write(credited, lambda unit: unit.invoices.cancel(OTHER, "R-2"))
    assert waiting(credited) == []


def test_an_order_that_is_imported_after_its_invoice_was_cancelled_waits(database):
    write(database, lambda unit: unit.invoices.add(ACME, "job-1", [INVOICE]))
    write(database, lambda unit: unit.invoices.cancel(ACME, "R-1"))
    write(database, lambda unit: unit.orders.put(ACME, imported(make_order("o-1"))))
    assert waiting(database) == ["o-1"]


def test_those_who_credit_at_the_same_time_see_each_others_notes(database):
    write(database, lambda unit: unit.invoices.add(ACME, "job-1", [INVOICE]))
    seen = []

    def credit(_):
        with database.write() as unit:
            _, notes = unit.invoices.to_credit(ACME, "R-1")
            seen.append(len(notes))
            (counter,) = unit.numbers.draw(ACME, make_series("C-"), 1)
            unit.invoices.add(ACME, "", [credit_note(f"C-{counter}")])
            unit.commit()

    in_threads(6, credit)
    assert sorted(seen) == [0, 1, 2, 3, 4, 5]
