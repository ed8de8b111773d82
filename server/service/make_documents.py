"""Renders the invoices that lack their document, and stores the bytes."""

from __future__ import annotations

import hashlib
import logging
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from server.domain.document import Document, DocumentFormat
from server.domain.errors import OrderRejected
from server.domain.invoice import Invoice
from server.domain.tenant import Tenant
from server.ports import Database, DocumentStore, IssuedInvoice, Renderer
from server.service.outcomes import unexpected

log = logging.getLogger(__name__)

_UNSAFE = re.compile(r"[^\w.+-]+")


@dataclass(frozen=True, slots=True)
class Made:
    """The documents of some invoices."""

    #: Each invoice's PDF by invoice number, or why there is none.
    documents: dict[str, Document | OrderRejected] = field(default_factory=dict)
    #: Those of them that are new: stored, but not recorded yet.
    stored: list[Document] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class MakeDocuments:
    """Sees to it that every invoice has its PDF."""

    database: Database
    renderer: Renderer
    store: DocumentStore

    def __call__(
        self, tenant: Tenant, invoiced: Iterable[IssuedInvoice], at_hand: Mapping[str, Invoice]
    ) -> Made:
        """Finds each invoice's document, or makes and stores it.

        at_hand holds invoices just issued, by number; others are read. Raises Unavailable when
        nothing can be rendered or stored for now.
        """
        made = Made()
        lacking: list[str] = []
        for issued in invoiced:
            recorded = {d.format: d for d in issued.documents}.get(DocumentFormat.PDF)
            if recorded:
                made.documents[issued.number] = recorded
            else:
                lacking.append(issued.number)
        invoices = self._invoices(tenant, lacking, at_hand)
        files: dict[str, bytes] = {}
        for invoice, pdf in zip(invoices, self.renderer.render(invoices), strict=True):
            if isinstance(pdf, Exception):
                log.error("invoice %r of tenant %s was not rendered", invoice.number, tenant,
                          exc_info=pdf)  # fmt: skip
                made.documents[invoice.number] = unexpected(
                    f"Invoice {invoice.number} was issued, but its PDF could not be made"
                )
            else:
                document = _describe(tenant, invoice, pdf)
                files[document.key] = pdf
                made.documents[invoice.number] = document
                made.stored.append(document)
        self.store.store(files)
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


def _describe(tenant: Tenant, invoice: Invoice, pdf: bytes) -> Document:
    sha256 = hashlib.sha256(pdf).hexdigest()
    name = _UNSAFE.sub("-", invoice.number).strip("-.") or "invoice"
    return Document(
        invoice_number=invoice.number,
        format=DocumentFormat.PDF,
        media_type="application/pdf",
        file_name=f"{name}.pdf",
        size=len(pdf),
        sha256=sha256,
        key=f"{tenant}/{sha256[:2]}/{sha256}.pdf",
    )
