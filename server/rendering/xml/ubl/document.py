"""The UBL documents: an Invoice, or for a credit note a CreditNote, block by block."""

from __future__ import annotations

from itertools import chain

from server.domain.invoice import CREDIT_NOTE, Invoice
from server.rendering.xml.nodes import document, leaf
from server.rendering.xml.profiles import Profile
from server.rendering.xml.terms import due_date, notes
from server.rendering.xml.ubl.adjustments import adjustments
from server.rendering.xml.ubl.lines import line_item
from server.rendering.xml.ubl.parties import buyer, seller, tax_representative
from server.rendering.xml.ubl.payment import payment_means, payment_terms
from server.rendering.xml.ubl.references import day, delivery, order_reference, preceding_invoice
from server.rendering.xml.ubl.tax import tax_totals
from server.rendering.xml.ubl.totals import currency_of, totals


def ubl_document(invoice: Invoice, profile: Profile) -> bytes:
    """Writes an invoice as Invoice, a credit note as CreditNote."""
    draft = invoice.draft
    is_credit = invoice.type_code == CREDIT_NOTE
    currency = currency_of(draft.currency)
    return document(
        "creditnote:CreditNote" if is_credit else "invoice:Invoice",
        ("cac", "cbc"),
        chain(
            _header(invoice, profile),
            (line_item(line, currency, is_credit=is_credit) for line in draft.lines),
        ),
    )


def _header(invoice: Invoice, profile: Profile) -> tuple[str, ...]:
    draft = invoice.draft
    is_credit = invoice.type_code == CREDIT_NOTE
    return (
        leaf("cbc:CustomizationID", profile.customization),
        leaf("cbc:ProfileID", profile.process),
        leaf("cbc:ID", invoice.number),
        day("cbc:IssueDate", invoice.issue_date),
        # A CreditNote has its due date among the payment means.
        day("cbc:DueDate", None if is_credit else due_date(invoice)),
        leaf("cbc:CreditNoteTypeCode" if is_credit else "cbc:InvoiceTypeCode", invoice.type_code),
        *(leaf("cbc:Note", text) for text in notes(draft, profile)),
        leaf("cbc:DocumentCurrencyCode", draft.currency),
        leaf("cbc:TaxCurrencyCode", draft.tax_currency),
        leaf("cbc:BuyerReference", draft.buyer_reference),
        order_reference(draft),
        preceding_invoice(draft),
        seller(draft.seller, profile.format),
        buyer(draft.buyer, profile.format),
        tax_representative(draft.seller.tax_representative),
        delivery(draft),
        payment_means(invoice, profile),
        payment_terms(draft),
        *adjustments(draft),
        *tax_totals(draft),
        totals(draft),
    )
