"""The sums of an invoice (BG-22), from its rounded amounts alone."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from server.domain.errors import missing
from server.domain.invoice import (
    Adjustment,
    AdjustmentKind,
    InvoiceLine,
    Payment,
    TaxSubtotal,
    Totals,
)
from server.domain.money import ZERO, round_half_up, smallest_unit
from server.domain.settings import Site


def totals_of(
    currency: str,
    lines: Iterable[InvoiceLine],
    adjustments: Iterable[Adjustment],
    subtotals: Iterable[TaxSubtotal],
    payments: Iterable[Payment],
) -> Totals:
    """Adds up; nothing is rounded here, for everything is already."""
    # Starting from 0.00 keeps the currency's decimals in a sum of nothing.
    nothing = ZERO * smallest_unit(currency)
    off, added = nothing, nothing
    for adjustment in adjustments:
        if adjustment.kind is AdjustmentKind.ALLOWANCE:
            off += adjustment.net_amount
        else:
            added += adjustment.net_amount
    line_total = sum((line.net_amount for line in lines), nothing)
    tax = sum((subtotal.tax_amount for subtotal in subtotals), nothing)
    prepaid = sum((payment.paid_amount for payment in payments), nothing)
    tax_exclusive = line_total - off + added
    return Totals(
        lines=line_total,
        allowances=off,
        charges=added,
        tax_exclusive=tax_exclusive,
        tax=tax,
        tax_inclusive=tax_exclusive + tax,
        prepaid=prepaid,
        due=tax_exclusive + tax - prepaid,
        rounding=nothing,
    )


def tax_in_tax_currency(site: Site, currency: str, tax: Decimal) -> tuple[str, Decimal | None]:
    """Gives BT-6 and BT-111 where the seller accounts for tax in another currency.

    Raises OrderRejected where the settings do not say what the invoice's currency is worth.
    """
    own = site.tax_currency
    if not own or own == currency:
        return "", None
    rates = {rate.currency: rate.rate for rate in site.exchange_rates}
    if currency not in rates:
        raise missing(
            "currency",
            f"the order is in {currency}, but tax is accounted for in {own} (BT-6), and the "
            f"site's exchangeRates hold no rate of {currency} for the tax amount (BT-111)",
            "EXCHANGE_RATE_MISSING",
        )
    return own, round_half_up(tax * rates[currency], smallest_unit(own))
