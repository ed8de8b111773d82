"""The invoice: EN 16931's terms as frozen values. Everything later reads this snapshot.

Amounts are Decimal in the invoice's currency and already rounded to its decimals; the unit
price alone may carry more. BT and BG numbers are those of EN 16931-1.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from server.domain.branding import LAYOUT_VERSIONS, Branding, Layout
from server.domain.document import DocumentFormat
from server.domain.money import ZERO
from server.domain.party import Party, Seller

#: Type codes (UNTDID 1001).
INVOICE = "380"
CREDIT_NOTE = "381"


class TaxCategory(StrEnum):
    """Why a tax rate applies (UNCL 5305, BT-118 and BT-151)."""

    STANDARD = "S"
    ZERO_RATED = "Z"
    EXEMPT = "E"
    REVERSE_CHARGE = "AE"
    INTRA_COMMUNITY = "K"
    EXPORT = "G"
    NOT_SUBJECT = "O"


class AdjustmentKind(StrEnum):
    """Whether an amount on the invoice's level is taken off (BG-20) or added (BG-21)."""

    ALLOWANCE = "ALLOWANCE"
    CHARGE = "CHARGE"


@dataclass(frozen=True, slots=True)
class InvoiceLine:
    """A line (BG-25): round(quantity x unit_price) - discount = net_amount."""

    #: Counted from 1 (BT-126).
    position: int
    #: BT-153.
    name: str
    #: BT-129; negative where something is taken back.
    quantity: Decimal
    #: UN/ECE Recommendation 20 code (BT-130), such as C62 (one piece) or KGM.
    unit_code: str
    #: Net price of one unit before the discount, 2 to 6 decimals (BT-146).
    unit_price: Decimal
    #: Net discount of the line, of the same sign as the amount; 0 where there is none (BT-136).
    discount: Decimal
    #: BT-131.
    net_amount: Decimal
    tax_category: TaxCategory
    #: Percent (BT-152).
    tax_rate: Decimal
    #: The seller's item number (BT-155); may be empty.
    item_id: str = ""
    #: What the item is, beyond its name (BT-154); may be empty.
    description: str = ""
    #: The buyer's item number (BT-156); may be empty.
    buyer_item_id: str = ""
    #: GTIN of the item (BT-157, scheme 0160); may be empty.
    gtin: str = ""
    #: Why there is a discount (BT-139); may be empty.
    discount_reason: str = ""
    #: Names and values such as ("Colour", "red") (BG-32).
    attributes: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Adjustment:
    """An allowance or charge on the invoice's level (BG-20, BG-21), such as shipping."""

    kind: AdjustmentKind
    #: What it is for (BT-97, BT-104), in the invoice's language.
    description: str
    #: Zero or more (BT-92, BT-99).
    net_amount: Decimal
    tax_category: TaxCategory
    #: Percent (BT-96, BT-103).
    tax_rate: Decimal
    #: UNTDID 5189 for an allowance (BT-98), 7161 for a charge (BT-105); may be empty.
    reason_code: str = ""


@dataclass(frozen=True, slots=True)
class TaxSubtotal:
    """The tax of one category and rate (BG-23)."""

    tax_category: TaxCategory
    #: Percent (BT-119).
    tax_rate: Decimal
    #: BT-116.
    taxable_amount: Decimal
    #: BT-117.
    tax_amount: Decimal
    #: Why no tax is charged, in the invoice's language (BT-120); may be empty.
    exemption_reason: str = ""
    #: The same as a VATEX code (BT-121), such as VATEX-EU-IC; may be empty.
    exemption_code: str = ""


@dataclass(frozen=True, slots=True)
class Totals:
    """The sums (BG-22); BR-CO-10 to BR-CO-16 hold to the cent."""

    #: Sum of the lines' net amounts (BT-106).
    lines: Decimal
    #: Sum of allowances on the invoice's level (BT-107).
    allowances: Decimal
    #: Sum of charges on the invoice's level (BT-108).
    charges: Decimal
    #: lines - allowances + charges (BT-109).
    tax_exclusive: Decimal
    #: Sum of the subtotals' tax (BT-110).
    tax: Decimal
    #: tax_exclusive + tax (BT-112).
    tax_inclusive: Decimal
    #: Paid before the invoice was issued (BT-113).
    prepaid: Decimal
    #: tax_inclusive - prepaid + rounding (BT-115); negative where too much was paid.
    due: Decimal
    #: Cash rounding of the amount due (BT-114).
    rounding: Decimal = ZERO
    #: Total tax in the draft's tax_currency (BT-111); None where that is the invoice's own.
    tax_in_tax_currency: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Payment:
    """How the order was or will be paid (BG-16)."""

    #: The platform's name of the method, such as invoice or paypal.
    method: str
    #: What of the total was paid by it.
    paid_amount: Decimal
    transaction_id: str = ""
    #: UNTDID 4461 (BT-81): 58 SEPA transfer, 30 transfer, 48 card, 68 online; empty: by the seller.
    means_code: str = ""


@dataclass(frozen=True, slots=True)
class PrecedingInvoice:
    """The invoice that a credit note corrects (BG-3)."""

    #: BT-25.
    number: str
    #: BT-26.
    issue_date: date


@dataclass(frozen=True, slots=True)
class InvoiceDraft:
    """An invoice that is computed but has no number and date yet."""

    order_id: str
    #: The number the buyer knows (BT-14); may be empty.
    order_number: str
    #: When the order was placed, as a date in the site's time zone.
    order_date: date | None
    site_code: str
    #: ISO 4217 (BT-5).
    currency: str
    #: BCP 47 tag of the language to print in.
    language: str
    #: Date of supply in the site's time zone (BT-72).
    supply_date: date | None
    #: Days after issue by which payment is due; 0 means on receipt.
    payment_term_days: int
    #: The buyer's own reference (BT-10); may be empty.
    buyer_reference: str
    seller: Seller
    buyer: Party
    #: Where it was delivered to, where that is not the buyer's address (BG-13).
    delivery: Party | None
    lines: tuple[InvoiceLine, ...]
    adjustments: tuple[Adjustment, ...]
    tax_subtotals: tuple[TaxSubtotal, ...]
    totals: Totals
    payments: tuple[Payment, ...]
    branding: Branding
    #: The buyer's purchase order (BT-13); may be empty.
    purchase_order: str = ""
    #: Currency in which the seller accounts for tax (BT-6); empty: the invoice's own.
    tax_currency: str = ""
    #: What must be said on the invoice, in its language (BG-1): mentions that the law wants. One
    #: may begin with its subject (BT-21, UNTDID 4451), as in #PMT#text.
    notes: tuple[str, ...] = ()
    #: Terms of payment in words, in the invoice's language (BT-20); may be empty.
    payment_terms: str = ""
    #: Whether to print a GiroCode (EPC QR code) for what is due.
    girocode: bool = False
    #: What a credit note corrects; None on an invoice.
    preceding: PrecedingInvoice | None = None
    #: What it is rendered to besides the PDF, frozen so that every run makes the same documents.
    formats: tuple[DocumentFormat, ...] = ()
    #: The XML inside the PDF; None where EN 16931 cannot express the invoice (`format_rules`).
    embedded: DocumentFormat | None = None


@dataclass(frozen=True, slots=True)
class Invoice:
    """A draft with its number and date: issued, and frozen for ever."""

    #: BT-1.
    number: str
    #: Date of issue in the site's time zone (BT-2).
    issue_date: date
    #: When it was issued, UTC.
    issued_at: datetime
    #: Date on which payment is due (BT-9); None when nothing is due.
    due_date: date | None
    draft: InvoiceDraft
    #: UNTDID 1001 (BT-3): 380 an invoice, 381 a credit note, whose amounts are positive, too.
    type_code: str = INVOICE
    #: Name and version of the layout it is printed with, so that old invoices stay as they were.
    layout: str = LAYOUT_VERSIONS[Layout.LETTERHEAD]
