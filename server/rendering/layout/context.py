"""What every part of a page needs to know about the invoice it draws."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from server.domain.invoice import CREDIT_NOTE, Invoice, InvoiceDraft
from server.domain.party import Identifier
from server.rendering.colours import Palette, palette
from server.rendering.formats import Formats, formats_for
from server.rendering.labels import Labels, labels_for

#: Registers whose numbers go by a name of their own (ISO 6523 ICD).
_REGISTERS = {"0002": "SIREN", "0009": "SIRET", "0060": "D-U-N-S", "0088": "GLN", "0106": "KvK"}


def register_name(legal_id: Identifier | None, otherwise: str) -> str:
    """Names the register a legal id is from, where it has a name that everybody knows."""
    return _REGISTERS.get(legal_id.scheme, otherwise) if legal_id is not None else otherwise


@dataclass(frozen=True, slots=True)
class Context:
    """An invoice with the words, formats and colours to draw it in."""

    invoice: Invoice
    labels: Labels
    formats: Formats
    palette: Palette

    @property
    def draft(self) -> InvoiceDraft:
        """Gives what was computed."""
        return self.invoice.draft

    @property
    def title(self) -> str:
        """Names the kind of document."""
        titles = self.labels.titles
        return titles.get(self.invoice.type_code, titles["380"])

    @property
    def is_credit(self) -> bool:
        """Tells whether it is a credit note, whose amounts go to the buyer."""
        return self.invoice.type_code == CREDIT_NOTE

    def money(self, value: Decimal) -> str:
        """Writes an amount with the invoice's currency."""
        return self.formats.money(value, self.invoice.draft.currency)

    def amount(self, value: Decimal) -> str:
        """Writes an amount where the currency is plain from the place."""
        return self.formats.amount(value, self.invoice.draft.currency)


def context_for(invoice: Invoice) -> Context:
    """Looks up the words, formats and colours of an invoice."""
    draft = invoice.draft
    return Context(
        invoice=invoice,
        labels=labels_for(draft.language),
        formats=formats_for(draft.language),
        palette=palette(draft.branding.primary_color),
    )
