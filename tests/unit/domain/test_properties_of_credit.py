"""However an invoice is credited: never more than it comes to, in the end exactly that."""

from dataclasses import replace
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from server.domain.computation import compute_invoice
from server.domain.credit import (
    CreditLine,
    credit_amount,
    credit_lines,
    credit_whole,
    is_cancelled,
)
from server.domain.errors import InvalidInput
from server.domain.invoice import Invoice, InvoiceDraft
from server.domain.money import round_half_up, smallest_unit
from server.identifiers.check_digits import CheckDigits
from tests.builders.credits import NOON, by_rate, check_lines, check_sums, issue
from tests.builders.order_strategies import order_forms, thorough
from tests.builders.orders import OrderForm, make_order_json, to_order
from tests.builders.settings import make_settings, make_site

PARTS = st.fractions(0, 1, max_denominator=97).map(lambda f: Decimal(f.numerator) / f.denominator)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("amount"), PARTS),
        st.tuples(st.just("line"), st.tuples(st.integers(0, 50), PARTS)),
        st.tuples(st.just("lines"), st.sets(st.integers(0, 50), min_size=1, max_size=6)),
    ),
    max_size=6,
)


def invoiced(form: OrderForm) -> Invoice:
    settings = make_settings(make_site(includes_tax=form.includes_tax))
    draft = compute_invoice(to_order(make_order_json(form)), settings, CheckDigits())
    return Invoice("RE-1", NOON.date(), NOON, None, draft)


def credited(invoice: Invoice, notes: list[Invoice], step: tuple[str, object]) -> InvoiceDraft:
    """Does a random step: all amounts and quantities are such that they may well be refused."""
    kind, what = step
    lines = invoice.draft.lines
    if kind == "amount":
        assert isinstance(what, Decimal)
        part = round_half_up(
            invoice.draft.totals.tax_inclusive * what, smallest_unit(invoice.draft.currency)
        )
        return credit_amount(invoice, notes, part, "")
    if kind == "line":
        assert isinstance(what, tuple)
        line = lines[what[0] % len(lines)]
        quantity = round_half_up(line.quantity * what[1], Decimal("0.001"))
        return credit_lines(invoice, notes, [CreditLine(line.position, quantity)], "")
    assert isinstance(what, set)
    positions = {lines[at % len(lines)].position for at in what}
    return credit_lines(invoice, notes, [CreditLine(position) for position in positions], "")


@thorough
@given(order_forms(), STEPS)
def test_credit_notes_never_exceed_the_invoice_and_together_come_to_it(form, steps):
    invoice = invoiced(form)
    notes: list[Invoice] = []
    whole = by_rate([invoice])
    for step in steps:
        try:
            draft = credited(invoice, notes, step)
        except InvalidInput:
            continue
        check_sums(draft)
        check_lines(draft)
        assert draft.totals.tax_inclusive > 0
        notes.append(issue(draft, len(notes)))
        for rate, sums in by_rate(notes).items():
            for so_far, most in zip(sums, whole[rate], strict=True):
                assert 0 <= so_far <= most or most <= so_far <= 0
        total = sum(note.draft.totals.tax_inclusive for note in notes)
        assert total <= invoice.draft.totals.tax_inclusive
    if not is_cancelled(invoice, notes):
        draft = credit_whole(invoice, notes, "")
        check_sums(draft)
        check_lines(draft)
        notes.append(issue(draft, len(notes)))
    assert is_cancelled(invoice, notes)
    credited_in_all = by_rate(notes)
    assert all(credited_in_all.get(rate, (0, 0)) == amounts for rate, amounts in whole.items())
    for name in ("tax_exclusive", "tax", "tax_inclusive"):
        assert sum(getattr(n.draft.totals, name) for n in notes) == getattr(
            invoice.draft.totals, name
        )


@thorough
@given(order_forms())
def test_a_whole_cancellation_mirrors_the_invoice(form):
    invoice = invoiced(form)
    draft = credit_whole(invoice, (), "")
    original = invoice.draft
    assert draft.lines == original.lines
    assert draft.adjustments == original.adjustments
    assert draft.tax_subtotals == original.tax_subtotals
    unpaid = {"prepaid": draft.totals.prepaid, "due": draft.totals.due}
    assert draft.totals == replace(original.totals, **unpaid)
    assert draft.totals.prepaid == 0
    assert draft.totals.due == original.totals.tax_inclusive


@thorough
@given(order_forms(), st.lists(PARTS.filter(bool), min_size=1, max_size=5))
def test_a_line_in_pieces_comes_to_the_line(form, parts):
    invoice = invoiced(form)
    line = max(invoice.draft.lines, key=lambda each: each.net_amount)
    notes: list[Invoice] = []
    left = line.quantity
    for part in parts:
        quantity = round_half_up(left * part, Decimal("0.001"))
        try:
            credit = CreditLine(line.position, quantity)
            notes.append(issue(credit_lines(invoice, notes, [credit], "")))
        except InvalidInput:
            continue
        left -= quantity
    if left:
        try:
            notes.append(issue(credit_lines(invoice, notes, [CreditLine(line.position)], "")))
        except InvalidInput:  # what is taken back at the same rate leaves less than the line
            return
    net = sum(n.draft.totals.lines for n in notes)
    assert not notes or net == line.net_amount
