"""Builds invoices whose sums hold, for tests that draw or store them."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from server.domain.branding import Branding
from server.domain.document import DocumentFormat
from server.domain.invoice import (
    Adjustment,
    AdjustmentKind,
    Invoice,
    InvoiceDraft,
    InvoiceLine,
    Payment,
    TaxCategory,
    TaxSubtotal,
    Totals,
)
from server.domain.money import ZERO, round_half_up, smallest_unit
from server.domain.party import BankAccount, Party, PostalAddress, Seller

ARTICLES = (
    ("Leinenhemd „Amrum“, naturweiß", "NL-1042-38", "49.50", "19"),
    ("Wollpullover Grobstrick, Farbe Schiefer", "NL-2210-L", "89.90", "19"),
    ("Sturmlaterne aus Messing", "NL-0307", "64.00", "19"),
    ("Ostfriesentee, kräftige Mischung, 250 g", "NL-7711", "8.37", "7"),
    ("Keramikbecher, handgedreht", "NL-3301-B", "18.90", "19"),
    ("Bildband „Licht über dem Watt“", "NL-5518", "36.45", "7"),
    ("Segeltuchtasche mit Lederriemen, groß", "NL-1288", "129.00", "19"),
    ("Baumwolltuch, 70 × 140 cm", "NL-4410", "24.37", "19"),
)

SELLER = Seller(
    name="Nordlicht Handel GmbH",
    address=PostalAddress(
        lines=("Speicherstraße 12",), post_code="20457", city="Hamburg", country="DE"
    ),
    vat_id="DE123456789",
    tax_number="46/123/45678",
    email="hallo@nordlicht.example",
    phone="+49 40 5550 1230",
    website="www.nordlicht.example",
    registration="Amtsgericht Hamburg, HRB 123456",
    management="Geschäftsführung: Dr. Inga Petersen",
    bank_account=BankAccount(
        holder="Nordlicht Handel GmbH",
        iban="DE89370400440532013000",
        bic="COBADEFFXXX",
        bank_name="Commerzbank Hamburg",
    ),
)

BUYER = Party(
    name="Möwe & Söhne OHG",
    address=PostalAddress(
        lines=("Am Alten Hafen 7",), post_code="26506", city="Norden", country="DE"
    ),
    contact_name="Frauke Janßen",
    email="einkauf@moewe.example",
    customer_id="K-20815",
)


def make_line(position: int = 1, **changes: Any) -> InvoiceLine:
    """Makes a line; its net amount follows from the rest unless it is given."""
    name, item_id, price, rate = ARTICLES[(position - 1) % len(ARTICLES)]
    values: dict[str, Any] = {
        "position": position,
        "name": name,
        "item_id": item_id,
        "quantity": Decimal(1 + position % 4),
        "unit_code": "C62",
        "unit_price": Decimal(price),
        "discount": ZERO,
        "tax_category": TaxCategory.STANDARD,
        "tax_rate": Decimal(rate),
    } | changes
    whole = round_half_up(values["quantity"] * values["unit_price"], Decimal("0.01"))
    values.setdefault("net_amount", whole - values["discount"])
    return InvoiceLine(**values)


SHIPPING = Adjustment(
    kind=AdjustmentKind.CHARGE,
    description="Versand mit DHL",
    net_amount=Decimal("4.90"),
    tax_category=TaxCategory.STANDARD,
    tax_rate=Decimal(19),
)


def make_draft(
    lines: int | tuple[InvoiceLine, ...] = 12,
    *,
    paid: Decimal | str = ZERO,
    exemption_reason: str = "",
    **changes: Any,
) -> InvoiceDraft:
    """Makes a draft whose subtotals and totals follow from its lines and adjustments.

    `paid` is what was paid by PayPal before the issue; "all" stands for the whole total.
    """
    if isinstance(lines, int):
        lines = tuple(make_line(position) for position in range(1, lines + 1))
    adjustments: tuple[Adjustment, ...] = changes.pop("adjustments", (SHIPPING,))
    currency: str = changes.pop("currency", "EUR")
    subtotals = _subtotals(lines, adjustments, currency, exemption_reason)
    totals = _totals(lines, adjustments, subtotals)
    prepaid = totals.tax_inclusive if paid == "all" else Decimal(paid)
    totals = replace(totals, prepaid=prepaid, due=totals.tax_inclusive - prepaid)
    payments = (Payment("paypal", prepaid, "8AB12345CD678901E"),) if prepaid else ()
    values: dict[str, Any] = {
        "order_id": "662f5f3c1d2e4a0001a1b2c3",
        "order_number": "B-100234",
        "order_date": date(2025, 10, 30),
        "site_code": "main",
        "currency": currency,
        "language": "de",
        "supply_date": date(2025, 11, 2),
        "payment_term_days": 14,
        "buyer_reference": "",
        "seller": SELLER,
        "buyer": BUYER,
        "delivery": None,
        "embedded": DocumentFormat.FACTUR_X,
        "payments": payments or (Payment("invoice", ZERO),),
        "branding": Branding(
            brand_name="Nordlicht Handel",
            primary_color="#0F4C5C",
            closing_text="Vielen Dank für Ihren Einkauf bei Nordlicht!",
        ),
    } | changes
    return InvoiceDraft(
        lines=lines, adjustments=adjustments, tax_subtotals=subtotals, totals=totals, **values
    )


def make_invoice(
    lines: int | tuple[InvoiceLine, ...] = 12,
    *,
    number: str = "RE-2025-00042",
    type_code: str = "380",
    layout: str = "letterhead-1",
    **draft: Any,
) -> Invoice:
    """Makes an issued invoice; every other argument is one of make_draft."""
    made = make_draft(lines, **draft)
    return Invoice(
        number=number,
        issue_date=date(2025, 11, 3),
        issued_at=datetime(2025, 11, 3, 8, 15, 30, tzinfo=UTC),
        due_date=date(2025, 11, 17) if made.totals.due > 0 else None,
        draft=made,
        type_code=type_code,
        layout=layout,
    )


def _subtotals(
    lines: tuple[InvoiceLine, ...],
    adjustments: tuple[Adjustment, ...],
    currency: str,
    reason: str,
) -> tuple[TaxSubtotal, ...]:
    taxable: dict[tuple[TaxCategory, Decimal], Decimal] = defaultdict(Decimal)
    for line in lines:
        taxable[line.tax_category, line.tax_rate] += line.net_amount
    for adjustment in adjustments:
        taxable[adjustment.tax_category, adjustment.tax_rate] += _signed(adjustment)
    unit = smallest_unit(currency)
    return tuple(
        TaxSubtotal(
            tax_category=category,
            tax_rate=rate,
            taxable_amount=amount,
            tax_amount=round_half_up(amount * rate / 100, unit),
            exemption_reason="" if rate else reason,
        )
        for (category, rate), amount in sorted(taxable.items(), key=lambda item: -item[0][1])
    )


def _totals(
    lines: tuple[InvoiceLine, ...],
    adjustments: tuple[Adjustment, ...],
    subtotals: tuple[TaxSubtotal, ...],
) -> Totals:
    of_kind = dict.fromkeys(AdjustmentKind, ZERO)
    for adjustment in adjustments:
        of_kind[adjustment.kind] += adjustment.net_amount
    allowances, charges = of_kind[AdjustmentKind.ALLOWANCE], of_kind[AdjustmentKind.CHARGE]
    net = sum((line.net_amount for line in lines), ZERO)
    tax = sum((subtotal.tax_amount for subtotal in subtotals), ZERO)
    exclusive = net - allowances + charges
    return Totals(
        lines=net,
        allowances=allowances,
        charges=charges,
        tax_exclusive=exclusive,
        tax=tax,
        tax_inclusive=exclusive + tax,
        prepaid=ZERO,
        due=exclusive + tax,
    )


def _signed(adjustment: Adjustment) -> Decimal:
    taken_off = adjustment.kind is AdjustmentKind.ALLOWANCE
    return -adjustment.net_amount if taken_off else adjustment.net_amount
