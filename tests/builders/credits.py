"""Issues credit notes as the service does, for tests of what they come to together."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal

from server.domain.credit import issue_credit_note
from server.domain.invoice import AdjustmentKind, Invoice, InvoiceDraft, TaxCategory
from server.domain.money import round_half_up, smallest_unit

NOON = datetime(2026, 3, 20, 12, 0, tzinfo=UTC)

#: What is credited at each rate: without tax, and the tax.
ByRate = dict[tuple[TaxCategory, Decimal], tuple[Decimal, Decimal]]


def issue(draft: InvoiceDraft, place: int = 1) -> Invoice:
    """Numbers a credit note."""
    return issue_credit_note(draft, f"GS-{place}", NOON, NOON)


def by_rate(invoices: Sequence[Invoice]) -> ByRate:
    """Sums up what invoices come to at each rate."""
    sums: ByRate = {}
    for subtotal in (s for invoice in invoices for s in invoice.draft.tax_subtotals):
        rate = subtotal.tax_category, subtotal.tax_rate
        net, tax = sums.get(rate, (Decimal(0), Decimal(0)))
        sums[rate] = net + subtotal.taxable_amount, tax + subtotal.tax_amount
    return sums


def check_sums(draft: InvoiceDraft) -> None:
    """Asserts the rules of EN 16931 that a credit note's sums obey, to the cent."""
    totals = draft.totals
    of_kind = {
        kind: sum(a.net_amount for a in draft.adjustments if a.kind is kind)
        for kind in AdjustmentKind
    }
    assert totals.lines == sum(line.net_amount for line in draft.lines)
    assert totals.allowances == of_kind[AdjustmentKind.ALLOWANCE]
    assert totals.charges == of_kind[AdjustmentKind.CHARGE]
    assert totals.tax_exclusive == totals.lines - totals.allowances + totals.charges
    assert totals.tax == sum(s.tax_amount for s in draft.tax_subtotals)
    assert totals.tax_inclusive == totals.tax_exclusive + totals.tax
    assert totals.due == totals.tax_inclusive - totals.prepaid + totals.rounding
    taxed = [((x.tax_category, x.tax_rate), x.net_amount) for x in draft.lines]
    for adjustment in draft.adjustments:
        sign = -1 if adjustment.kind is AdjustmentKind.ALLOWANCE else 1
        rate = adjustment.tax_category, adjustment.tax_rate
        taxed.append((rate, sign * adjustment.net_amount))
    rates = [(s.tax_category, s.tax_rate) for s in draft.tax_subtotals]
    assert sorted(set(rates)) == sorted({rate for rate, _ in taxed})
    assert len(rates) == len(set(rates))
    for subtotal in draft.tax_subtotals:
        rate = subtotal.tax_category, subtotal.tax_rate
        assert subtotal.taxable_amount == sum(net for of, net in taxed if of == rate)


def check_lines(draft: InvoiceDraft) -> None:
    """Asserts that every line recomputes from its quantity, price and discount."""
    unit = smallest_unit(draft.currency)
    for line in draft.lines:
        whole = round_half_up(line.quantity * line.unit_price, unit)
        assert whole - line.discount == line.net_amount
        assert line.unit_price >= 0
        assert line.discount == 0 or (line.discount < 0) == (line.quantity < 0)
    positions = [line.position for line in draft.lines]
    assert len(positions) == len(set(positions))
