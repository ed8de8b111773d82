"""What is left of an invoice after its credit notes: by line, by rate and in total, to the cent.

Every line keeps its number on a credit note, so the notes tell how much of each was credited.
Lines beyond the invoice's own stand for amounts that belong to no line.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from server.domain.invoice import (
    Adjustment,
    AdjustmentKind,
    Invoice,
    InvoiceLine,
    TaxCategory,
    TaxSubtotal,
)
from server.domain.money import ZERO, apportion, round_half_up, smallest_unit

#: Tax category and rate in percent.
Rate = tuple[TaxCategory, Decimal]


def rate_of(taxed: InvoiceLine | Adjustment | TaxSubtotal) -> Rate:
    """Tells at which rate something is taxed."""
    return taxed.tax_category, taxed.tax_rate


def signed_net(taxed: InvoiceLine | Adjustment) -> Decimal:
    """Gives what a line or adjustment adds to the invoice; an allowance takes away."""
    allowance = isinstance(taxed, Adjustment) and taxed.kind is AdjustmentKind.ALLOWANCE
    return -taxed.net_amount if allowance else taxed.net_amount


@dataclass(frozen=True, slots=True)
class RateLeft:
    """What is left at one rate."""

    subtotal: TaxSubtotal
    net: Decimal
    tax: Decimal
    #: Whether an amount was credited that belongs to no line: then no lines can mirror the rest.
    in_amounts: bool

    @property
    def gross(self) -> Decimal:
        """Gives what is left with tax."""
        return self.net + self.tax

    def holds(self, net: Decimal) -> bool:
        """Tells whether so much can be credited without tax."""
        return 0 <= net <= self.net or self.net <= net <= 0

    def tax_on(self, net: Decimal, share: Decimal) -> Decimal:
        """Gives the tax to credit with net: its share, but all that is left with the last net."""
        if net == self.net:
            return self.tax
        low, high = sorted((self.tax - self.tax, self.tax))
        return min(max(share, low), high)


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a line, and its tax."""

    line: InvoiceLine
    tax: Decimal


@dataclass(frozen=True, slots=True)
class Left:
    """What is left of an invoice."""

    invoice: Invoice
    credit_notes: tuple[Invoice, ...]
    #: In the order of the invoice's tax subtotals.
    rates: Mapping[Rate, RateLeft]
    #: Quantity credited so far, by position of the line.
    credited: Mapping[int, Decimal]
    #: The tax of each line, by position; with that of the adjustments it is the rates' tax.
    line_taxes: Mapping[int, Decimal]

    @property
    def gross(self) -> Decimal:
        """Gives all that is left with tax."""
        return sum((rate.gross for rate in self.rates.values()), ZERO)

    @property
    def is_nothing(self) -> bool:
        """Tells whether the credit notes leave nothing at any rate."""
        return bool(self.credit_notes) and not any(r.net or r.tax for r in self.rates.values())

    def quantity(self, line: InvoiceLine) -> Decimal:
        """Gives how much of a line was not credited yet."""
        return line.quantity - self.credited.get(line.position, ZERO)

    def piece(self, line: InvoiceLine, quantity: Decimal) -> Piece:
        """Cuts a quantity off what is left of a line.

        The pieces of a line add up to it: each is what the line is worth up to its end, less
        what it was worth up to its beginning.
        """
        unit = smallest_unit(self.invoice.draft.currency)
        before = self.credited.get(line.position, ZERO)

        def cut(amount: Decimal) -> Decimal:
            begin, end = (
                round_half_up(amount * at / line.quantity, unit)
                for at in (before, before + quantity)
            )
            return end - begin

        return Piece(
            priced(line, quantity, cut(line.net_amount), unit), cut(self.line_taxes[line.position])
        )


def left_of(invoice: Invoice, credit_notes: Sequence[Invoice]) -> Left:
    """Works out what a list of all its credit notes leaves of an invoice."""
    draft = invoice.draft
    credited: dict[int, Decimal] = {}
    in_amounts: set[Rate] = set()
    positions = {line.position for line in draft.lines}
    for line in (line for note in credit_notes for line in note.draft.lines):
        if line.position in positions:
            credited[line.position] = credited.get(line.position, ZERO) + line.quantity
        else:
            in_amounts.add(rate_of(line))
    noted = [subtotal for note in credit_notes for subtotal in note.draft.tax_subtotals]
    rates: dict[Rate, RateLeft] = {}
    for subtotal in draft.tax_subtotals:
        rate = rate_of(subtotal)
        mine = [other for other in noted if rate_of(other) == rate]
        rates[rate] = RateLeft(
            subtotal,
            subtotal.taxable_amount - sum((other.taxable_amount for other in mine), ZERO),
            subtotal.tax_amount - sum((other.tax_amount for other in mine), ZERO),
            rate in in_amounts,
        )
    return Left(invoice, tuple(credit_notes), rates, credited, _line_taxes(invoice))


def _line_taxes(invoice: Invoice) -> dict[int, Decimal]:
    """Apportions each rate's tax to what is taxed at it, by largest remainder."""
    draft = invoice.draft
    taxes: dict[int, Decimal] = {}
    for subtotal in draft.tax_subtotals:
        lines = [line for line in draft.lines if rate_of(line) == rate_of(subtotal)]
        others = [a for a in draft.adjustments if rate_of(a) == rate_of(subtotal)]
        if not lines:
            continue
        nets = [line.net_amount for line in lines] + [signed_net(a) for a in others]
        exact = [net * subtotal.tax_rate / 100 for net in nets]
        shares = apportion(subtotal.tax_amount, exact, smallest_unit(draft.currency))
        taxes |= {line.position: tax for line, tax in zip(lines, shares, strict=False)}
    return taxes


def priced(line: InvoiceLine, quantity: Decimal, net: Decimal, unit: Decimal) -> InvoiceLine:
    """Makes a line of another quantity and amount whose price recomputes.

    It keeps the price, and with it the discount, unless rounding makes a discount of its own.
    """
    price = line.unit_price
    discount = round_half_up(quantity * price, unit) - net
    if discount and (not line.discount or (discount < 0) != (quantity < 0)):
        price, discount = _price(quantity, net, unit), ZERO * unit
    return replace(line, quantity=quantity, unit_price=price, discount=discount, net_amount=net)


def _price(quantity: Decimal, net: Decimal, unit: Decimal) -> Decimal:
    places = -int(unit.as_tuple().exponent)
    while True:
        price = round_half_up(net / quantity, Decimal(1).scaleb(-places))
        if round_half_up(price * quantity, unit) == net:
            return price
        places += 1
