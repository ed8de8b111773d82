"""Watching, cancelling and retrying jobs of the fake services for the command line."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import grpc
from invoicejobs.v1 import invoice_jobs_pb2 as jobs
from invoicejobs.v1 import invoice_jobs_pb2_grpc as jobs_grpc

from tests.fakes.fake_cli_calls import Context, FakeCalls

#: Outcomes in one message of a watched job, so that few orders make many messages.
OUTCOMES = 2
#: Seconds after which a stream ends that nobody leaves.
LONGEST_SILENCE = 60


class FakeJobChanges(FakeCalls, jobs_grpc.InvoiceJobsServicer):
    """Answers WatchInvoiceJob, CancelInvoiceJob and RetryInvoiceJob."""

    def __init__(self) -> None:
        super().__init__()
        #: The orders of each job, and how often it is still IN_PROGRESS when it is read.
        self.jobs: dict[str, list[jobs.JobOrder]] = {}
        self.reads_until_done = 0
        #: Outcomes after which the next stream of a watched job ends with UNAVAILABLE, once.
        self.break_watch_after: int | None = None
        #: How many of the next streams fall silent behind their first response.
        self.silent_watches = 0

    def WatchInvoiceJob(
        self, request: jobs.WatchInvoiceJobRequest, context: Context
    ) -> Iterator[jobs.WatchInvoiceJobResponse]:
        """First how far the job is, then its outcomes, a few in each message; DONE is last."""
        self.enter("WatchInvoiceJob", request, context)
        found = self._find(request.job_id, context)
        seen = int(request.resume_token or 0)
        yield jobs.WatchInvoiceJobResponse(
            job=self._counted(request.job_id, seen), resume_token=str(seen)
        )
        if self.silent_watches:
            self.silent_watches -= 1
            left = threading.Event()
            context.add_callback(left.set)
            left.wait(LONGEST_SILENCE)
            return
        while True:
            if self.break_watch_after is not None and seen >= self.break_watch_after:
                self.break_watch_after = None
                context.abort(grpc.StatusCode.UNAVAILABLE, "the network is gone")
            outcomes = found[seen : seen + OUTCOMES]
            seen += len(outcomes)
            job = self._counted(request.job_id, seen)
            if seen == len(found):
                job.job_status = jobs.JOB_STATUS_DONE
            yield jobs.WatchInvoiceJobResponse(job=job, outcomes=outcomes, resume_token=str(seen))
            if seen == len(found):
                return

    def CancelInvoiceJob(
        self, request: jobs.CancelInvoiceJobRequest, context: Context
    ) -> jobs.CancelInvoiceJobResponse:
        """Ends a job that is read so often until it is done; all others are done already."""
        self.enter("CancelInvoiceJob", request, context)
        found = self._find(request.job_id, context)
        cancelled = self.reads_until_done > 0
        if cancelled:
            self.reads_until_done = 0
            found[:] = [
                jobs.JobOrder(
                    order_id=order.order_id,
                    order_status=jobs.JOB_ORDER_STATUS_FAILURE,
                    message="The job was cancelled before this order got an invoice.",
                    reason="JOB_CANCELLED",
                )
                for order in found
            ]
        job = self._counted(request.job_id, len(found))
        job.job_status = jobs.JOB_STATUS_DONE
        if cancelled:
            job.cancel_time.GetCurrentTime()
        return jobs.CancelInvoiceJobResponse(job=job)

    def RetryInvoiceJob(
        self, request: jobs.RetryInvoiceJobRequest, context: Context
    ) -> jobs.RetryInvoiceJobResponse:
        """Makes a job of the orders that failed, which succeed this time."""
        self.enter("RetryInvoiceJob", request, context)
        failed = [
            order.order_id
            for order in self._find(request.job_id, context)
            if order.order_status == jobs.JOB_ORDER_STATUS_FAILURE
        ]
        if not failed:
            context.abort(grpc.StatusCode.FAILED_PRECONDITION, "No order of the job failed.")
        job_id = f"job-{len(self.jobs) + 1}"
        self.jobs[job_id] = [
            jobs.JobOrder(
                order_id=order_id,
                order_status=jobs.JOB_ORDER_STATUS_SUCCESS,
                invoice_number=f"RE-{order_id}",
            )
            for order_id in failed
        ]
        job = self._counted(job_id, 0)
        job.retry_of = request.job_id
        return jobs.RetryInvoiceJobResponse(job=job)

    def _find(self, job_id: str, context: Context) -> list[jobs.JobOrder]:
        if job_id not in self.jobs:
            context.abort(grpc.StatusCode.NOT_FOUND, f"There is no job {job_id!r}.")
        return self.jobs[job_id]

    def _counted(self, job_id: str, seen: int) -> jobs.InvoiceJob:
        """Gives a running job of whose orders the first so many have their outcome."""
        found = self.jobs[job_id]
        failed = sum(o.order_status == jobs.JOB_ORDER_STATUS_FAILURE for o in found[:seen])
        return jobs.InvoiceJob(
            job_id=job_id,
            job_status=jobs.JOB_STATUS_IN_PROGRESS,
            order_count=len(found),
            pending_count=len(found) - seen,
            success_count=seen - failed,
            failure_count=failed,
        )
