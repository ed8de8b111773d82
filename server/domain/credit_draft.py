"""The draft of a credit note: lines, tax and totals of what it takes of an invoice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from server.domain.credit_left import Left, Rate, rate_of, signed_net
from server.domain.format_rules import embeddable
from server.domain.invoice import (
    Adjustment,
    AdjustmentKind,
    InvoiceDraft,
    InvoiceLine,
    PrecedingInvoice,
    TaxSubtotal,
    Totals,
)
from server.domain.money import ZERO, round_half_up, smallest_unit
from server.domain.units import PIECE

_LINE_NAMES: Mapping[str, str] = {
    "de": "Korrektur der Rechnung {}",
    "en": "Correction of invoice {}",
    "fr": "Correction de la facture {}",
    "it": "Rettifica della fattura {}",
    "es": "Rectificación de la factura {}",
    "nl": "Correctie van factuur {}",
    "pl": "Korekta faktury {}",
    "pt": "Correção da fatura {}",
    "cs": "Oprava faktury {}",
}


def amount_lines(left: Left, shares: Mapping[Rate, tuple[Decimal, Decimal]]) -> list[InvoiceLine]:
    """Makes a line for each rate of what belongs to no line of the invoice."""
    draft = left.invoice.draft
    name = _LINE_NAMES.get(draft.language.partition("-")[0].lower(), _LINE_NAMES["en"])
    behind = max((line.position for line in draft.lines), default=0) + 1
    return [
        InvoiceLine(
            position=position,
            name=name.format(left.invoice.number),
            quantity=Decimal(-1 if net < 0 else 1),
            unit_code=PIECE,
            unit_price=abs(net),
            discount=net - net,
            net_amount=net,
            tax_category=category,
            tax_rate=percent,
        )
        for position, ((category, percent), (net, _)) in enumerate(shares.items(), behind)
    ]


def credit_draft(
    left: Left,
    lines: Sequence[InvoiceLine],
    adjustments: Sequence[Adjustment],
    taxes: Mapping[Rate, Decimal],
    reason: str,
) -> InvoiceDraft:
    """Makes the draft of a credit note that takes so much of what is left."""
    draft = left.invoice.draft
    subtotals = _subtotals(left, [*lines, *adjustments], taxes)
    credit = replace(
        draft,
        lines=tuple(lines),
        adjustments=tuple(adjustments),
        tax_subtotals=subtotals,
        totals=_totals(left, lines, adjustments, subtotals),
        payments=(),
        payment_term_days=0,
        payment_terms="",
        girocode=False,
        notes=(reason, *draft.notes) if reason else draft.notes,
        preceding=PrecedingInvoice(left.invoice.number, left.invoice.issue_date),
    )
    return replace(credit, embedded=embeddable(credit))


def _subtotals(
    left: Left, taxed: Sequence[InvoiceLine | Adjustment], taxes: Mapping[Rate, Decimal]
) -> tuple[TaxSubtotal, ...]:
    nothing = ZERO * smallest_unit(left.invoice.draft.currency)
    nets: dict[Rate, Decimal] = {}
    for each in taxed:
        nets[rate_of(each)] = nets.get(rate_of(each), nothing) + signed_net(each)
    return tuple(
        replace(each.subtotal, taxable_amount=nets[rate], tax_amount=taxes[rate])
        for rate, each in left.rates.items()
        if rate in nets
    )


def _totals(
    left: Left,
    lines: Sequence[InvoiceLine],
    adjustments: Sequence[Adjustment],
    subtotals: Sequence[TaxSubtotal],
) -> Totals:
    draft = left.invoice.draft
    nothing = ZERO * smallest_unit(draft.currency)
    of_lines = sum((line.net_amount for line in lines), nothing)
    allowances, charges = (
        sum((a.net_amount for a in adjustments if a.kind is kind), nothing)
        for kind in (AdjustmentKind.ALLOWANCE, AdjustmentKind.CHARGE)
    )
    net, tax = of_lines - allowances + charges, sum((s.tax_amount for s in subtotals), nothing)
    credited = {rate_of(s): (s.taxable_amount, s.tax_amount) for s in subtotals}
    is_last = all(
        credited.get(rate, (ZERO, ZERO)) == (each.net, each.tax)
        for rate, each in left.rates.items()
    )
    # Cash was rounded once for the whole invoice: so whoever takes the rest gives it back.
    rounding = draft.totals.rounding if is_last else ZERO * draft.totals.rounding
    return Totals(
        lines=of_lines,
        allowances=allowances,
        charges=charges,
        tax_exclusive=net,
        tax=tax,
        tax_inclusive=net + tax,
        prepaid=nothing,
        due=net + tax + rounding,
        rounding=rounding,
        tax_in_tax_currency=_converted(left, tax, is_last=is_last),
    )


def _converted(left: Left, tax: Decimal, *, is_last: bool) -> Decimal | None:
    """Converts the tax, so that all credit notes together come to what the invoice states."""
    draft = left.invoice.draft
    whole = draft.totals.tax_in_tax_currency
    if whole is None:
        return None
    notes = [note.draft.totals for note in left.credit_notes]
    before = sum((totals.tax_in_tax_currency or ZERO for totals in notes), ZERO)
    if is_last or not draft.totals.tax:
        return whole - before
    credited = sum((totals.tax for totals in notes), ZERO) + tax
    unit = smallest_unit(draft.tax_currency)
    return round_half_up(whole * credited / draft.totals.tax, unit) - before
