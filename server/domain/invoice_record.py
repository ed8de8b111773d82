"""An issued invoice with what came of it since: documents and credit notes."""

from __future__ import annotations

from dataclasses import dataclass

from server.domain.document import Document
from server.domain.invoice import Invoice


@dataclass(frozen=True, slots=True)
class InvoiceRecord:
    """An invoice or credit note as it is kept; only the invoice itself never changes."""

    invoice: Invoice
    documents: tuple[Document, ...] = ()
    #: The numbers of the credit notes that correct it, the oldest first.
    credit_note_numbers: tuple[str, ...] = ()
    #: Whether they leave nothing of it.
    cancelled: bool = False
