"""A document: the bytes an invoice is rendered to, and how they are found again."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class DocumentFormat(StrEnum):
    """The forms an invoice is rendered to."""

    PDF = "PDF"


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
