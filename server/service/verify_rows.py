"""Checks that what stands beside a kept invoice says the same as the invoice itself.

Those columns decide whether an order is invoiced, and which invoice a credit note corrects.
"""

from __future__ import annotations

from collections.abc import Iterator

from server.domain.credit import is_cancelled
from server.domain.invoice import INVOICE, Invoice
from server.domain.tenant import Tenant
from server.ports.archive_stores import ArchivedInvoice
from server.service.archive_findings import Finding


def faults_of_row(tenant: Tenant, kept: ArchivedInvoice) -> list[Finding]:
    """Finds what is wrong with an invoice's row, without a look at its documents."""
    invoice = kept.invoice
    if invoice is None or invoice.number != kept.number:
        return [_unreadable(tenant, kept.number)]
    return [_differs(tenant, kept.number, *what) for what in _differences(kept, invoice)]


def _differences(kept: ArchivedInvoice, invoice: Invoice) -> Iterator[tuple[str, object, object]]:
    """Gives columns that contradict the invoice, what they say and what they should."""
    row, preceding = kept.row, invoice.draft.preceding
    expected = {
        "order_id": (row.order_id, invoice.draft.order_id),
        "type_code": (row.type_code, invoice.type_code),
        "preceding_number": (row.preceding_number, preceding.number if preceding else None),
    }
    for column, (said, right) in expected.items():
        if said != right:
            yield column, said, right
    if None in kept.credit_notes:
        return  # nobody knows what is left of it
    # One whose column names another invoice is told of with its own row.
    notes = [note for note in kept.credit_notes if note and _corrects(note, invoice)]
    # An invoice over nothing is not cancelled as long as nobody credits it.
    cancelled = bool(notes) and is_cancelled(invoice, notes)
    live = invoice.type_code == INVOICE and not cancelled
    if row.live != live:
        yield "live", str(row.live).lower(), str(live).lower()


def _corrects(note: Invoice, invoice: Invoice) -> bool:
    preceding = note.draft.preceding
    return preceding is not None and preceding.number == invoice.number


def _differs(tenant: Tenant, number: str, column: str, said: object, right: object) -> Finding:
    return Finding(
        "INVOICE_ROW",
        tenant,
        number,
        f"The column {column} of invoice {number} says {said or 'nothing'}, but by the invoice and "
        f"its credit notes it is {right or 'nothing'}: look for a lost credit note in a backup, or "
        "else set the column in the table invoices to that.",
    )


def _unreadable(tenant: Tenant, number: str) -> Finding:
    return Finding(
        "SNAPSHOT_UNREADABLE",
        tenant,
        number,
        f"What the database keeps of invoice {number} cannot be read: bring its row in the "
        "table invoices back from a backup; its documents tell what it said.",
    )
