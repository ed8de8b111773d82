"""Shows jobs to people, in the contract's own words."""

from __future__ import annotations

import sys

from invoicejobs.v1.invoice_jobs_pb2 import (
    InvoiceJob,
    JobOrder,
    JobOrderStatus,
    JobStatus,
    JobType,
)

from gateway.cli.connection import Session
from gateway.cli.output import as_dict, moment, print_fields, print_json, print_table, results
from gateway.cli.refusals import SOME_FAILED
from gateway.cli.waiting import job_orders, wait_for_job


def show(session: Session, job: InvoiceJob) -> None:
    """Prints a job and what became of its orders."""
    orders = list(job_orders(session, job.job_id))
    if session.json:
        print_json({"job": as_dict(job), "orders": [as_dict(order) for order in orders]})
        return
    print_fields(
        [
            ("Job", job.job_id),
            ("Type", job_type(job)),
            ("Status", job_status(job)),
            ("Tries again", job.retry_of),
            ("Created", moment(job.create_time)),
            ("Cancelled", moment(job.cancel_time)),
            ("Done", moment(job.done_time)),
            ("Orders", counts(job)),
        ]
    )
    results().print()
    print_table(
        ("Order", "Status", "Invoice", "Message"),
        ((o.order_id, _order_status(o), o.invoice_number, o.message) for o in orders),
        empty="No orders.",
    )


def wait_and_show(session: Session, job_id: str) -> None:
    """Waits for a job, prints it, and ends with exit code 1 when an order failed."""
    job = wait_for_job(session, job_id)
    show(session, job)
    exit_by(job)


def exit_by(job: InvoiceJob) -> None:
    """Ends the command with exit code 1 when an order of the job failed."""
    if job.failure_count:
        sys.exit(SOME_FAILED)


def job_type(job: InvoiceJob) -> str:
    """Gives a job's type in one word."""
    return JobType.Name(job.job_type).removeprefix("JOB_TYPE_")


def job_status(job: InvoiceJob) -> str:
    """Gives a job's status in one word."""
    return JobStatus.Name(job.job_status).removeprefix("JOB_STATUS_")


def counts(job: InvoiceJob) -> str:
    """Tells how many orders a job has, and how many of them went how."""
    return (
        f"{job.order_count}: {job.success_count} invoiced, {job.failure_count} failed, "
        f"{job.pending_count} pending"
    )


def _order_status(order: JobOrder) -> str:
    return JobOrderStatus.Name(order.order_status).removeprefix("JOB_ORDER_STATUS_")
