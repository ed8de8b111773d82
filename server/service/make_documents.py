"""Renders what invoices lack of their documents, and stores the bytes."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from server.domain.document import Document, DocumentFormat
from server.domain.errors import LimitExceeded, OrderRejected
from server.domain.invoice import Invoice
from server.domain.tenant import Tenant
from server.ports import Database, DocumentStore, IssuedInvoice, Renderer
from server.service.keep_documents import KeepDocuments
from server.service.outcomes import too_long, unexpected

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Made:
    """The documents of some invoices."""

    #: Each invoice's PDF by invoice number, or why not all of its documents are there.
    documents: dict[str, Document | OrderRejected] = field(default_factory=dict)
    #: All documents that are new: stored, but not recorded yet.
    stored: list[Document] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class MakeDocuments:
    """Sees to it that every invoice has its PDF and all other formats it was issued with."""

    database: Database
    renderer: Renderer
    store: DocumentStore

    def __call__(
        self,
        tenant: Tenant,
        invoiced: Iterable[IssuedInvoice],
        at_hand: Mapping[str, Invoice],
        *,
        alone: bool = False,
    ) -> Made:
        """Finds each invoice's documents; makes and stores those that are missing.

        at_hand holds invoices just issued, by number; others are read. alone lets each be rendered
        where it harms no other, at the price of time. Raises Unavailable when
        nothing can be rendered or stored for now.
        """
        recorded = {issued.number: issued.documents for issued in invoiced}
        lacking = [
            (invoice, format)
            for invoice in self._invoices(tenant, list(recorded), at_hand)
            for format in formats_of(invoice)
            if format not in {document.format for document in recorded[invoice.number]}
        ]
        made = Made(
            {
                document.invoice_number: document
                for documents in recorded.values()
                for document in documents
                if document.format is DocumentFormat.PDF
            }
        )
        failed: dict[str, list[str]] = {}
        late: dict[str, LimitExceeded] = {}
        kept = self.renderer.render(lacking, KeepDocuments(self.store, tenant), alone=alone)
        for (invoice, format), document in zip(lacking, kept, strict=True):
            if isinstance(document, Exception):
                log.error("invoice %r of tenant %s was not rendered as %s", invoice.number, tenant,
                          format, exc_info=document)  # fmt: skip
                failed.setdefault(invoice.number, []).append(format.label)
                if isinstance(document, LimitExceeded):
                    late[invoice.number] = document
                continue
            made.stored.append(document)
            if format is DocumentFormat.PDF:
                made.documents[invoice.number] = document
        # What could be made is kept all the same: a new job has only the rest to do.
        for number, labels in failed.items():
            what = f"Invoice {number} was issued, but its {' and '.join(labels)} could not be made"
            made.documents[number] = (
                too_long(what, late[number]) if number in late else unexpected(what)
            )
        return made

    def _invoices(
        self, tenant: Tenant, numbers: list[str], at_hand: Mapping[str, Invoice]
    ) -> list[Invoice]:
        absent = [number for number in numbers if number not in at_hand]
        read: Mapping[str, Invoice] = {}
        if absent:
            with self.database.read() as unit:
                read = unit.invoices.get(tenant, absent)
        return [at_hand.get(number) or read[number] for number in numbers]


def formats_of(invoice: Invoice) -> tuple[DocumentFormat, ...]:
    """Lists what an invoice is rendered to: always the PDF, and what was frozen with it."""
    return tuple(dict.fromkeys((DocumentFormat.PDF, *invoice.draft.formats)))
