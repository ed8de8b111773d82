"""Business terms that both syntaxes derive from the invoice in the same way."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from functools import lru_cache
from operator import attrgetter

from server.domain.invoice import (
    CREDIT_NOTE,
    Invoice,
    InvoiceDraft,
    InvoiceLine,
    Payment,
    TaxCategory,
)
from server.domain.money import ZERO
from server.domain.party import BankAccount, Party, PostalAddress, Seller
from server.rendering.xml.profiles import Profile

#: UNTDID 5189: discount.
DISCOUNT = "95"
#: ISO 6523 code of GTIN.
GTIN = "0160"
# BR-FR-08: an invoice for goods, and one that is paid already.
_FRENCH_GOODS, _FRENCH_GOODS_PAID = "B1", "B2"
_PRICE_SLACK = Decimal("0.02")
_NOTE_SUBJECT = re.compile(r"#(?P<subject>[A-Z]{3})#(?P<text>.*)", re.DOTALL)
TRANSFER, SEPA_TRANSFER, NOT_DEFINED = "30", "58", "1"
_SEPA_COUNTRIES = frozenset(
    """
    AD AL AT BE BG CH CY CZ DE DK EE ES FI FR GB GI GR HR HU IE IS IT LI LT LU LV MC MD ME MK MT NL
    NO PL PT RO RS SE SI SK SM VA
    """.split()
)


def number(value: Decimal) -> str:
    """Writes a number digit by digit, never with an exponent."""
    text = str(value)
    return text if "E" not in text else f"{value:f}"


def rate(category: TaxCategory, percent: Decimal) -> str:
    """Writes the rate of a line or adjustment; what is not subject to VAT has none (BR-O-05)."""
    return "" if category is TaxCategory.NOT_SUBJECT else percentage(percent)


@lru_cache(maxsize=256)
def percentage(percent: Decimal) -> str:
    """Writes a percentage without trailing zeros."""
    # A rate of -0 is a rate of 0.
    return f"{(percent + ZERO).normalize():f}"


def price_and_base(line: InvoiceLine) -> tuple[Decimal, Decimal | None]:
    """Gives the price (BT-146), and for how many it is (BT-149) where that is not one.

    Recipients multiply without rounding and take no more than 0.02 of difference
    (PEPPOL-EN16931-R120). In a currency without decimals a price of one may miss by more; the
    price of all never does.
    """
    whole = line.net_amount + line.discount
    if not line.quantity or abs(line.quantity * line.unit_price - whole) <= _PRICE_SLACK:
        return line.unit_price, None
    return abs(whole), abs(line.quantity)


def business_process(draft: InvoiceDraft, profile: Profile) -> str:
    """Gives the business process (BT-23); between French parties, the mode of their reform."""
    if profile.process or not _is_french(draft):
        return profile.process
    return _FRENCH_GOODS if draft.totals.due > 0 else _FRENCH_GOODS_PAID


def notes(draft: InvoiceDraft, profile: Profile) -> tuple[str, ...]:
    """Gives the notes (BG-1), in one where the profile allows no more."""
    return ("\n".join(draft.notes),) if profile.single_note else draft.notes


def subject_and_text(note: str) -> tuple[str, str]:
    """Takes a note apart that begins with its subject (BT-21, UNTDID 4451), as in #PMT#text."""
    found = _NOTE_SUBJECT.fullmatch(note)
    return (found["subject"], found["text"]) if found else ("", note)


def due_date(invoice: Invoice) -> date | None:
    """Gives the day on which payment is due (BT-9): where something is, there must be one.

    A paid French invoice must have one, too, the day of payment (BR-FR-CO-09); all that is known
    of it is that it was no later than the day of issue.
    """
    if invoice.draft.totals.due > 0 or _is_french(invoice.draft):
        return invoice.due_date or invoice.issue_date
    return None


def deliver_to(draft: InvoiceDraft) -> Party | None:
    """Gives who takes delivery (BG-13); the buyer only where somebody must be named.

    That is an intra-EU supply (BR-IC-12), and CII when there is no date of delivery either:
    its block must be there, and may not be empty (PEPPOL-EN16931-R008).
    """
    intra_eu = any(s.tax_category is TaxCategory.INTRA_COMMUNITY for s in draft.tax_subtotals)
    is_needed = intra_eu or draft.supply_date is None
    return draft.delivery or (draft.buyer if is_needed else None)


def address_lines(address: PostalAddress) -> tuple[str, str, str]:
    """Gives the three lines of an address; what is more stands in the third."""
    first, second, *rest = (*address.lines, "", "")
    return first, second, ", ".join(line for line in rest if line)


def legal_information(seller: Seller) -> str:
    """Gives what the law wants to know about the seller in words (BT-33)."""
    given = (seller.legal_information, seller.registration, seller.management)
    return "; ".join(text for text in given if text)


def means_code(invoice: Invoice, profile: Profile) -> str:
    """Gives how payment is or was made (BT-81, UNTDID 4461).

    No transfer is asked for where nothing is due.
    """
    draft = invoice.draft
    code = next((p.means_code for p in _telling_payments(draft) if p.means_code), "")
    code = code or (TRANSFER if draft.totals.due > 0 else NOT_DEFINED)
    code = profile.means_codes.get(code, code)
    if code not in {TRANSFER, SEPA_TRANSFER}:
        return code
    account = payee_account(invoice)
    if account is None:
        return NOT_DEFINED
    is_sepa = draft.currency == "EUR" and account.iban[:2] in _SEPA_COUNTRIES
    return SEPA_TRANSFER if is_sepa else TRANSFER


def means_name(invoice: Invoice) -> str:
    """Gives how payment is or was made in the platform's word (BT-82)."""
    return next((payment.method for payment in _telling_payments(invoice.draft)), "")


def _telling_payments(draft: InvoiceDraft) -> list[Payment]:
    """Gives the payments of the open part where there is one, else those made, largest first."""
    is_open = draft.totals.due > 0
    payments = [payment for payment in draft.payments if (not payment.paid_amount) == is_open]
    return sorted(payments, key=attrgetter("paid_amount"), reverse=True)


def payee_account(invoice: Invoice) -> BankAccount | None:
    """Gives where to pay to (BG-17); a credit note is not paid to the seller."""
    return None if invoice.type_code == CREDIT_NOTE else invoice.draft.seller.bank_account


def _is_french(draft: InvoiceDraft) -> bool:
    return draft.seller.address.country == draft.buyer.address.country == "FR"
