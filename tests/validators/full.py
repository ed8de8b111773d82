"""An invoice that carries every term a profile knows, with sums that hold."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from server.domain.invoice import Adjustment, AdjustmentKind, Invoice, Payment, TaxCategory
from server.domain.party import Identifier, Party, PostalAddress, TaxRepresentative
from tests.builders.invoices import BUYER, SELLER, SHIPPING, make_invoice, make_line
from tests.validators.scenarios import reachable_buyer, reachable_seller

FULL_SELLER = reachable_seller(
    replace(
        SELLER,
        contact_name="Dr. Inga Petersen",
        legal_id=Identifier("HRB 123456"),
        legal_information="Stammkapital 50.000 EUR",
        tax_representative=TaxRepresentative(
            "Fiskal B.V.",
            "NL004495445B01",
            PostalAddress(("Keizersgracht 1",), "1015 CN", "Amsterdam", "", "NL"),
        ),
    )
)
FULL_BUYER = reachable_buyer(
    replace(
        BUYER,
        address=PostalAddress(
            ("Am Alten Hafen 7", "Haus B", "2. Stock", "Links"), "26506", "Norden", "Niedersachsen",
            "DE",
        ),
        vat_id="DE136695976",
        phone="+49 4931 5550",
        legal_id=Identifier("HRA 4711"),
    )
)  # fmt: skip
DISCOUNT = Adjustment(
    kind=AdjustmentKind.ALLOWANCE,
    description="Treuerabatt",
    net_amount=Decimal("3.00"),
    tax_category=TaxCategory.STANDARD,
    tax_rate=Decimal(19),
    reason_code="95",
)
LINES = (
    make_line(
        1,
        quantity=Decimal("2.5"),
        unit_code="KGM",
        discount=Decimal("1.50"),
        discount_reason="Mengenrabatt",
        description="Aus der ersten Ernte",
        buyer_item_id="E-77",
        gtin="4012345000009",
        attributes=(("Farbe", "grün"), ("Leer", "")),
    ),
    replace(make_line(4), position=2),
    replace(make_line(2, quantity=Decimal(-1)), position=3),
)


def full_invoice(**changes: Any) -> Invoice:
    """Makes the invoice; the changes are arguments of make_invoice."""
    values: dict[str, Any] = {
        "adjustments": (replace(SHIPPING, reason_code="FC"), DISCOUNT),
        "seller": FULL_SELLER,
        "buyer": FULL_BUYER,
        "delivery": Party(
            "Lager Nord", PostalAddress(("Kai 3",), "26789", "Leer", "Niedersachsen", "DE")
        ),
        "buyer_reference": "04011000-12345-34",
        "purchase_order": "PO-88",
        "notes": ("Ohne Abzug.", "#AAI#Dankeschön."),
        "payment_terms": "14 Tage netto",
        "paid": "20.00",
        "supply_date": date(2025, 11, 2),
    }
    made = make_invoice(LINES, **values | changes)
    if "payments" not in changes:
        payments = (*made.draft.payments, Payment("invoice", Decimal(0), means_code="58"))
        made = replace(made, draft=replace(made.draft, payments=payments))
    return made
