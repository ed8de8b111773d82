"""What came of an invoice since, and what to credit of it: values to messages and back."""

from __future__ import annotations

import re
from decimal import Decimal

from invoicejobs.v1 import invoices_pb2

from server.domain.credit import Credit, CreditLine
from server.domain.errors import FieldViolation, InvalidInput
from server.domain.invoice_record import InvoiceRecord
from server.rpc.translate_invoices import invoice_message, summary_message
from server.service.links import SignDocument

#: No more digits than amounts and quantities need, so that sums stay exact.
_DECIMAL = re.compile(r"-?[0-9]{1,12}(\.[0-9]{1,6})?")


def record_message(record: InvoiceRecord, sign: SignDocument) -> invoices_pb2.Invoice:
    """Writes a whole invoice and what came of it."""
    return _completed(invoice_message(record.invoice, record.documents, sign), record)


def record_summary(record: InvoiceRecord, sign: SignDocument) -> invoices_pb2.Invoice:
    """Writes an invoice as lists show it and what came of it."""
    return _completed(summary_message(record.invoice, record.documents, sign), record)


def read_credit(request: invoices_pb2.CancelInvoiceRequest) -> Credit:
    """Reads what to credit. Raises InvalidInput that names all that is no decimal."""
    violations: list[FieldViolation] = []
    lines = tuple(
        CreditLine(line.position, _decimal(line.quantity, f"lines[{index}].quantity", violations))
        for index, line in enumerate(request.lines)
    )
    amount = _decimal(request.amount, "amount", violations)
    if violations:
        raise InvalidInput(*violations)
    return Credit(request.reason, lines, amount)


def _completed(message: invoices_pb2.Invoice, record: InvoiceRecord) -> invoices_pb2.Invoice:
    preceding = record.invoice.draft.preceding
    message.preceding_invoice_number = preceding.number if preceding else ""
    message.credit_note_numbers.extend(record.credit_note_numbers)
    message.cancelled = record.cancelled
    return message


def _decimal(text: str, field: str, violations: list[FieldViolation]) -> Decimal | None:
    if not text:
        return None
    if not _DECIMAL.fullmatch(text):
        violations.append(
            FieldViolation(
                field, "must be a decimal such as 12.50, with at most 12 digits and 6 decimals"
            )
        )
        return None
    return Decimal(text)
