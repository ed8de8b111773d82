"""Chooses who renders a format."""

from __future__ import annotations

from server.domain.document import DocumentFormat
from server.domain.invoice import Invoice
from server.rendering.render_pdf import render_pdf
from server.rendering.xml import render_xml


def render_document(invoice: Invoice, format: DocumentFormat) -> bytes:
    """Renders an invoice to a format; the same invoice always gives the same bytes."""
    if format is DocumentFormat.PDF:
        return render_pdf(invoice)
    return render_xml(invoice, format)
