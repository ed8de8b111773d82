"""`invoicejobs invoices preview`: what the server would make of an order, before it does."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import BinaryIO

import click
from invoicejobs.v1.invoices_pb2 import PreviewInvoiceRequest

from gateway.cli.commands import ClientCommand
from gateway.cli.connection import Session, pass_session
from gateway.cli.downloading import safe_name
from gateway.cli.output import print_json, results
from gateway.cli.refusals import Refused

STANDARD = "-"


@click.command(
    cls=ClientCommand,
    examples=(
        "invoicejobs invoices preview NH-10421",
        "invoicejobs invoices preview NH-10421 -o preview.pdf",
        "invoicejobs invoices preview --file order.json -o - | lp",
    ),
)
@click.argument("order_id", default="", metavar="[ORDER_ID]")
@click.option(
    "--file",
    type=click.File("rb"),
    help="Preview the order whose JSON is in this file; it is not imported. - reads stdin.",
)
@click.option(
    "-o",
    "--output",
    default=".",
    metavar="PATH",
    help="A file that ends in .pdf, a folder, or - for standard output.  [the working folder]",
)
@pass_session
def preview(session: Session, *, order_id: str, file: BinaryIO | None, output: str) -> None:
    """Previews the invoice of the order ORDER_ID as a PDF with a watermark.

    No number is drawn and nothing is kept. A preview that is there already is replaced.
    """
    if bool(order_id) == (file is not None):
        raise click.UsageError("Say which order: its id, or --file FILE.")
    request = PreviewInvoiceRequest(tenant=session.need_tenant(), order_id=order_id)
    if file is not None:
        request.order_json = file.read()
    response = session.invoices.PreviewInvoice(request, timeout=session.timeout)
    if output == STANDARD:
        sys.stdout.buffer.write(response.pdf)
        return
    target = _target(Path(output), response.file_name)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(response.pdf)
    except OSError as error:
        raise Refused(f"{target} cannot be written: {error.strerror or error}.") from error
    if session.json:
        print_json({"file": str(target), "sizeBytes": len(response.pdf)})
    else:
        results().print(str(target))


def _target(output: Path, file_name: str) -> Path:
    if output.suffix.lower() == ".pdf" and not output.is_dir():
        return output
    return output / safe_name(file_name)
