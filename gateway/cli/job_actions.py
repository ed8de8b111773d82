"""`invoicejobs jobs watch, cancel, retry`: what can be done with a job that is there."""

from __future__ import annotations

import uuid

import click
from invoicejobs.v1.invoice_jobs_pb2 import CancelInvoiceJobRequest, RetryInvoiceJobRequest

from gateway.cli.commands import ClientCommand
from gateway.cli.connection import Session, pass_session
from gateway.cli.job_view import counts
from gateway.cli.output import as_dict, print_json, results
from gateway.cli.watching import follow, show_events, wait_option, watch_option


@click.command(
    cls=ClientCommand,
    examples=(
        "invoicejobs jobs watch JOB_ID",
        "invoicejobs jobs watch JOB_ID --json | jq -r '.outcomes[].invoiceNumber'",
    ),
)
@click.argument("job_id")
@pass_session
def watch(session: Session, job_id: str) -> None:
    """Shows the job JOB_ID as it happens until it is done, and which orders fail.

    Ends with exit code 1 when an order failed. A connection that breaks is taken up again; the
    job goes on whatever becomes of this command.
    """
    show_events(session, job_id)


@click.command(cls=ClientCommand, examples=("invoicejobs jobs cancel JOB_ID",))
@click.argument("job_id")
@pass_session
def cancel(session: Session, job_id: str) -> None:
    """Stops the job JOB_ID: orders without a number fail, those with one are finished."""
    request = CancelInvoiceJobRequest(tenant=session.need_tenant(), job_id=job_id)
    job = session.jobs.CancelInvoiceJob(request, timeout=session.timeout).job
    if session.json:
        print_json({"job": as_dict(job)})
        return
    what = "is cancelled" if job.HasField("cancel_time") else "was done already"
    results().print(f"Job {job.job_id} {what}. Orders: {counts(job)}.")


@click.command(
    cls=ClientCommand,
    examples=(
        "invoicejobs jobs retry JOB_ID --watch",
        "invoicejobs jobs retry JOB_ID --request-id ticket-4711 --wait",
    ),
)
@click.argument("job_id")
@click.option(
    "--request-id",
    metavar="ID",
    help="Your own id of this request: repeated within 24 hours, it starts no second job.",
)
@wait_option
@watch_option
@pass_session
def retry(
    session: Session, job_id: str, *, request_id: str | None, wait: bool, watch: bool
) -> None:
    """Makes a new job of the orders that failed in the job JOB_ID, which must be done."""
    request = RetryInvoiceJobRequest(
        tenant=session.need_tenant(),
        job_id=job_id,
        # An id of our own makes it harmless that gRPC sends a request again.
        request_id=request_id or str(uuid.uuid4()),
    )
    job = session.jobs.RetryInvoiceJob(request, timeout=session.timeout).job
    follow(session, job, wait=wait, watch=watch)
