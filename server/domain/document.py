"""A document: the bytes an invoice is rendered to, and how they are found again."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class DocumentFormat(StrEnum):
    """The forms an invoice is rendered to."""

    #: The invoice for people.
    PDF = "PDF"
    #: Factur-X 1.0 / ZUGFeRD 2, profile EN 16931, CII.
    FACTUR_X = "FACTUR_X"
    #: XRechnung 3.0, CII.
    XRECHNUNG_CII = "XRECHNUNG_CII"
    #: XRechnung 3.0, UBL.
    XRECHNUNG_UBL = "XRECHNUNG_UBL"
    #: Peppol BIS Billing 3, UBL.
    PEPPOL_UBL = "PEPPOL_UBL"

    @property
    def label(self) -> str:
        """Names the format for people."""
        return _LABELS[self]

    @property
    def ending(self) -> str:
        """Gives what its files' names end in after the dot."""
        return "pdf" if self is DocumentFormat.PDF else "xml"

    @property
    def media_type(self) -> str:
        """Gives the media type of its bytes."""
        return f"application/{self.ending}"


_LABELS = {
    DocumentFormat.PDF: "PDF",
    DocumentFormat.FACTUR_X: "Factur-X",
    DocumentFormat.XRECHNUNG_CII: "XRechnung CII",
    DocumentFormat.XRECHNUNG_UBL: "XRechnung UBL",
    DocumentFormat.PEPPOL_UBL: "Peppol UBL",
}


@dataclass(frozen=True, slots=True)
class Document:
    """A rendered document that is stored under its key."""

    invoice_number: str
    format: DocumentFormat
    media_type: str
    #: A name to save it under: the invoice's number, made safe for file systems.
    file_name: str
    size: int
    #: 64 lower-case hex digits.
    sha256: str
    #: Where the document store keeps it; holds the hash, so storing twice is harmless.
    key: str
