"""Chooses the syntax of a format."""

from __future__ import annotations

from server.domain.document import DocumentFormat
from server.domain.invoice import Invoice
from server.rendering.xml.cii.document import cii_document
from server.rendering.xml.profiles import PROFILES, Syntax
from server.rendering.xml.ubl.document import ubl_document

#: Of every format that is written here.
MEDIA_TYPE = "application/xml"


def render_xml(invoice: Invoice, format: DocumentFormat) -> bytes:
    """Writes an invoice or credit note in an XML format: the same bytes for the same invoice.

    Valid where `server.domain.format_rules.missing_terms` finds nothing. Raises ValueError for
    a format that is no XML.
    """
    profile = PROFILES.get(format)
    if profile is None:
        raise ValueError(f"{format} is not written as XML")
    write = cii_document if profile.syntax is Syntax.CII else ubl_document
    return write(invoice, profile)
