"""The CII document: context, header, and the blocks in the order the schema wants."""

from __future__ import annotations

from itertools import chain

from server.domain.invoice import Invoice, InvoiceDraft
from server.rendering.xml.cii.adjustments import adjustments
from server.rendering.xml.cii.lines import line_item
from server.rendering.xml.cii.parties import buyer, seller, tax_representative
from server.rendering.xml.cii.payment import payment_means, payment_terms
from server.rendering.xml.cii.references import (
    date_time,
    delivery,
    order_reference,
    preceding_invoice,
)
from server.rendering.xml.cii.tax import tax_subtotal
from server.rendering.xml.cii.totals import totals
from server.rendering.xml.nodes import document, leaf, node, required, spread
from server.rendering.xml.profiles import Profile
from server.rendering.xml.terms import business_process, notes, subject_and_text


def cii_document(invoice: Invoice, profile: Profile) -> bytes:
    """Writes an invoice as CrossIndustryInvoice; a credit note differs by its type code."""
    draft = invoice.draft
    transaction = chain(
        map(line_item, draft.lines),
        (_agreement(draft, profile), delivery(draft), _settlement(invoice, profile)),
    )
    return document(
        "rsm:CrossIndustryInvoice",
        ("rsm", "ram", "qdt", "udt"),
        chain(
            (_context(draft, profile), _header(invoice, profile)),
            spread("rsm:SupplyChainTradeTransaction", transaction),
        ),
    )


def _context(draft: InvoiceDraft, profile: Profile) -> str:
    return node(
        1,
        "rsm:ExchangedDocumentContext",
        node(
            2,
            "ram:BusinessProcessSpecifiedDocumentContextParameter",
            leaf("ram:ID", business_process(draft, profile)),
        ),
        node(
            2,
            "ram:GuidelineSpecifiedDocumentContextParameter",
            leaf("ram:ID", profile.customization),
        ),
    )


def _header(invoice: Invoice, profile: Profile) -> str:
    return node(
        1,
        "rsm:ExchangedDocument",
        leaf("ram:ID", invoice.number),
        leaf("ram:TypeCode", invoice.type_code),
        node(2, "ram:IssueDateTime", date_time("udt", invoice.issue_date)),
        *map(_note, notes(invoice.draft, profile)),
    )


def _note(note: str) -> str:
    subject, text = subject_and_text(note)
    return node(2, "ram:IncludedNote", leaf("ram:Content", text), leaf("ram:SubjectCode", subject))


def _agreement(draft: InvoiceDraft, profile: Profile) -> str:
    return node(
        2,
        "ram:ApplicableHeaderTradeAgreement",
        leaf("ram:BuyerReference", draft.buyer_reference),
        seller(draft.seller, profile.format),
        buyer(draft.buyer, profile.format),
        tax_representative(draft.seller.tax_representative),
        order_reference("ram:SellerOrderReferencedDocument", draft.order_number),
        order_reference("ram:BuyerOrderReferencedDocument", draft.purchase_order),
    )


def _settlement(invoice: Invoice, profile: Profile) -> str:
    draft = invoice.draft
    return required(
        2,
        "ram:ApplicableHeaderTradeSettlement",
        leaf("ram:PaymentReference", invoice.number),
        leaf("ram:TaxCurrencyCode", draft.tax_currency),
        leaf("ram:InvoiceCurrencyCode", draft.currency),
        payment_means(invoice, profile),
        *map(tax_subtotal, draft.tax_subtotals),
        *adjustments(draft),
        payment_terms(invoice),
        totals(draft),
        preceding_invoice(draft),
    )
