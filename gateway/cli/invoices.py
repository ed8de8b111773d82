"""`invoicejobs invoices`: shows issued invoices and downloads their documents."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import click
import grpc
from invoicejobs.v1.invoices_pb2 import GetInvoiceRequest, Invoice, ListInvoicesRequest, Party
from rich.progress import MofNCompleteColumn

from gateway.cli.commands import ClientGroup
from gateway.cli.connection import Session, pass_session
from gateway.cli.downloading import Download, Downloader
from gateway.cli.output import (
    amount,
    as_dict,
    notes,
    print_fields,
    print_json,
    print_table,
    progress_bar,
    results,
)
from gateway.cli.paging import pages
from gateway.cli.refusals import REFUSED, refusal, status_code
from gateway.cli.waiting import job_orders


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
        _show(invoice)


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
        "invoicejobs invoices download --job JOB_ID --output invoices/",
    )
)
@click.argument("numbers", nargs=-1, metavar="[NUMBER]...")
@click.option("--job", "job_id", metavar="ID", help="All invoices of the orders of this job.")
@click.option(
    "--output",
    type=click.Path(path_type=Path),
    default=Path(),
    metavar="PATH",
    help="A folder, made where it is missing; for one invoice also a file that ends in .pdf.",
)
@click.option("--force", is_flag=True, help="Replace files that are there with other content.")
@pass_session
def download(
    session: Session, *, numbers: tuple[str, ...], job_id: str | None, output: Path, force: bool
) -> None:
    """Downloads the PDFs of the invoices NUMBER, or of a whole job.

    A file appears under its name only when it is complete and its SHA-256 is right.
    """
    if bool(numbers) == bool(job_id):
        raise click.UsageError("Say which invoices: their numbers, or --job ID.")
    wanted = list(dict.fromkeys(numbers or _numbers_of(session, job_id or "")))
    downloader = Downloader(session, output, single=len(numbers) == 1, replace=force)
    done: list[Download] = []
    missing: list[grpc.RpcError] = []
    try:
        with progress_bar(MofNCompleteColumn()) as bar:
            for number in bar.track(wanted, description="Downloading invoices"):
                try:
                    done.append(downloader.download(number))
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
                "file": str(done.path),
                "sizeBytes": done.size_bytes,
                "sha256": done.sha256,
            }
        )
    else:
        results().print(str(done.path))


def _show(invoice: Invoice) -> None:
    totals, currency = invoice.totals, invoice.currency
    print_fields(
        [
            ("Invoice", invoice.invoice_number),
            ("Issued", invoice.issue_date),
            ("Supplied", invoice.supply_date),
            ("Due", invoice.due_date),
            ("Order", invoice.order_id),
            ("Site", invoice.site_code),
            ("Seller", _party(invoice.seller)),
            ("Buyer", _party(invoice.buyer)),
            ("Delivered to", _party(invoice.delivery)),
        ]
    )
    results().print()
    print_table(
        (">", "Item", ">Quantity", "Unit", ">Price", ">Discount", ">Tax", ">Net"),
        (
            (
                str(line.position),
                line.name,
                line.quantity,
                line.unit_code,
                line.unit_price,
                line.discount,
                f"{line.tax_rate} %",
                line.net_amount,
            )
            for line in invoice.lines
        ),
        empty="No lines.",
    )
    results().print()
    print_fields(
        [
            *((a.description, amount(a.net_amount, currency)) for a in invoice.adjustments),
            ("Total without tax", amount(totals.tax_exclusive, currency)),
            *(
                (f"Tax {s.tax_rate} % of {s.taxable_amount}", amount(s.tax_amount, currency))
                for s in invoice.tax_subtotals
            ),
            ("Total with tax", amount(totals.tax_inclusive, currency)),
            ("Paid", amount(totals.prepaid, currency)),
            ("To pay", amount(totals.due, currency)),
            *(("Document", d.file_name) for d in invoice.documents),
        ]
    )


def _party(party: Party) -> str:
    address = party.address
    place = f"{address.post_code} {address.city}".strip()
    parts = (party.name, *address.lines, place, address.country, party.vat_id)
    return ", ".join(part for part in parts if part)
