"""`invoicejobs jobs`: creates jobs that invoice orders, and tells how far they are."""

from __future__ import annotations

import uuid
from typing import TextIO

import click
from invoicejobs.v1.invoice_jobs_pb2 import (
    JOB_TYPE_AUTOMATIC,
    JOB_TYPE_MANUAL,
    CreateInvoiceJobRequest,
)

from gateway.cli.commands import ClientGroup
from gateway.cli.connection import Session, pass_session
from gateway.cli.job_actions import cancel, retry, watch
from gateway.cli.job_list import list_
from gateway.cli.job_view import show, wait_and_show
from gateway.cli.waiting import read_job
from gateway.cli.watching import follow, wait_option, watch_option


@click.group(cls=ClientGroup)
def jobs() -> None:
    """Creates jobs that invoice orders, and tells how far they are."""


@jobs.command(
    examples=(
        "invoicejobs jobs create --order NH-10421 --order NH-10435 --wait",
        "invoicejobs orders list --not-invoiced --json | jq -r .orderId \\",
        "  | invoicejobs jobs create --orders-from - --wait",
        "invoicejobs jobs create --automatic --request-id nightly-2026-11-22 --watch",
    )
)
@click.option("--order", "order_ids", multiple=True, metavar="ID", help="An order to invoice.")
@click.option(
    "--orders-from",
    type=click.File("r", encoding="utf-8"),
    metavar="FILE",
    help="A file with one order id a line; '-' reads stdin.",
)
@click.option("--automatic", is_flag=True, help="Invoice all orders that are due.")
@click.option(
    "--request-id",
    metavar="ID",
    help="Your own id of this request: repeated within 24 hours, it starts no second job.",
)
@wait_option
@watch_option
@pass_session
def create(
    session: Session,
    *,
    order_ids: tuple[str, ...],
    orders_from: TextIO | None,
    automatic: bool,
    request_id: str | None,
    wait: bool,
    watch: bool,
) -> None:
    """Creates a job for the named orders, or for all that are due.

    It is safe to name an order again: one that has an invoice keeps it.
    """
    named = [*order_ids]
    if orders_from:
        named += [line.strip() for line in orders_from if line.strip()]
    if automatic == bool(named) or (automatic and orders_from):
        raise click.UsageError(
            "Say which orders: --order ID (repeatable) and --orders-from FILE, or --automatic."
        )
    request = CreateInvoiceJobRequest(
        tenant=session.need_tenant(),
        job_type=JOB_TYPE_AUTOMATIC if automatic else JOB_TYPE_MANUAL,
        order_ids=named,
        # An id of our own makes it harmless that gRPC sends a request again.
        request_id=request_id or str(uuid.uuid4()),
    )
    job = session.jobs.CreateInvoiceJob(request, timeout=session.timeout).job
    follow(session, job, wait=wait, watch=watch)


@jobs.command(
    examples=(
        "invoicejobs jobs get 01925c1e-7a3b-7c55-9d0e-3f1a5b2c4d6e --wait",
        "invoicejobs jobs get JOB_ID --json \\",
        "  | jq -r '.orders[] | select(.orderStatus == \"JOB_ORDER_STATUS_FAILURE\") | .message'",
    )
)
@click.argument("job_id")
@wait_option
@pass_session
def get(session: Session, job_id: str, *, wait: bool) -> None:
    """Shows the job JOB_ID and what became of its orders."""
    if wait:
        wait_and_show(session, job_id)
    else:
        show(session, read_job(session, job_id))


for command in (watch, cancel, retry, list_):
    jobs.add_command(command)
