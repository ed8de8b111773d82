"""The CII document: context, header, and the blocks in the order the schema wants."""

from __future__ import annotations

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
from server.rendering.xml.nodes import Element, document, node, required
from server.rendering.xml.profiles import Profile
from server.rendering.xml.terms import business_process, notes, subject_and_text


def cii_document(invoice: Invoice, profile: Profile) -> bytes:
    """Writes an invoice as CrossIndustryInvoice; a credit note differs by its type code."""
    draft = invoice.draft
    return document(
        "rsm:CrossIndustryInvoice",
        ("rsm", "ram", "qdt", "udt"),
        _context(draft, profile),
        _header(invoice, profile),
        node(
            "rsm:SupplyChainTradeTransaction",
            *map(line_item, draft.lines),
            _agreement(draft, profile),
            delivery(draft),
            _settlement(invoice, profile),
        ),
    )


def _context(draft: InvoiceDraft, profile: Profile) -> Element | None:
    return node(
        "rsm:ExchangedDocumentContext",
        node(
            "ram:BusinessProcessSpecifiedDocumentContextParameter",
            node("ram:ID", business_process(draft, profile)),
        ),
        node(
            "ram:GuidelineSpecifiedDocumentContextParameter", node("ram:ID", profile.customization)
        ),
    )


def _header(invoice: Invoice, profile: Profile) -> Element | None:
    return node(
        "rsm:ExchangedDocument",
        node("ram:ID", invoice.number),
        node("ram:TypeCode", invoice.type_code),
        node("ram:IssueDateTime", date_time("udt", invoice.issue_date)),
        *map(_note, notes(invoice.draft, profile)),
    )


def _note(note: str) -> Element | None:
    subject, text = subject_and_text(note)
    return node("ram:IncludedNote", node("ram:Content", text), node("ram:SubjectCode", subject))


def _agreement(draft: InvoiceDraft, profile: Profile) -> Element | None:
    return node(
        "ram:ApplicableHeaderTradeAgreement",
        node("ram:BuyerReference", draft.buyer_reference),
        seller(draft, profile),
        buyer(draft, profile),
        tax_representative(draft),
        order_reference("ram:SellerOrderReferencedDocument", draft.order_number),
        order_reference("ram:BuyerOrderReferencedDocument", draft.purchase_order),
    )


def _settlement(invoice: Invoice, profile: Profile) -> Element:
    draft = invoice.draft
    return required(
        "ram:ApplicableHeaderTradeSettlement",
        node("ram:PaymentReference", invoice.number),
        node("ram:TaxCurrencyCode", draft.tax_currency),
        node("ram:InvoiceCurrencyCode", draft.currency),
        payment_means(invoice, profile),
        *map(tax_subtotal, draft.tax_subtotals),
        *adjustments(draft),
        payment_terms(invoice),
        totals(draft),
        preceding_invoice(draft),
    )
