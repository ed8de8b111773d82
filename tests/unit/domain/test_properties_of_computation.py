"""What must hold for the invoice of any order, whatever a shop sold and however it rounds."""

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from decimal import Decimal

from hypothesis import given

from server.domain.computation import compute_invoice
from server.domain.invoice import AdjustmentKind, InvoiceDraft
from server.domain.money import round_half_up, smallest_unit
from tests.builders.order_strategies import order_forms, thorough
from tests.builders.orders import Item, OrderForm, make_order_json, price, to_order
from tests.builders.settings import IDENTIFIERS, make_settings, make_site


def compute(form: OrderForm) -> InvoiceDraft:
    settings = make_settings(make_site(includes_tax=form.includes_tax))
    return compute_invoice(to_order(make_order_json(form)), settings, IDENTIFIERS)


@thorough
@given(order_forms())
def test_the_invoice_is_worth_what_the_order_says(form):
    order = to_order(make_order_json(form))
    draft = compute(form)
    assert order.total
    unit = smallest_unit(form.currency)
    assert draft.totals.tax_inclusive == round_half_up(order.total.gross, unit)
    if not form.includes_tax:
        assert draft.totals.tax_exclusive == round_half_up(order.total.net, unit)
    check_totals(draft)
    check_subtotals(draft)


def check_totals(draft: InvoiceDraft) -> None:
    """BR-CO-10 to BR-CO-16."""
    totals = draft.totals
    of_kind = {
        kind: sum(a.net_amount for a in draft.adjustments if a.kind is kind)
        for kind in AdjustmentKind
    }
    assert totals.lines == sum(line.net_amount for line in draft.lines)
    assert totals.allowances == of_kind[AdjustmentKind.ALLOWANCE]
    assert totals.charges == of_kind[AdjustmentKind.CHARGE]
    assert totals.tax_exclusive == totals.lines - totals.allowances + totals.charges
    assert totals.tax == sum(subtotal.tax_amount for subtotal in draft.tax_subtotals)
    assert totals.tax_inclusive == totals.tax_exclusive + totals.tax
    assert totals.prepaid == sum(payment.paid_amount for payment in draft.payments)
    assert totals.due == totals.tax_inclusive - totals.prepaid


def check_subtotals(draft: InvoiceDraft) -> None:
    taxed = [(line.tax_rate, line.net_amount) for line in draft.lines]
    for adjustment in draft.adjustments:
        sign = -1 if adjustment.kind is AdjustmentKind.ALLOWANCE else 1
        assert adjustment.net_amount > 0
        taxed.append((adjustment.tax_rate, sign * adjustment.net_amount))
    rates = [subtotal.tax_rate for subtotal in draft.tax_subtotals]
    assert len(rates) == len(set(rates))
    assert {rate for rate, _ in taxed} <= set(rates)
    for subtotal in draft.tax_subtotals:
        of_rate = [amount for rate, amount in taxed if rate == subtotal.tax_rate]
        assert subtotal.taxable_amount == sum(of_rate)
        assert subtotal.tax_amount == 0 or subtotal.tax_rate


@thorough
@given(order_forms())
def test_tax_fits_its_rate(form):
    draft = compute(form)
    unit = smallest_unit(form.currency)
    for subtotal in draft.tax_subtotals:
        rate, net, tax = subtotal.tax_rate, subtotal.taxable_amount, subtotal.tax_amount
        if form.includes_tax:
            assert tax == round_half_up((net + tax) * rate / (100 + rate), unit)
        # Net and gross total were rounded, half a unit each, and so was what is taxed.
        slack = unit + unit / 2 * rate / 100
        assert abs(tax - net * rate / 100) <= slack + rounding_of_taxes(form)


def rounding_of_taxes(form: OrderForm) -> Decimal:
    """How far the sum of a net shop's taxes strays when it rounds them part by part."""
    if form.includes_tax or not form.sums_rounded:
        return Decimal(0)
    parts = sum(1 + len(item.fees) for item in form.items) + len(form.payment_fees) + 1
    return parts * Decimal("0.5").scaleb(-form.decimals)


@thorough
@given(order_forms())
def test_every_line_recomputes_from_its_quantity_price_and_discount(form):
    draft = compute(form)
    unit = smallest_unit(form.currency)
    for line in draft.lines:
        whole = round_half_up(line.quantity * line.unit_price, unit)
        assert whole - line.discount == line.net_amount
        assert line.unit_price >= 0
        assert line.discount == 0 or (line.discount < 0) == (line.quantity < 0)
        # Peppol's R120 compares before rounding, with a slack of two cents.
        exact = line.quantity * line.unit_price - line.discount
        assert abs(exact - line.net_amount) <= max(Decimal("0.02"), unit / 2)
    check_what_is_free(form, draft)


def check_what_is_free(form: OrderForm, draft: InvoiceDraft) -> None:
    lines = iter(draft.lines)
    for item in form.items:
        line = next(lines)
        if not item.price or item.discount == 100:
            assert line.net_amount == 0
        # A fee of nothing is not on the invoice.
        for _ in filter(None, (worth(form, fee) for fee in item.fees)):
            next(lines)
    assert next(lines, None) is None


def worth(form: OrderForm, fee: Item) -> Decimal:
    amount: Decimal = price(form, fee.price * (100 - fee.discount) / 100, fee.rate)["grossValue"]
    return amount


@thorough
@given(order_forms())
def test_amounts_are_decimals_with_the_decimals_of_the_currency(form):
    draft = compute(form)
    unit = smallest_unit(form.currency)
    totals = draft.totals
    assert not [value for value in values_in(draft) if isinstance(value, float)]
    amounts = [
        *(totals.lines, totals.allowances, totals.charges, totals.tax_exclusive),
        *(totals.tax, totals.tax_inclusive, totals.prepaid, totals.due),
        *(amount for line in draft.lines for amount in (line.discount, line.net_amount)),
        *(adjustment.net_amount for adjustment in draft.adjustments),
        *(amount for s in draft.tax_subtotals for amount in (s.taxable_amount, s.tax_amount)),
        *(payment.paid_amount for payment in draft.payments),
    ]
    for amount in filter(lambda amount: amount is not None, amounts):
        assert isinstance(amount, Decimal)
        assert amount.as_tuple().exponent == unit.as_tuple().exponent
        assert amount or not amount.is_signed(), "a negative zero"
    assert compute(form) == draft, "the same order gives the same invoice"


def values_in(thing: object) -> Iterator[object]:
    if is_dataclass(thing):
        for field in fields(thing):
            yield from values_in(getattr(thing, field.name))
    elif isinstance(thing, tuple):
        for item in thing:
            yield from values_in(item)
    else:
        yield thing
