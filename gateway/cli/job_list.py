"""`invoicejobs jobs list`: which jobs there are."""

from __future__ import annotations

from datetime import UTC, datetime

import click
from google.protobuf.timestamp_pb2 import Timestamp
from invoicejobs.v1.invoice_jobs_pb2 import InvoiceJob, JobStatus, JobType, ListInvoiceJobsRequest

from gateway.cli.commands import ClientCommand
from gateway.cli.connection import Session, pass_session
from gateway.cli.job_view import job_status, job_type
from gateway.cli.output import as_dict, moment, print_json, print_table
from gateway.cli.paging import pages


class TimeParameter(click.ParamType[Timestamp]):
    """A time, or the day that begins with it; in UTC unless it names its zone."""

    name = "TIME"

    def convert(
        self, value: str | Timestamp, param: click.Parameter | None, ctx: click.Context | None
    ) -> Timestamp:
        """Reads a time. Ends the command where it is none."""
        if isinstance(value, Timestamp):
            return value
        time = Timestamp()
        try:
            found = datetime.fromisoformat(value)
            time.FromDatetime(found if found.tzinfo else found.replace(tzinfo=UTC))
        except (ValueError, OverflowError):
            self.fail(
                f"{value!r} is no time: write 2026-03-14, or 2026-03-14T18:30+01:00.", param, ctx
            )
        return time


@click.command(
    "list",
    cls=ClientCommand,
    examples=(
        "invoicejobs jobs list --status IN_PROGRESS",
        "invoicejobs jobs list --type AUTOMATIC --created-from 2026-03-14",
    ),
)
@click.option(
    "--status",
    type=click.Choice(["IN_PROGRESS", "DONE"], case_sensitive=False),
    help="Only jobs that are this far.",
)
@click.option(
    "--type",
    "kind",
    type=click.Choice(["MANUAL", "AUTOMATIC"], case_sensitive=False),
    help="Only jobs that find their orders this way.",
)
@click.option(
    "--created-from",
    type=TimeParameter(),
    metavar="TIME",
    help="Only jobs created at this time or later; UTC unless it names its zone.",
)
@click.option(
    "--created-before", type=TimeParameter(), metavar="TIME", help="Only jobs created before."
)
@pass_session
def list_(
    session: Session,
    *,
    status: str | None,
    kind: str | None,
    created_from: Timestamp | None,
    created_before: Timestamp | None,
) -> None:
    """Lists the tenant's jobs, the newest first."""
    request = ListInvoiceJobsRequest(
        tenant=session.need_tenant(),
        job_status=JobStatus.Value(f"JOB_STATUS_{status or 'UNSPECIFIED'}"),
        job_type=JobType.Value(f"JOB_TYPE_{kind or 'UNSPECIFIED'}"),
        created_from=created_from,
        created_before=created_before,
    )
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
                    job_type(job),
                    job_status(job),
                    moment(job.create_time),
                    str(job.order_count),
                    str(job.success_count),
                    str(job.failure_count),
                )
                for job in found
            ),
            empty="No jobs.",
        )
