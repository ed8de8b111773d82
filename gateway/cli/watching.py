"""Shows a job as it happens: a bar on a terminal, lines or JSON elsewhere."""

from __future__ import annotations

import time

import click
from invoicejobs.v1.invoice_jobs_pb2 import JOB_ORDER_STATUS_FAILURE, InvoiceJob, JobOrder
from rich.progress import (
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    Task,
    TaskID,
    TextColumn,
    TimeRemainingColumn,
)
from rich.text import Text

from gateway.cli.connection import Session
from gateway.cli.job_stream import responses
from gateway.cli.job_view import counts, exit_by, wait_and_show
from gateway.cli.output import (
    as_dict,
    notes,
    print_json,
    printable,
    progress_bar,
    results,
)

#: Seconds between two lines of progress where there is no terminal to show a bar.
LINE_EVERY = 2.0


wait_option = click.option(
    "--wait", is_flag=True, help="Wait until the job is done; exit code 1 when an order failed."
)
watch_option = click.option(
    "--watch", is_flag=True, help="The same, and show what happens as it does."
)


def follow(session: Session, job: InvoiceJob, *, wait: bool, watch: bool) -> None:
    """Tells of a job that was just created, as far as the options want."""
    if wait and not watch:
        wait_and_show(session, job.job_id)
        return
    if not session.json:
        results().print(f"Created job {job.job_id}.")
    elif not watch:
        print_json({"job": as_dict(job)})
    if watch:
        show_events(session, job.job_id)


def show_events(session: Session, job_id: str) -> None:
    """Shows a job until it is done; ends the command with exit code 1 when an order failed."""
    try:
        job = _show_json(session, job_id) if session.json else _show(session, job_id)
    except KeyboardInterrupt:
        notes().print(f"Stopped watching; the job goes on: invoicejobs jobs watch {job_id}")
        raise
    exit_by(job)


def _show_json(session: Session, job_id: str) -> InvoiceJob:
    job = InvoiceJob()
    for response in responses(session, job_id):
        print_json(as_dict(response))
        job = response.job
    return job


def _show(session: Session, job_id: str) -> InvoiceJob:
    """Shows progress on stderr, and failures and the end on stdout."""
    job = InvoiceJob()
    bar = progress_bar(
        MofNCompleteColumn(),
        TextColumn("{task.fields[counts]}"),
        _Rate(),
        TimeRemainingColumn(compact=True),
    )
    lines = _Lines()
    with bar:
        task = bar.add_task("Selecting due orders", total=None, counts="")
        for number, response in enumerate(responses(session, job_id)):
            for order in response.outcomes:
                if order.order_status == JOB_ORDER_STATUS_FAILURE:
                    results().print(_failure(order), soft_wrap=True)
            job = response.job
            _update(bar, task, job, first=number == 0)
            if bar.disable:
                lines.show(job)
    results().print(f"Job {job.job_id} is done. Orders: {counts(job)}.", soft_wrap=True)
    return job


def _update(bar: Progress, task: TaskID, job: InvoiceJob, *, first: bool) -> None:
    completed = job.success_count + job.failure_count
    if first:  # what was done before we looked says nothing about the rate
        bar.reset(task, total=job.order_count or None, completed=completed)
    bar.update(
        task,
        description="Invoicing orders" if job.order_count else "Selecting due orders",
        total=job.order_count or None,
        completed=completed,
        counts=f"{job.success_count} invoiced, {job.failure_count} failed",
    )


def _failure(order: JobOrder) -> str:
    return printable(f"{order.order_id}: {order.message}")


class _Rate(ProgressColumn):
    """Shows how many orders a second are finished."""

    def render(self, task: Task) -> Text:
        """Gives the column's text; empty until there is something to count."""
        return Text(f"{task.speed:.0f}/s" if task.speed else "")


class _Lines:
    """Tells progress line by line where there is no terminal, not too often."""

    def __init__(self) -> None:
        self._start = self._last = time.monotonic()
        self._done_at_start: int | None = None

    def show(self, job: InvoiceJob) -> None:
        """Prints a line on stderr when the last one is long enough ago."""
        done = job.success_count + job.failure_count
        if self._done_at_start is None:
            self._done_at_start = done
        now = time.monotonic()
        if now - self._last < LINE_EVERY:
            return
        self._last = now
        line = f"Orders: {counts(job)}"
        if rate := (done - self._done_at_start) / (now - self._start):
            line += f"; {rate:.0f}/s, {job.pending_count / rate:.0f} s left"
        notes().print(line)
