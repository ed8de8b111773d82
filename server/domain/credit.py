"""Credit notes: what corrects an invoice, whole, by lines or by an amount, to the cent.

However an invoice is credited, its credit notes never come to more than it does, at no rate and
not in total, and the one that takes all that is left takes exactly that.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from server.domain.computation import issue_invoice
from server.domain.credit_draft import amount_lines, credit_draft
from server.domain.credit_left import Left, Rate, left_of, rate_of
from server.domain.errors import FieldViolation, InvalidInput
from server.domain.invoice import CREDIT_NOTE, Invoice, InvoiceDraft
from server.domain.money import ZERO, apportion, round_half_up, smallest_unit


@dataclass(frozen=True, slots=True)
class CreditLine:
    """A line of the invoice, or a part of it, to credit."""

    position: int
    #: None: all that is left of it.
    quantity: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Credit:
    """What to credit of an invoice: lines, or an amount, or else all that is left."""

    #: In the invoice's language; may be empty.
    reason: str = ""
    lines: tuple[CreditLine, ...] = ()
    #: With tax, in the invoice's currency.
    amount: Decimal | None = None

    @property
    def is_whole(self) -> bool:
        """Tells whether all that is left is credited."""
        return not self.lines and self.amount is None


def compute_credit(
    invoice: Invoice, credit_notes: Sequence[Invoice], credit: Credit
) -> InvoiceDraft:
    """Computes the next credit note of an invoice. Raises InvalidInput for more than is left."""
    if credit.amount is not None:
        return credit_amount(invoice, credit_notes, credit.amount, credit.reason)
    if credit.lines:
        return credit_lines(invoice, credit_notes, credit.lines, credit.reason)
    return credit_whole(invoice, credit_notes, credit.reason)


def is_cancelled(invoice: Invoice, credit_notes: Sequence[Invoice]) -> bool:
    """Tells whether its credit notes leave nothing of an invoice."""
    return left_of(invoice, credit_notes).is_nothing


def credit_whole(invoice: Invoice, credit_notes: Sequence[Invoice], reason: str) -> InvoiceDraft:
    """Credits all that is left; without earlier credit notes it mirrors the invoice.

    Raises InvalidInput when nothing is left.
    """
    left = left_of(invoice, credit_notes)
    _refuse_nothing(left, "invoice_number")
    draft = invoice.draft
    lines = [
        left.piece(line, left.quantity(line)).line
        for line in draft.lines
        if left.quantity(line) and not left.rates[rate_of(line)].in_amounts
    ]
    in_amounts = {
        rate: (each.net, each.tax)
        for rate, each in left.rates.items()
        if each.in_amounts and (each.net or each.tax)
    }
    adjustments = [a for a in draft.adjustments if not left.rates[rate_of(a)].in_amounts]
    taxes = {rate: each.tax for rate, each in left.rates.items()}
    return credit_draft(left, [*lines, *amount_lines(left, in_amounts)], adjustments, taxes, reason)


def credit_lines(
    invoice: Invoice, credit_notes: Sequence[Invoice], wanted: Sequence[CreditLine], reason: str
) -> InvoiceDraft:
    """Credits lines, or parts of them; shipping and fees stay.

    Raises InvalidInput for lines or quantities that are not there, and for more than is left.
    """
    left = left_of(invoice, credit_notes)
    _refuse_nothing(left, "lines")
    asked = _checked(left, wanted)
    nets: dict[Rate, Decimal] = {}
    shares: dict[Rate, Decimal] = {}
    lines = []
    for line in invoice.draft.lines:
        if line.position not in asked:
            continue
        piece, rate = left.piece(line, asked[line.position]), rate_of(line)
        lines.append(piece.line)
        nets[rate] = nets.get(rate, ZERO) + piece.line.net_amount
        shares[rate] = shares.get(rate, ZERO) + piece.tax
    return credit_draft(left, lines, (), _taxes(left, nets, shares), reason)


def credit_amount(
    invoice: Invoice, credit_notes: Sequence[Invoice], amount: Decimal, reason: str
) -> InvoiceDraft:
    """Credits an amount with tax, spread over the rates by what is left of each.

    Raises InvalidInput for an amount that is not positive, too fine, or more than is left.
    """
    left = left_of(invoice, credit_notes)
    _refuse_nothing(left, "amount")
    unit, currency = smallest_unit(invoice.draft.currency), invoice.draft.currency
    if amount <= 0:
        raise InvalidInput.field("amount", "must be more than 0")
    if amount != round_half_up(amount, unit):
        raise InvalidInput.field("amount", f"must be a multiple of {unit:f} {currency}")
    if amount > left.gross:
        raise InvalidInput.field(
            "amount",
            f"must be at most the {left.gross:f} {currency} that are left of the invoice",
            reason="MORE_THAN_IS_LEFT",
        )
    amount = round_half_up(amount, unit)
    shares: dict[Rate, tuple[Decimal, Decimal]] = {}
    exact = [rate.gross * amount / left.gross for rate in left.rates.values()]
    for (rate, each), gross in zip(left.rates.items(), apportion(amount, exact, unit), strict=True):
        if amount == left.gross and (each.net or each.tax):
            shares[rate] = each.net, each.tax
        elif gross:
            tax = round_half_up(each.tax * gross / each.gross, unit)
            shares[rate] = gross - tax, tax
    taxes = {rate: tax for rate, (_, tax) in shares.items()}
    return credit_draft(left, amount_lines(left, shares), (), taxes, reason)


def issue_credit_note(
    draft: InvoiceDraft, number: str, issued_at: datetime, local_time: datetime
) -> Invoice:
    """Gives a credit note its number and dates; local_time is issued_at in the site's zone."""
    return replace(issue_invoice(draft, number, issued_at, local_time), type_code=CREDIT_NOTE)


def _refuse_nothing(left: Left, field: str) -> None:
    if left.is_nothing:
        raise InvalidInput.field(
            field,
            f"nothing is left of invoice {left.invoice.number}: it is cancelled",
            reason="MORE_THAN_IS_LEFT",
        )


def _taxes(
    left: Left, nets: Mapping[Rate, Decimal], shares: Mapping[Rate, Decimal]
) -> dict[Rate, Decimal]:
    """Gives the tax on lines. Raises InvalidInput when they come to more than is left."""
    fits = all(left.rates[rate].holds(net) for rate, net in nets.items())
    taxes = {
        rate: left.rates[rate].tax_on(net, shares[rate]) if fits else shares[rate]
        for rate, net in nets.items()
    }
    gross = sum(nets.values(), ZERO) + sum(taxes.values(), ZERO)
    currency = left.invoice.draft.currency
    if gross <= 0:
        raise InvalidInput.field("lines", "come to nothing that could be credited")
    if not fits or gross > left.gross:
        raise InvalidInput.field(
            "lines",
            f"come to {gross:f} {currency}, but of the {left.gross:f} {currency} that are left of "
            "the invoice, less is left at their tax rate: credit an amount, or all that is left",
            reason="MORE_THAN_IS_LEFT",
        )
    return taxes


def _checked(left: Left, wanted: Sequence[CreditLine]) -> dict[int, Decimal]:
    """Gives the quantity to credit of each position. Raises InvalidInput naming all wrong ones."""
    lines = {line.position: line for line in left.invoice.draft.lines}
    asked: dict[int, Decimal] = {}
    wrong: list[FieldViolation] = []
    for index, credit in enumerate(wanted):
        where, line = f"lines[{index}]", lines.get(credit.position)
        if line is None:
            wrong.append(
                FieldViolation(f"{where}.position", f"is {credit.position}: no line of the invoice")
            )
            continue
        if credit.position in asked:
            wrong.append(FieldViolation(f"{where}.position", "is named more than once"))
            continue
        most = left.quantity(line)
        asked[credit.position] = quantity = most if credit.quantity is None else credit.quantity
        if not most:
            wrong.append(FieldViolation(where, "nothing is left of this line"))
        elif not (0 < quantity <= most or most <= quantity < 0):
            wrong.append(
                FieldViolation(
                    f"{where}.quantity",
                    f"must lie between 0 and {most:f}, which is left of the line",
                )
            )
    if wrong:
        raise InvalidInput(*wrong)
    return asked
