"""An invoice in which every field says something of its own, to see that nothing is lost."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

from server.domain.document import DocumentFormat
from server.domain.invoice import (
    Adjustment,
    AdjustmentKind,
    Invoice,
    InvoiceDraft,
    InvoiceLine,
    Payment,
    PrecedingInvoice,
    TaxCategory,
    TaxSubtotal,
    Totals,
)
from server.domain.party import Identifier, Party, PostalAddress
from tests.builders.storage_values import ADDRESS, BRANDED, FULL_SELLER

FULL = Invoice(
    number="RE/2025-0001 ✓",
    issue_date=date(2025, 11, 3),
    issued_at=datetime(2025, 11, 3, 12, 0, 0, 123456, tzinfo=UTC),
    due_date=date(2025, 11, 17),
    draft=InvoiceDraft(
        order_id="o-full",
        order_number="B-1",
        order_date=date(2025, 10, 30),
        site_code="main",
        currency="KWD",
        language="de-CH",
        supply_date=date(2025, 11, 1),
        payment_term_days=14,
        buyer_reference='Ref "x" \\ \u2028 \U0001f9fe',
        seller=FULL_SELLER,
        buyer=Party(
            *("Buyer", ADDRESS, "Contact", "AT1", "c@d.example", "K-1", "+43"),
            *(Identifier("123456789", "0002"), Identifier("DE1", "9930")),
        ),
        delivery=Party("Elsewhere", PostalAddress()),
        lines=(
            InvoiceLine(
                *(1, "Tea", Decimal("0.250"), "KGM", Decimal("8.370000"), Decimal("0.001")),
                *(Decimal("2.092"), TaxCategory.STANDARD, Decimal("7.0"), "SKU"),
                *("Schwarz, lose", "B-7", "4006381333931", "Treue"),
                (("Ernte", "Frühling"), ("Ernte", "2025")),
            ),
            InvoiceLine(
                *(2, "Deposit", Decimal(-1), "C62", Decimal(0), Decimal("-0")),
                *(Decimal("0E-3"), TaxCategory.INTRA_COMMUNITY, Decimal(0)),
            ),
        ),
        adjustments=(
            Adjustment(
                *(AdjustmentKind.ALLOWANCE, "Rabatt", Decimal(1)),
                *(TaxCategory.EXPORT, Decimal(0), "95"),
            ),
        ),
        tax_subtotals=(
            TaxSubtotal(
                *(TaxCategory.ZERO_RATED, Decimal(0), Decimal("1.000"), Decimal("0.000"), "why"),
                "VATEX-EU-G",
            ),
        ),
        totals=Totals(
            *map(
                Decimal, ("1.1", "2.2", "3.3", "4.4", "5.5", "6.6", "7.7", "1E+9", "-0.02", "9.90")
            )
        ),
        payments=(Payment("paypal", Decimal("7.70"), "TX", "68"),),
        branding=BRANDED,
        purchase_order="PO-1",
        tax_currency="EUR",
        notes=("Steuerfrei", "Dankeschön"),
        payment_terms="14 Tage\nohne Abzug",
        girocode=True,
        preceding=PrecedingInvoice("RE/2025-0000", date(2025, 10, 1)),
        formats=(DocumentFormat.XRECHNUNG_UBL, DocumentFormat.PEPPOL_UBL),
        embedded=DocumentFormat.FACTUR_X,
    ),
    type_code="381",
    layout="modern-2",
)
