"""Issued invoices and their documents: values to messages."""

from __future__ import annotations

from collections.abc import Sequence

from invoicejobs.v1 import invoices_pb2

from server.domain.document import Document, DocumentFormat
from server.domain.errors import InvalidInput
from server.domain.invoice import (
    Adjustment,
    AdjustmentKind,
    Invoice,
    InvoiceLine,
    TaxSubtotal,
    Totals,
)
from server.domain.party import Party, PostalAddress, Seller
from server.rpc.translate_values import day_text, decimal_text, timestamp
from server.service.links import SignDocument

#: The contract's number of each format.
FORMATS = {
    DocumentFormat.PDF: invoices_pb2.DOCUMENT_FORMAT_PDF,
    DocumentFormat.FACTUR_X: invoices_pb2.DOCUMENT_FORMAT_FACTUR_X,
    DocumentFormat.XRECHNUNG_CII: invoices_pb2.DOCUMENT_FORMAT_XRECHNUNG_CII,
    DocumentFormat.XRECHNUNG_UBL: invoices_pb2.DOCUMENT_FORMAT_XRECHNUNG_UBL,
    DocumentFormat.PEPPOL_UBL: invoices_pb2.DOCUMENT_FORMAT_PEPPOL_UBL,
}
FORMAT_BY_NUMBER = {number: value for value, number in FORMATS.items()}
_ADJUSTMENT_KINDS = {
    AdjustmentKind.ALLOWANCE: invoices_pb2.ADJUSTMENT_KIND_ALLOWANCE,
    AdjustmentKind.CHARGE: invoices_pb2.ADJUSTMENT_KIND_CHARGE,
}


def read_format(number: invoices_pb2.DocumentFormat.ValueType) -> DocumentFormat | None:
    """Reads the form of a document; None where it is unspecified. Raises InvalidInput."""
    if number == invoices_pb2.DOCUMENT_FORMAT_UNSPECIFIED:
        return None
    if number not in FORMAT_BY_NUMBER:
        known = ", ".join(invoices_pb2.DocumentFormat.keys())
        raise InvalidInput.field("format", f"must be one of {known}")
    return FORMAT_BY_NUMBER[number]


def summary_message(
    invoice: Invoice, documents: Sequence[Document], sign: SignDocument
) -> invoices_pb2.Invoice:
    """Writes an invoice as lists show it: without notes, seller, delivery and lines."""
    draft = invoice.draft
    return invoices_pb2.Invoice(
        invoice_number=invoice.number,
        type_code=invoice.type_code,
        issue_date=day_text(invoice.issue_date),
        issue_time=timestamp(invoice.issued_at),
        due_date=day_text(invoice.due_date),
        order_id=draft.order_id,
        order_number=draft.order_number,
        site_code=draft.site_code,
        currency=draft.currency,
        language=draft.language,
        supply_date=day_text(draft.supply_date),
        buyer_reference=draft.buyer_reference,
        purchase_order=draft.purchase_order,
        tax_currency=draft.tax_currency,
        buyer=_party_message(draft.buyer),
        totals=_totals_message(draft.totals),
        documents=[document_message(document, sign) for document in documents],
    )


def invoice_message(
    invoice: Invoice, documents: Sequence[Document], sign: SignDocument
) -> invoices_pb2.Invoice:
    """Writes a whole invoice."""
    draft = invoice.draft
    message = summary_message(invoice, documents, sign)
    message.notes.extend(draft.notes)
    message.payment_terms = draft.payment_terms
    message.seller.CopyFrom(_seller_message(draft.seller))
    if draft.delivery:
        message.delivery.CopyFrom(_party_message(draft.delivery))
    message.lines.extend(_line_message(line) for line in draft.lines)
    message.adjustments.extend(_adjustment_message(item) for item in draft.adjustments)
    message.tax_subtotals.extend(_subtotal_message(item) for item in draft.tax_subtotals)
    return message


def document_message(document: Document, sign: SignDocument | None = None) -> invoices_pb2.Document:
    """Writes what describes a document. sign signs the link to it."""
    return invoices_pb2.Document(
        format=FORMATS[document.format],
        media_type=document.media_type,
        file_name=document.file_name,
        size_bytes=document.size,
        sha256=document.sha256,
        link_signature=sign(document.invoice_number, document.sha256) if sign else "",
    )


def address_message(address: PostalAddress) -> invoices_pb2.PostalAddress:
    """Writes a postal address."""
    return invoices_pb2.PostalAddress(
        lines=address.lines,
        post_code=address.post_code,
        city=address.city,
        subdivision=address.subdivision,
        country=address.country,
    )


def _party_message(party: Party) -> invoices_pb2.Party:
    return invoices_pb2.Party(
        name=party.name,
        contact_name=party.contact_name,
        address=address_message(party.address),
        vat_id=party.vat_id,
        email=party.email,
        customer_id=party.customer_id,
    )


def _seller_message(seller: Seller) -> invoices_pb2.Party:
    return invoices_pb2.Party(
        name=seller.name,
        address=address_message(seller.address),
        vat_id=seller.vat_id,
        tax_number=seller.tax_number,
        email=seller.email,
    )


def _line_message(line: InvoiceLine) -> invoices_pb2.InvoiceLine:
    return invoices_pb2.InvoiceLine(
        position=line.position,
        name=line.name,
        item_id=line.item_id,
        quantity=decimal_text(line.quantity),
        unit_code=line.unit_code,
        unit_price=decimal_text(line.unit_price),
        discount=decimal_text(line.discount),
        net_amount=decimal_text(line.net_amount),
        tax_category=line.tax_category,
        tax_rate=decimal_text(line.tax_rate),
    )


def _adjustment_message(adjustment: Adjustment) -> invoices_pb2.Adjustment:
    return invoices_pb2.Adjustment(
        kind=_ADJUSTMENT_KINDS[adjustment.kind],
        description=adjustment.description,
        net_amount=decimal_text(adjustment.net_amount),
        tax_category=adjustment.tax_category,
        tax_rate=decimal_text(adjustment.tax_rate),
    )


def _subtotal_message(subtotal: TaxSubtotal) -> invoices_pb2.TaxSubtotal:
    return invoices_pb2.TaxSubtotal(
        tax_category=subtotal.tax_category,
        tax_rate=decimal_text(subtotal.tax_rate),
        taxable_amount=decimal_text(subtotal.taxable_amount),
        tax_amount=decimal_text(subtotal.tax_amount),
        exemption_reason=subtotal.exemption_reason,
        exemption_code=subtotal.exemption_code,
    )


def _totals_message(totals: Totals) -> invoices_pb2.Totals:
    converted = totals.tax_in_tax_currency
    return invoices_pb2.Totals(
        lines=decimal_text(totals.lines),
        allowances=decimal_text(totals.allowances),
        charges=decimal_text(totals.charges),
        tax_exclusive=decimal_text(totals.tax_exclusive),
        tax=decimal_text(totals.tax),
        tax_inclusive=decimal_text(totals.tax_inclusive),
        prepaid=decimal_text(totals.prepaid),
        due=decimal_text(totals.due),
        rounding=decimal_text(totals.rounding),
        tax_in_tax_currency="" if converted is None else decimal_text(converted),
    )
