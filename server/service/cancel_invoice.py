"""Corrects an invoice by a credit note. The invoice itself is never changed.

Safe to repeat from any point, as with invoices: the number is drawn in the transaction that
records the credit note, and its documents are made from what was recorded.
"""

from __future__ import annotations

import unicodedata
from contextlib import suppress
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from server.domain.audit import AuditAction, AuditEntry
from server.domain.credit import Credit, compute_credit, is_cancelled, issue_credit_note
from server.domain.errors import InvalidInput, NotReady, OrderRejected
from server.domain.invoice import INVOICE, Invoice, InvoiceDraft
from server.domain.invoice_record import InvoiceRecord
from server.domain.numbering import open_series
from server.domain.tenant import Tenant
from server.ports import Clock, Database, IssuedInvoice, RememberedRequest, UnitOfWork
from server.service.draw_numbers import SeriesPassed, draw_numbers
from server.service.make_documents import MakeDocuments
from server.service.origin import current_origin
from server.service.read_invoice import ReadInvoice, invoice_not_found
from server.service.requests import check_request_id, fingerprint_of, first_result

REASON_LENGTH = 500


@dataclass(frozen=True, slots=True)
class CancelInvoice:
    """Issues the credit note of an invoice, or of a part of it, and makes its documents."""

    database: Database
    clock: Clock
    make_documents: MakeDocuments

    def __call__(
        self, tenant: Tenant, number: str, credit: Credit, request_id: str = ""
    ) -> InvoiceRecord:
        """Credits an invoice, or finds the credit note that did so already.

        Raises NotFound for an unknown number, InvalidInput for more than is left, NotReady when
        the settings lack a number for it, and Conflict when the request id stands for another
        request.
        """
        _check(credit, request_id)
        note = None
        while note is None:
            with suppress(SeriesPassed):
                note = self._issue(tenant, number, credit, request_id)
        self._complete(tenant, note)
        return ReadInvoice(self.database)(tenant, note)

    def _issue(self, tenant: Tenant, number: str, credit: Credit, request_id: str) -> str:
        """Records the credit note and gives its number."""
        fingerprint = _fingerprint(number, credit)
        with self.database.write() as unit:
            now = self.clock.now()
            note = first_result(unit.requests.find, tenant, request_id, fingerprint, now)
            if note:
                return note
            found = unit.invoices.to_credit(tenant, number)
            if found is None:
                raise invoice_not_found(number)
            invoice, credit_notes = found
            if invoice.type_code != INVOICE:
                raise InvalidInput.field(
                    "invoice_number", f"{number} is a credit note; only an invoice can be credited"
                )
            if credit.is_whole and is_cancelled(invoice, credit_notes):
                note = credit_notes[-1].number
            else:
                draft = compute_credit(invoice, credit_notes, credit)
                issued = self._number(unit, tenant, draft)
                unit.invoices.add(tenant, "", [issued])
                if is_cancelled(invoice, (*credit_notes, issued)):
                    unit.invoices.cancel(tenant, number)
                note = issued.number
                detail = f"by credit note {note}"
                unit.audit.add(
                    AuditEntry(
                        now, tenant, AuditAction.CANCEL_INVOICE, number, current_origin(), detail
                    )
                )
            if request_id:
                unit.requests.remember(
                    tenant, request_id, RememberedRequest(note, fingerprint, now)
                )
            unit.commit()
        return note

    def _number(self, unit: UnitOfWork, tenant: Tenant, draft: InvoiceDraft) -> Invoice:
        """Numbers a credit note. Raises NotReady, or OrderRejected after the last number."""
        settings = unit.settings.get(tenant)
        site = settings.site(draft.site_code) if settings else None
        if settings is None or site is None:
            raise NotReady(f"The settings know no site {draft.site_code!r}.", reason="SITE_UNKNOWN")
        sequence = settings.credit_note_sequence_for(site)
        if sequence is None:
            raise NotReady(
                f"The site {site.code!r} issues no credit notes: name their number sequence in its "
                "settings (credit_note_sequence), then try again.",
                reason="CREDIT_NOTE_SEQUENCE_MISSING",
            )
        zone = ZoneInfo(site.time_zone)
        series = open_series(sequence, site.data(), self.clock.now().astimezone(zone))
        numbers = draw_numbers(unit, tenant, series, 1)
        if not numbers:
            raise series.exhausted()
        # As for invoices: the counter is ours, so later numbers never bear earlier times.
        now = self.clock.now()
        if open_series(sequence, site.data(), now.astimezone(zone)) != series:
            raise SeriesPassed
        return issue_credit_note(draft, numbers[0], now, now.astimezone(zone))

    def _complete(self, tenant: Tenant, note: str) -> None:
        """Makes those documents of a credit note that are missing.

        Raises OrderRejected when one cannot be made; the credit note is issued all the same.
        """
        with self.database.read() as unit:
            documents = unit.invoices.documents(tenant, note)
        made = self.make_documents(tenant, [IssuedInvoice(note, "", documents)], {})
        if made.stored:
            with self.database.write() as unit:
                unit.invoices.add_documents(tenant, made.stored)
                unit.commit()
        document = made.documents[note]
        if isinstance(document, OrderRejected):
            raise document


def _check(credit: Credit, request_id: str) -> None:
    check_request_id(request_id)
    if len(credit.reason) > REASON_LENGTH:
        raise InvalidInput.field("reason", f"must have at most {REASON_LENGTH} characters")
    if any(unicodedata.category(character) == "Cc" for character in credit.reason):
        raise InvalidInput.field("reason", "must not contain control characters")
    if credit.lines and credit.amount is not None:
        raise InvalidInput.field("amount", "must not be given together with lines")
    if not credit.is_whole and not request_id:
        raise InvalidInput.field(
            "request_id",
            "is required for a partial credit, so that repeating it credits nothing twice",
        )


def _fingerprint(number: str, credit: Credit) -> str:
    lines = [f"{line.position}={line.quantity}" for line in credit.lines]
    return fingerprint_of("CREDIT", number, credit.reason, str(credit.amount), *lines)
