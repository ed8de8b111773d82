"""Credit notes of chosen invoices: whole, by lines, by amounts, and what is refused."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from server.domain.credit import Credit, CreditLine, compute_credit, is_cancelled
from server.domain.document import DocumentFormat
from server.domain.errors import InvalidInput
from server.domain.invoice import AdjustmentKind, Invoice, PrecedingInvoice, TaxCategory
from tests.builders.credits import by_rate, check_lines, check_sums, issue
from tests.builders.invoices import SHIPPING, make_invoice, make_line

D = Decimal


def invoice_of(*lines, **changes):
    """Makes an invoice of such lines, without shipping unless it is among the changes."""
    return make_invoice(tuple(lines), number="RE-1", **{"adjustments": ()} | changes)


def line(position, price, quantity="1", rate="19", **changes):
    return make_line(position, unit_price=D(price), quantity=D(quantity), tax_rate=D(rate),
                     **changes)  # fmt: skip


def credit(invoice, *notes, **what):
    draft = compute_credit(invoice, notes, Credit(**what))
    check_sums(draft)
    check_lines(draft)
    return issue(draft, len(notes))


def refused(invoice, *notes, **what):
    with pytest.raises(InvalidInput) as raised:
        compute_credit(invoice, notes, Credit(**what))
    (violation,) = raised.value.violations
    return violation


def test_a_whole_credit_mirrors_the_invoice_and_refers_to_it():
    invoice = make_invoice(
        5, number="RE-1", paid="all", girocode=True, payment_terms="30 Tage",
        notes=("Steuerschuldnerschaft des Leistungsempfängers",),
        formats=(DocumentFormat.XRECHNUNG_UBL,), buyer_reference="04011000-1-12",
    )  # fmt: skip
    note = credit(invoice, reason="Storno")
    draft, original = note.draft, invoice.draft
    assert note.type_code == "381"
    assert draft.lines == original.lines
    assert draft.adjustments == original.adjustments
    assert draft.tax_subtotals == original.tax_subtotals
    assert draft.preceding == PrecedingInvoice("RE-1", date(2025, 11, 3))
    assert draft.notes == ("Storno", "Steuerschuldnerschaft des Leistungsempfängers")
    assert draft.formats == original.formats
    assert draft.buyer_reference == original.buyer_reference
    # What was paid for the invoice is what the note gives back.
    assert draft.totals.prepaid == 0
    assert draft.totals.due == original.totals.tax_inclusive
    assert draft.payments == ()
    assert (draft.girocode, draft.payment_terms) == (False, "")
    assert note.due_date == note.issue_date


def test_no_reason_adds_no_note():
    assert credit(make_invoice(1)).draft.notes == ()


def test_the_taxes_of_the_lines_are_the_invoices_tax_by_largest_remainder():
    # 19 % of 3 x 0.33 is 0.1881: three times 0.06 would give one cent too little.
    invoice = invoice_of(*(line(position, "0.33") for position in (1, 2, 3)))
    assert invoice.draft.totals.tax == D("0.19")
    notes: list[Invoice] = []
    for position in (1, 2, 3):
        notes.append(credit(invoice, *notes, lines=(CreditLine(position),)))
    assert [note.draft.totals.tax for note in notes] == [D("0.07"), D("0.06"), D("0.06")]
    assert is_cancelled(invoice, notes)


def test_the_pieces_of_a_line_come_to_it_however_it_divides():
    invoice = invoice_of(line(1, "3.3333", "3"))
    assert invoice.draft.totals.lines == D("10.00")
    notes: list[Invoice] = []
    for _ in range(3):
        notes.append(credit(invoice, *notes, lines=(CreditLine(1, D(1)),)))
    assert [note.draft.totals.lines for note in notes] == [D("3.33"), D("3.34"), D("3.33")]
    assert [note.draft.lines[0].discount for note in notes] == [0, 0, 0]
    assert is_cancelled(invoice, notes)
    assert refused(invoice, *notes, lines=(CreditLine(1),)).field == "lines"


def test_a_discount_goes_with_its_piece():
    invoice = invoice_of(line(1, "10.00", "4", discount=D("6.00")))
    note = credit(invoice, lines=(CreditLine(1, D(1)),))
    (piece,) = note.draft.lines
    assert (piece.unit_price, piece.discount, piece.net_amount) == (D(10), D("1.50"), D("8.50"))
    (rest,) = credit(invoice, note).draft.lines
    assert (rest.quantity, rest.discount, rest.net_amount) == (D(3), D("4.50"), D("25.50"))


def test_lines_leave_shipping_for_the_rest():
    invoice = invoice_of(line(1, "10.00"), line(2, "20.00", rate="7"), adjustments=(SHIPPING,))
    by_lines = credit(invoice, lines=(CreditLine(2), CreditLine(1)))
    assert [each.position for each in by_lines.draft.lines] == [1, 2]
    assert by_lines.draft.adjustments == ()
    assert by_lines.draft.totals.tax == D("3.30")
    assert not is_cancelled(invoice, [by_lines])
    rest = credit(invoice, by_lines)
    assert rest.draft.lines == ()
    assert rest.draft.adjustments == (SHIPPING,)
    assert by_rate([by_lines, rest]) == by_rate([invoice])


@pytest.mark.parametrize(
    ("language", "name"),
    [
        ("de-AT", "Korrektur der Rechnung RE-1"),
        ("en", "Correction of invoice RE-1"),
        ("fr", "Correction de la facture RE-1"),
        ("sv", "Correction of invoice RE-1"),
    ],
)
def test_an_amount_is_spread_by_what_is_left_in_the_invoices_language(language, name):
    invoice = invoice_of(line(1, "100.00"), line(2, "100.00", rate="7"), language=language)
    note = credit(invoice, amount=D("22.60"))
    assert [
        (each.position, each.name, each.quantity, each.net_amount, each.tax_rate)
        for each in note.draft.lines
    ] == [(3, name, 1, D("10.00"), 19), (4, name, 1, D("10.00"), 7)]
    assert [s.tax_amount for s in note.draft.tax_subtotals] == [D("1.90"), D("0.70")]


def test_after_an_amount_the_rest_of_its_rate_is_one_line():
    invoice = invoice_of(line(1, "100.00"), line(2, "50.00", rate="0"), adjustments=(SHIPPING,))
    amount = credit(invoice, amount=D("10.00"))
    line_note = credit(invoice, amount, lines=(CreditLine(1, D("0.5")),))
    rest = credit(invoice, amount, line_note)
    assert [each.position for each in rest.draft.lines] == [3, 4]
    assert rest.draft.adjustments == ()
    assert by_rate([amount, line_note, rest]) == by_rate([invoice])


def test_more_than_is_left_at_a_rate_is_refused_though_the_total_would_do():
    invoice = invoice_of(line(1, "100.00"), line(2, "100.00", rate="7"))
    amount = credit(invoice, amount=D("2.26"))
    violation = refused(invoice, amount, lines=(CreditLine(1),))
    assert violation.field == "lines"
    assert "119.00 EUR" in violation.description
    assert "223.74 EUR" in violation.description


def test_what_was_taken_back_limits_what_can_be_credited():
    invoice = invoice_of(line(1, "100.00"), line(2, "30.00", "-1"))
    assert invoice.draft.totals.tax_exclusive == D("70.00")
    assert refused(invoice, lines=(CreditLine(1),)).field == "lines"
    assert refused(invoice, lines=(CreditLine(2),)).field == "lines"
    note = credit(invoice, lines=(CreditLine(1), CreditLine(2)))
    assert is_cancelled(invoice, [note])


def test_a_rate_with_a_negative_sum_is_credited_with_the_others():
    invoice = invoice_of(line(1, "100.00"), line(2, "10.00", "-1", rate="7"))
    assert refused(invoice, lines=(CreditLine(1),)).field == "lines"
    assert refused(invoice, amount=D("108.31")).field == "amount"
    half = credit(invoice, amount=D("54.15"))
    assert [each.quantity for each in half.draft.lines] == [1, -1]
    assert by_rate([half, credit(invoice, half)]) == by_rate([invoice])


def test_cash_rounding_is_given_back_with_the_rest():
    invoice = invoice_of(line(1, "10.00", rate="8.1"), currency="CHF")
    totals = replace(invoice.draft.totals, rounding=D("-0.01"), due=D("10.80"))
    invoice = replace(invoice, draft=replace(invoice.draft, totals=totals))
    assert credit(invoice).draft.totals.due == D("10.80")
    part = credit(invoice, amount=D("5.00"))
    assert (part.draft.totals.rounding, part.draft.totals.due) == (0, D("5.00"))
    rest = credit(invoice, part)
    assert (rest.draft.totals.rounding, rest.draft.totals.due) == (D("-0.01"), D("5.80"))


def test_the_tax_in_the_tax_currency_is_shared_and_comes_to_the_invoices():
    invoice = invoice_of(*(line(p, "33.33") for p in (1, 2, 3)), tax_currency="PLN")
    totals = replace(invoice.draft.totals, tax_in_tax_currency=D("81.70"))
    invoice = replace(invoice, draft=replace(invoice.draft, totals=totals))
    assert credit(invoice).draft.totals.tax_in_tax_currency == D("81.70")
    notes = [credit(invoice, lines=(CreditLine(1),))]
    notes.append(credit(invoice, *notes, amount=D("1.00")))
    notes.append(credit(invoice, *notes))
    converted = [note.draft.totals.tax_in_tax_currency for note in notes]
    assert converted[0] == D("27.26")  # 6.34 of 19.00
    assert sum(converted) == D("81.70")


def test_a_free_invoice_is_cancelled_by_a_credit_note_of_nothing():
    invoice = invoice_of(line(1, "0.00"))
    assert not is_cancelled(invoice, [])
    note = credit(invoice)
    assert note.draft.lines == invoice.draft.lines
    assert is_cancelled(invoice, [note])
    assert refused(invoice, note).field == "invoice_number"


def test_free_items_alone_cannot_be_credited_but_go_with_the_rest():
    invoice = invoice_of(line(1, "10.00"), line(2, "0.00"), line(3, "5.00"))
    assert "nothing" in refused(invoice, lines=(CreditLine(2),)).description
    first = credit(invoice, lines=(CreditLine(1),))
    assert [each.position for each in credit(invoice, first).draft.lines] == [2, 3]


def test_allowances_and_categories_are_kept_apart():
    coupon = replace(SHIPPING, kind=AdjustmentKind.ALLOWANCE, net_amount=D("3.00"))
    exempt = {"tax_category": TaxCategory.EXEMPT}
    invoice = invoice_of(
        line(1, "50.00"), line(2, "7.00", rate="0", **exempt),
        line(3, "8.00", rate="0", tax_category=TaxCategory.ZERO_RATED),
        adjustments=(SHIPPING, coupon), exemption_reason="Steuerfrei",
    )  # fmt: skip
    first = credit(invoice, lines=(CreditLine(2),))
    (subtotal,) = first.draft.tax_subtotals
    assert (subtotal.tax_category, subtotal.exemption_reason) == ("E", "Steuerfrei")
    rest = credit(invoice, first)
    assert rest.draft.totals.allowances == D("3.00")
    assert by_rate([first, rest]) == by_rate([invoice])


def test_all_wrong_lines_are_named():
    invoice = invoice_of(line(1, "10.00", "2"), line(2, "1.00"))
    wanted = (CreditLine(9), CreditLine(1, D(3)), CreditLine(2), CreditLine(2))
    with pytest.raises(InvalidInput) as raised:
        compute_credit(invoice, (), Credit(lines=wanted))
    assert {v.field: v.description for v in raised.value.violations} == {
        "lines[0].position": "is 9: no line of the invoice",
        "lines[1].quantity": "must lie between 0 and 2, which is left of the line",
        "lines[3].position": "is named more than once",
    }


def test_amounts_have_the_decimals_of_the_currency():
    invoice = invoice_of(line(1, "1000", rate="10"), currency="JPY")
    assert refused(invoice, amount=D("0.5")).description == "must be a multiple of 1 JPY"
    note = credit(invoice, amount=D("333.00"))
    assert str(note.draft.totals.tax_inclusive) == "333"
