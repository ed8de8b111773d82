"""Checks that every invoice can be read, and that its documents are there to the last bit."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from server.domain.document import Document, DocumentFormat
from server.domain.errors import NotFound
from server.domain.tenant import Tenant
from server.ports import Database, DocumentStore
from server.ports.archive_stores import ArchivedInvoice
from server.service.archive_findings import Finding, Progress, Report
from server.service.make_documents import formats_of
from server.service.verify_rows import faults_of_row

#: Invoices that are looked at in one go.
PAGE = 200


@dataclass(frozen=True, slots=True)
class Fault:
    """A document that is not as it must be."""

    number: str
    format: DocumentFormat
    #: None where nothing is recorded of it.
    recorded: Document | None
    finding: Finding


#: Mends faults and tells what came of each.
Repair = Callable[[Tenant, Sequence[Fault]], Sequence[Finding]]


@dataclass(frozen=True, slots=True)
class VerifyDocuments:
    """Looks at all invoices of a tenant and at their documents."""

    database: Database
    store: DocumentStore
    #: Waits as long as it takes to store and record a credit note's documents.
    pause: Callable[[], None]

    def __call__(
        self,
        tenant: Tenant,
        report: Report,
        progress: Progress,
        *,
        quick: bool,
        repair: Repair | None,
    ) -> None:
        """Reports what is wrong; quick reads no document, repair mends what can be mended.

        Raises Unavailable when the database or the documents cannot be read.
        """
        after = 0
        while rows := self._page(tenant, after, PAGE):
            after = rows[-1].key
            suspects = [row for row in rows if faults_of_row(tenant, row) or self._any(row, quick)]
            self._look_again(tenant, suspects, report, quick=quick, repair=repair)
            self._check_logos(tenant, rows, report)
            progress(len(rows))

    def _page(self, tenant: Tenant, after: int, limit: int) -> Sequence[ArchivedInvoice]:
        with self.database.read() as unit:
            return unit.archive.invoices(tenant, after, limit)

    def _any(self, row: ArchivedInvoice, quick: bool) -> bool:
        return next(self._faults(Tenant(""), row, quick), None) is not None

    def _look_again(
        self,
        tenant: Tenant,
        suspects: Sequence[ArchivedInvoice],
        report: Report,
        *,
        quick: bool,
        repair: Repair | None,
    ) -> None:
        """Reports what is wrong still: an invoice may have been in work, or deleted meanwhile."""
        if any(_lacking(row) for row in suspects):
            self.pause()
        faults: list[Fault] = []
        for suspect in suspects:
            for row in self._page(tenant, suspect.key - 1, 1):
                if row.key != suspect.key:
                    continue  # deleted meanwhile
                for finding in faults_of_row(tenant, row):
                    report(finding)
                faults += self._faults(tenant, row, quick)
        if repair and faults:
            findings = repair(tenant, faults)
        else:
            findings = [fault.finding for fault in faults]
        for finding in findings:
            report(finding)

    def _faults(self, tenant: Tenant, row: ArchivedInvoice, quick: bool) -> Iterator[Fault]:
        for format in _lacking(row):
            yield Fault(row.number, format, None, _not_recorded(tenant, row.number, format))
        for document in row.documents:
            problem = self._problem(document, quick)
            if problem:
                kind, what = problem
                finding = Finding(
                    kind,
                    tenant,
                    row.number,
                    f"The {document.format.label} of invoice {row.number} {what} "
                    f"({document.key}): bring the file back from a backup, or run "
                    "'invoicejobs verify --repair', which makes it again from the invoice.",
                )
                yield Fault(row.number, document.format, document, finding)

    def _problem(self, document: Document, quick: bool) -> tuple[str, str] | None:
        """Tells what is wrong with a document's file, as a kind and in words."""
        size = self.store.size(document.key)
        if size is None:
            return "DOCUMENT_MISSING", "is not in the documents folder"
        if size != document.size:
            return "DOCUMENT_DAMAGED", f"has {size} bytes instead of {document.size}"
        if quick:
            return None
        digest = hashlib.sha256()
        try:
            for piece in self.store.read(document.key, 0, document.size):
                digest.update(piece)
        except NotFound:
            return "DOCUMENT_MISSING", "is not in the documents folder"
        if digest.hexdigest() != document.sha256:
            return "DOCUMENT_DAMAGED", "is not what was stored, for its SHA-256 is another"
        return None

    def _check_logos(self, tenant: Tenant, rows: Sequence[ArchivedInvoice], report: Report) -> None:
        with self.database.read() as unit:
            readable = [row.invoice for row in rows if row.invoice]
            for number in sorted(unit.archive.missing_logo(tenant, readable)):
                report(
                    Finding(
                        "LOGO_MISSING",
                        tenant,
                        number,
                        f"The logo of invoice {number} is not in the database: bring the table "
                        "images back from a backup, for without it the invoice's documents could "
                        "not be made again.",
                    )
                )


def _lacking(row: ArchivedInvoice) -> list[DocumentFormat]:
    """Lists the formats that should be recorded, and are not; a job in work still makes them."""
    if row.invoice is None or row.in_work:
        return []
    recorded = {document.format for document in row.documents}
    return [format for format in formats_of(row.invoice) if format not in recorded]


def _not_recorded(tenant: Tenant, number: str, format: DocumentFormat) -> Finding:
    return Finding(
        "DOCUMENT_NOT_RECORDED",
        tenant,
        number,
        f"Invoice {number} has no {format.label}: run 'invoicejobs verify --repair', which makes "
        "it from the invoice.",
    )
