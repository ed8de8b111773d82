"""Waits for a job to be done and shows how far it is."""

from __future__ import annotations

import time
from collections.abc import Iterator

import grpc
from invoicejobs.v1.invoice_jobs_pb2 import (
    JOB_STATUS_DONE,
    GetInvoiceJobRequest,
    InvoiceJob,
    JobOrder,
)
from rich.progress import MofNCompleteColumn, TextColumn, TimeElapsedColumn

from gateway.cli.connection import Session
from gateway.cli.output import notes, progress_bar
from gateway.cli.paging import pages
from gateway.cli.refusals import status_code

FIRST_PAUSE = 0.05  # seconds
LONGEST_PAUSE = 2.0  # seconds
PAUSE_GROWTH = 1.5
#: Seconds for which a server that is away, such as one that restarts, is waited for.
LONGEST_ABSENCE = 60.0
ABSENT_PAUSE = 0.5  # seconds


def wait_for_job(session: Session, job_id: str) -> InvoiceJob:
    """Polls a job, less and less often, until it is done.

    The job goes on whatever becomes of this command: waiting can be taken up again.
    """
    bar = progress_bar(
        MofNCompleteColumn(), TextColumn("{task.fields[counts]}"), TimeElapsedColumn()
    )
    pause = FIRST_PAUSE
    with bar:
        task = bar.add_task("Selecting due orders", total=None, counts="")
        try:
            while True:
                job = _read_patiently(session, job_id)
                bar.update(
                    task,
                    description="Invoicing orders" if job.order_count else "Selecting due orders",
                    total=job.order_count or None,
                    completed=job.success_count + job.failure_count,
                    counts=f"{job.success_count} invoiced, {job.failure_count} failed",
                )
                if job.job_status == JOB_STATUS_DONE:
                    return job
                time.sleep(pause)
                pause = min(pause * PAUSE_GROWTH, LONGEST_PAUSE)
        except KeyboardInterrupt:
            notes().print(f"Stopped waiting; the job goes on: invoicejobs jobs get {job_id} --wait")
            raise


def job_orders(session: Session, job_id: str) -> Iterator[JobOrder]:
    """Reads all orders of a job, in the order of the request."""
    request = GetInvoiceJobRequest(tenant=session.need_tenant(), job_id=job_id)
    for page in pages(
        lambda request: session.jobs.GetInvoiceJob(request, timeout=session.timeout), request
    ):
        yield from page.orders


def read_job(session: Session, job_id: str) -> InvoiceJob:
    """Reads a job without its orders."""
    # A page has at least one order; the job's counts are all that is wanted here.
    request = GetInvoiceJobRequest(tenant=session.need_tenant(), job_id=job_id, page_size=1)
    return session.jobs.GetInvoiceJob(request, timeout=session.timeout).job


def _read_patiently(session: Session, job_id: str) -> InvoiceJob:
    patience_ends = time.monotonic() + LONGEST_ABSENCE
    while True:
        try:
            return read_job(session, job_id)
        except grpc.RpcError as error:
            gone = status_code(error) == grpc.StatusCode.UNAVAILABLE
            if not gone or time.monotonic() > patience_ends:
                raise
            time.sleep(ABSENT_PAUSE)
