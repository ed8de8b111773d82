"""`invoicejobs invoices`: shows issued invoices and downloads their documents."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import click
import grpc
from invoicejobs.v1.invoices_pb2 import (
    Document,
    DocumentFormat,
    GetInvoiceRequest,
    Invoice,
    ListInvoicesRequest,
)
from rich.progress import MofNCompleteColumn

from gateway.cli.commands import ClientGroup
from gateway.cli.connection import Session, pass_session
from gateway.cli.downloading import Download, Downloader
from gateway.cli.invoice_view import show
from gateway.cli.output import as_dict, notes, print_json, print_table, progress_bar, results
from gateway.cli.paging import pages
from gateway.cli.refusals import REFUSED, refusal, status_code
from gateway.cli.waiting import job_orders

ALL = "all"
#: What can be asked for, by the words of the command.
FORMATS = {
    "pdf": DocumentFormat.DOCUMENT_FORMAT_PDF,
    "factur-x": DocumentFormat.DOCUMENT_FORMAT_FACTUR_X,
    "xrechnung-cii": DocumentFormat.DOCUMENT_FORMAT_XRECHNUNG_CII,
    "xrechnung-ubl": DocumentFormat.DOCUMENT_FORMAT_XRECHNUNG_UBL,
    "peppol": DocumentFormat.DOCUMENT_FORMAT_PEPPOL_UBL,
}


@click.group(cls=ClientGroup)
def invoices() -> None:
    """Shows issued invoices and downloads their documents."""


@invoices.command(examples=("invoicejobs invoices get RE-2026-00001",))
@click.argument("number")
@pass_session
def get(session: Session, number: str) -> None:
    """Shows the invoice NUMBER with everything that stands on it."""
    request = GetInvoiceRequest(tenant=session.need_tenant(), invoice_number=number)
    invoice = session.invoices.GetInvoice(request, timeout=session.timeout).invoice
    if session.json:
        print_json(as_dict(invoice))
    else:
        show(invoice)


@invoices.command(
    "list",
    examples=("invoicejobs invoices list --json | jq -r '[.invoiceNumber, .totals.due] | @tsv'",),
)
@click.option("--order", "order_id", default="", metavar="ID", help="Only this order's invoice.")
@click.option("--job", "job_id", default="", metavar="ID", help="Only those this job issued.")
@pass_session
def list_(session: Session, *, order_id: str, job_id: str) -> None:
    """Lists the tenant's invoices, the newest first."""
    found: list[Invoice] = []
    for invoice in list_invoices(session, order_id=order_id, job_id=job_id):
        if session.json:
            print_json(as_dict(invoice))
        else:
            found.append(invoice)
    if not session.json:
        print_table(
            ("Number", "Issued", "Order", "Buyer", ">Net", ">Tax", ">Total", ">Due", "Currency"),
            (
                (
                    invoice.invoice_number,
                    invoice.issue_date,
                    invoice.order_id,
                    invoice.buyer.name,
                    invoice.totals.tax_exclusive,
                    invoice.totals.tax,
                    invoice.totals.tax_inclusive,
                    invoice.totals.due,
                    invoice.currency,
                )
                for invoice in found
            ),
            empty="No invoices.",
        )


@invoices.command(
    examples=(
        "invoicejobs invoices download RE-2026-00001",
        "invoicejobs invoices download RE-2026-00001 --output invoice.pdf",
        "invoicejobs invoices download RE-2026-00001 --format xrechnung-ubl",
        "invoicejobs invoices download --job JOB_ID --format all --output invoices/",
    )
)
@click.argument("numbers", nargs=-1, metavar="[NUMBER]...")
@click.option("--job", "job_id", metavar="ID", help="All invoices of the orders of this job.")
@click.option(
    "--format",
    "format_name",
    type=click.Choice([*FORMATS, ALL]),
    default="pdf",
    help="Which document of each invoice; all means every one it has.  [pdf]",
)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    default=Path(),
    metavar="PATH",
    help="A folder, made where it is missing; for one document also a file that ends in .pdf or "
    ".xml, as the format does.",
)
@click.option("--force", is_flag=True, help="Replace files that are there with other content.")
@pass_session
def download(
    session: Session,
    *,
    numbers: tuple[str, ...],
    job_id: str | None,
    format_name: str,
    output: Path,
    force: bool,
) -> None:
    """Downloads documents of the invoices NUMBER, or of a whole job.

    A file appears under its name only when it is complete and its SHA-256 is right.
    """
    if bool(numbers) == bool(job_id):
        raise click.UsageError("Say which invoices: their numbers, or --job ID.")
    wanted = list(dict.fromkeys(numbers or _numbers_of(session, job_id or "")))
    single = _is_single(numbers, format_name, output)
    downloader = Downloader(session, output, single=single, replace=force)
    done: list[Download] = []
    missing: list[grpc.RpcError] = []
    try:
        with progress_bar(MofNCompleteColumn()) as bar:
            for number in bar.track(wanted, description="Downloading invoices"):
                try:
                    for asked in _asked(session, number, format_name):
                        saved = downloader.download(number, asked.format, asked.sha256)
                        done.append(saved)
                except grpc.RpcError as error:
                    if status_code(error) != grpc.StatusCode.NOT_FOUND:
                        raise
                    missing.append(error)
    finally:  # what is saved is told, also when a later one stops the command
        for one in done:
            _report(session, one)
    if not wanted:
        notes().print("The job has no invoices.")
    for absent in missing:
        notes().print(refusal(absent, session.target, session.timeout).message, style="red")
    if missing:
        sys.exit(REFUSED)


def _is_single(numbers: tuple[str, ...], format_name: str, output: Path) -> bool:
    """Tells whether one document is asked for, which output may name."""
    if len(numbers) != 1 or format_name == ALL:
        return False
    ending = ".pdf" if format_name == "pdf" else ".xml"
    # A name that lies about what is in the file would become a folder.
    if output.suffix.lower() in {".pdf", ".xml"} - {ending} and not output.is_dir():
        raise click.UsageError(f"--output: a file of the format {format_name} ends in {ending}.")
    return True


def _asked(session: Session, number: str, format_name: str) -> Sequence[Document]:
    """Lists the documents to download; one is known by its format or by its hash."""
    if format_name != ALL:
        return [Document(format=FORMATS[format_name])]
    request = GetInvoiceRequest(tenant=session.need_tenant(), invoice_number=number)
    invoice = session.invoices.GetInvoice(request, timeout=session.timeout).invoice
    # One without documents is asked for its PDF: the server says best what is missing.
    return invoice.documents or [Document()]


def list_invoices(session: Session, *, order_id: str = "", job_id: str = "") -> Iterator[Invoice]:
    """Reads the summaries of all invoices, the newest first; empty does not filter."""
    request = ListInvoicesRequest(tenant=session.need_tenant(), order_id=order_id, job_id=job_id)
    for page in pages(
        lambda request: session.invoices.ListInvoices(request, timeout=session.timeout), request
    ):
        yield from page.invoices


def _numbers_of(session: Session, job_id: str) -> Iterator[str]:
    """Gives the numbers of a job's orders, also of invoices that existed before it."""
    return (o.invoice_number for o in job_orders(session, job_id) if o.invoice_number)


def _report(session: Session, done: Download) -> None:
    if session.json:
        print_json(
            {
                "invoiceNumber": done.invoice_number,
                "format": done.format,
                "file": str(done.path),
                "sizeBytes": done.size_bytes,
                "sha256": done.sha256,
            }
        )
    else:
        results().print(str(done.path))
