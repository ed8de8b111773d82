"""The UBL documents: an Invoice, or for a credit note a CreditNote, block by block."""

from __future__ import annotations

from server.domain.invoice import CREDIT_NOTE, Invoice
from server.rendering.xml.nodes import document, node
from server.rendering.xml.profiles import Profile
from server.rendering.xml.terms import due_date, notes
from server.rendering.xml.ubl.adjustments import adjustments
from server.rendering.xml.ubl.lines import line_item
from server.rendering.xml.ubl.parties import buyer, seller, tax_representative
from server.rendering.xml.ubl.payment import payment_means, payment_terms
from server.rendering.xml.ubl.references import day, delivery, order_reference, preceding_invoice
from server.rendering.xml.ubl.tax import tax_totals
from server.rendering.xml.ubl.totals import totals


def ubl_document(invoice: Invoice, profile: Profile) -> bytes:
    """Writes an invoice as Invoice, a credit note as CreditNote."""
    draft = invoice.draft
    is_credit = invoice.type_code == CREDIT_NOTE
    return document(
        "creditnote:CreditNote" if is_credit else "invoice:Invoice",
        ("cac", "cbc"),
        node("cbc:CustomizationID", profile.customization),
        node("cbc:ProfileID", profile.process),
        node("cbc:ID", invoice.number),
        day("cbc:IssueDate", invoice.issue_date),
        # A CreditNote has its due date among the payment means.
        day("cbc:DueDate", None if is_credit else due_date(invoice)),
        node("cbc:CreditNoteTypeCode" if is_credit else "cbc:InvoiceTypeCode", invoice.type_code),
        *(node("cbc:Note", text) for text in notes(draft, profile)),
        node("cbc:DocumentCurrencyCode", draft.currency),
        node("cbc:TaxCurrencyCode", draft.tax_currency),
        node("cbc:BuyerReference", draft.buyer_reference),
        order_reference(draft),
        preceding_invoice(draft),
        seller(draft, profile),
        buyer(draft, profile),
        tax_representative(draft),
        delivery(draft),
        payment_means(invoice, profile),
        payment_terms(draft),
        *adjustments(draft),
        *tax_totals(draft),
        totals(draft),
        *(line_item(line, draft.currency, is_credit=is_credit) for line in draft.lines),
    )
