"""`invoicejobs jobs`: creates jobs that invoice orders, and tells how far they are."""

from __future__ import annotations

import sys
import uuid
from typing import TextIO

import click
from invoicejobs.v1.invoice_jobs_pb2 import (
    JOB_TYPE_AUTOMATIC,
    JOB_TYPE_MANUAL,
    CreateInvoiceJobRequest,
    InvoiceJob,
    JobOrder,
    JobOrderStatus,
    JobStatus,
    JobType,
    ListInvoiceJobsRequest,
)

from gateway.cli.commands import ClientGroup
from gateway.cli.connection import Session, pass_session
from gateway.cli.output import as_dict, moment, print_fields, print_json, print_table, results
from gateway.cli.paging import pages
from gateway.cli.refusals import SOME_FAILED
from gateway.cli.waiting import job_orders, read_job, wait_for_job

wait_option = click.option(
    "--wait", is_flag=True, help="Wait until the job is done; exit code 1 when an order failed."
)


@click.group(cls=ClientGroup)
def jobs() -> None:
    """Creates jobs that invoice orders, and tells how far they are."""


@jobs.command(
    examples=(
        "invoicejobs jobs create --order NH-10421 --order NH-10435 --wait",
        "invoicejobs orders list --not-invoiced --json | jq -r .orderId \\",
        "  | invoicejobs jobs create --orders-from - --wait",
        "invoicejobs jobs create --automatic --request-id nightly-2026-11-22",
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
@pass_session
def create(
    session: Session,
    *,
    order_ids: tuple[str, ...],
    orders_from: TextIO | None,
    automatic: bool,
    request_id: str | None,
    wait: bool,
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
    if wait:
        _wait(session, job.job_id)
    elif session.json:
        print_json({"job": as_dict(job)})
    else:
        results().print(f"Created job {job.job_id}.")


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
        _wait(session, job_id)
    else:
        _show(session, read_job(session, job_id))


@jobs.command("list", examples=("invoicejobs jobs list --status IN_PROGRESS",))
@click.option(
    "--status",
    type=click.Choice(["IN_PROGRESS", "DONE"], case_sensitive=False),
    help="Only jobs that are this far.",
)
@pass_session
def list_(session: Session, *, status: str | None) -> None:
    """Lists the tenant's jobs, the newest first."""
    wanted = JobStatus.Value(f"JOB_STATUS_{status or 'UNSPECIFIED'}")
    request = ListInvoiceJobsRequest(tenant=session.need_tenant(), job_status=wanted)
    found: list[InvoiceJob] = []
    for page in pages(
        lambda request: session.jobs.ListInvoiceJobs(request, timeout=session.timeout), request
    ):
        if session.json:
            for job in page.jobs:
                print_json(as_dict(job))
        else:
            found += page.jobs
    if not session.json:
        print_table(
            ("Job", "Type", "Status", "Created", ">Orders", ">Invoiced", ">Failed"),
            (
                (
                    job.job_id,
                    _type(job),
                    _status(job),
                    moment(job.create_time),
                    str(job.order_count),
                    str(job.success_count),
                    str(job.failure_count),
                )
                for job in found
            ),
            empty="No jobs.",
        )


def _wait(session: Session, job_id: str) -> None:
    job = wait_for_job(session, job_id)
    _show(session, job)
    if job.failure_count:
        sys.exit(SOME_FAILED)


def _show(session: Session, job: InvoiceJob) -> None:
    orders = list(job_orders(session, job.job_id))
    if session.json:
        print_json({"job": as_dict(job), "orders": [as_dict(order) for order in orders]})
        return
    print_fields(
        [
            ("Job", job.job_id),
            ("Type", _type(job)),
            ("Status", _status(job)),
            ("Created", moment(job.create_time)),
            ("Done", moment(job.done_time)),
            ("Orders", _counts(job)),
        ]
    )
    results().print()
    print_table(
        ("Order", "Status", "Invoice", "Message"),
        ((o.order_id, _order_status(o), o.invoice_number, o.message) for o in orders),
        empty="No orders.",
    )


def _type(job: InvoiceJob) -> str:
    return JobType.Name(job.job_type).removeprefix("JOB_TYPE_")


def _status(job: InvoiceJob) -> str:
    return JobStatus.Name(job.job_status).removeprefix("JOB_STATUS_")


def _order_status(order: JobOrder) -> str:
    return JobOrderStatus.Name(order.order_status).removeprefix("JOB_ORDER_STATUS_")


def _counts(job: InvoiceJob) -> str:
    return (
        f"{job.order_count}: {job.success_count} invoiced, {job.failure_count} failed, "
        f"{job.pending_count} pending"
    )
