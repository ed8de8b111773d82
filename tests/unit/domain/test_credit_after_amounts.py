"""Lines that are credited after an amount: the cents of the tax stay within what is left."""

from decimal import Decimal

from server.domain.credit import Credit, CreditLine, compute_credit, is_cancelled
from tests.builders.credits import by_rate, issue
from tests.builders.invoices import make_invoice, make_line

D = Decimal
#: Three times 0.33, whose tax of 0.19 is shared as 0.07, 0.06 and 0.06.
INVOICE = make_invoice(
    tuple(make_line(p, unit_price=D("0.33"), quantity=D(1), tax_rate=D(19)) for p in (1, 2, 3)),
    adjustments=(),
)


def credit(*notes, **what):
    return issue(compute_credit(INVOICE, notes, Credit(**what)), len(notes))


def taxes(*notes):
    return [note.draft.totals.tax for note in notes]


def test_lines_that_take_the_last_net_take_the_last_tax():
    amount = credit(amount=D("0.39"))
    lines = credit(amount, lines=(CreditLine(2), CreditLine(3)))
    assert taxes(amount, lines) == [D("0.06"), D("0.13")]
    assert is_cancelled(INVOICE, [amount, lines])


def test_a_line_takes_no_more_tax_than_is_left():
    amount = credit(amount=D("0.79"))
    piece = credit(amount, lines=(CreditLine(1, D("0.97")),))
    assert taxes(amount, piece) == [D("0.13"), D("0.06")]
    rest = credit(amount, piece)
    assert rest.draft.totals.tax_inclusive == D("0.01")
    assert by_rate([amount, piece, rest]) == by_rate([INVOICE])
