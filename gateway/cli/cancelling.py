"""`invoicejobs invoices cancel`: corrects an invoice by a credit note."""

from __future__ import annotations

import re
import uuid

import click
from invoicejobs.v1.invoices_pb2 import CancelInvoiceRequest, CreditLine

from gateway.cli.commands import ClientCommand
from gateway.cli.connection import Session, pass_session
from gateway.cli.output import amount as amount_text
from gateway.cli.output import as_dict, print_json, results

_LINE = re.compile(r"([0-9]{1,9})(?:=(-?[0-9.]+))?")


class LineParameter(click.ParamType[CreditLine]):
    """A line to credit, written POSITION or POSITION=QUANTITY."""

    name = "POSITION[=QUANTITY]"

    def convert(
        self, value: str | CreditLine, param: click.Parameter | None, ctx: click.Context | None
    ) -> CreditLine:
        """Reads a line. Ends the command where it is none."""
        if isinstance(value, CreditLine):
            return value
        match = _LINE.fullmatch(value)
        if match is None:
            self.fail(f"{value!r} is no line: write 3, or 3=1.5 for a part of it.", param, ctx)
        return CreditLine(position=int(match[1]), quantity=match[2] or "")


@click.command(
    cls=ClientCommand,
    examples=(
        "invoicejobs invoices cancel RE-2026-00001 --reason 'Bestellung storniert'",
        "invoicejobs invoices cancel RE-2026-00001 --line 2 --line 3=1",
        "invoicejobs invoices cancel RE-2026-00001 --amount 12.50 --request-id ticket-4711",
    ),
)
@click.argument("number")
@click.option("--reason", default="", metavar="TEXT", help="Why; printed on the credit note.")
@click.option(
    "--line",
    "lines",
    type=LineParameter(),
    multiple=True,
    metavar="POSITION[=QUANTITY]",
    help="Credit only this line, or so much of it; may be repeated.",
)
@click.option("--amount", default="", metavar="AMOUNT", help="Credit only so much, with tax.")
@click.option(
    "--request-id",
    metavar="ID",
    help="Your own id of this request: repeated within 24 hours, it credits nothing twice.",
)
@pass_session
def cancel(
    session: Session,
    *,
    number: str,
    reason: str,
    lines: tuple[CreditLine, ...],
    amount: str,
    request_id: str | None,
) -> None:
    """Corrects the invoice NUMBER by a credit note: all that is left, or only a part.

    The invoice stays as it is. Once nothing of it is left, its order can be invoiced anew.
    """
    if lines and amount:
        raise click.UsageError("Credit lines or an amount: --line and --amount exclude each other.")
    request = CancelInvoiceRequest(
        tenant=session.need_tenant(),
        invoice_number=number,
        reason=reason,
        # An id of our own makes it harmless that gRPC sends a request again.
        request_id=request_id or str(uuid.uuid4()),
        lines=lines,
        amount=amount,
    )
    note = session.invoices.CancelInvoice(request, timeout=session.timeout).credit_note
    if session.json:
        print_json(as_dict(note))
        return
    total = amount_text(note.totals.tax_inclusive, note.currency)
    results().print(f"{note.invoice_number} credits {total} of {number}.")
