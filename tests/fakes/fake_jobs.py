"""Watching, cancelling and retrying jobs of the fake gRPC server: how it looks from outside."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import grpc
from invoicejobs.v1 import invoice_jobs_pb2 as jobs
from invoicejobs.v1 import invoice_jobs_pb2_grpc as jobs_grpc

from tests.fakes.fake_grpc_errors import invalid, refusal
from tests.fakes.fake_grpc_probes import Hold

#: Outcomes in one message of a watched job, so that few orders make many messages.
OUTCOMES = 2
CANCELLED = "The job was cancelled before this order got an invoice. It can be tried again."


@dataclass
class Job:
    message: jobs.InvoiceJob
    orders: list[jobs.JobOrder]
    #: How often it was read from the start. The first time, its first page is still PENDING; by
    #: the second page it is done.
    reads: int = 0


class FakeJobs(jobs_grpc.InvoiceJobsServicer):
    """Answers WatchInvoiceJob, ListInvoiceJobs, CancelInvoiceJob and RetryInvoiceJob."""

    tenant: str
    holds: dict[str, Hold]

    def __init__(self) -> None:
        self._jobs: dict[str, Job] = {}
        self._requests: dict[str, tuple[str, str]] = {}
        #: Outcomes after which the next stream of a watched job ends with UNAVAILABLE, once.
        self.break_watch_after: int | None = None
        #: How many outcomes the last stream told, and that it has ended, whyever.
        self.told = 0
        self.watch_ended = asyncio.Event()

    async def enter(self, method: str, request: Any, context: Any) -> None:
        raise NotImplementedError

    def add_job(self, job_id: str, job_type: jobs.JobType.ValueType, order_ids: list[str]) -> None:
        raise NotImplementedError

    async def WatchInvoiceJob(
        self, request: jobs.WatchInvoiceJobRequest, context: Any
    ) -> AsyncIterator[jobs.WatchInvoiceJobResponse]:
        """First how far the job is, then its outcomes; the hold "outcomes" keeps those back."""
        await self.enter("WatchInvoiceJob", request, context)
        job = await self.find_job(request, context)
        job_id, _, told = (request.resume_token or f"{request.job_id}:0").rpartition(":")
        if job_id != request.job_id or not told.isdecimal() or int(told) > len(job.orders):
            await context.abort_with_status(invalid("resume_token", "is not one of this job's"))
        seen = int(told)
        done = job.message.job_status == jobs.JOB_STATUS_DONE
        if not done:
            yield watched(job, seen, [])
        if "outcomes" in self.holds:
            await self.holds["outcomes"].wait()
        try:
            while True:
                if self.break_watch_after is not None and seen >= self.break_watch_after:
                    self.break_watch_after = None
                    await context.abort(grpc.StatusCode.UNAVAILABLE, "the network is gone")
                outcomes = job.orders[seen : seen + OUTCOMES]
                seen += len(outcomes)
                if seen == len(job.orders):
                    job.reads = max(job.reads, 1)
                    job.message.job_status = jobs.JOB_STATUS_DONE
                yield watched(job, seen, outcomes)
                self.told = seen
                if seen == len(job.orders):
                    return
        finally:
            self.watch_ended.set()

    async def ListInvoiceJobs(
        self, request: jobs.ListInvoiceJobsRequest, context: Any
    ) -> jobs.ListInvoiceJobsResponse:
        """Lists jobs, the newest first; filters by type, for the others are the server's."""
        await self.enter("ListInvoiceJobs", request, context)
        first = request.page_token or "0"
        if not first.isdecimal() or len(first) > 9:
            await context.abort_with_status(invalid("page_token", "is not one of this list's"))
        end = int(first) + (request.page_size or 100)
        found = [
            counted(job, 0)
            for job in reversed(self._jobs.values())
            if request.job_type in (0, job.message.job_type)
        ]
        return jobs.ListInvoiceJobsResponse(
            jobs=found[int(first) : end], next_page_token=str(end) if end < len(found) else ""
        )

    async def CancelInvoiceJob(
        self, request: jobs.CancelInvoiceJobRequest, context: Any
    ) -> jobs.CancelInvoiceJobResponse:
        """Ends a job at once: no order of one that is not done has a number yet."""
        await self.enter("CancelInvoiceJob", request, context)
        job = await self.find_job(request, context)
        if job.message.job_status != jobs.JOB_STATUS_DONE:
            job.reads = max(job.reads, 1)
            job.message.cancel_time.FromDatetime(datetime.now(UTC))
            job.message.job_status = jobs.JOB_STATUS_DONE
            job.orders = [
                jobs.JobOrder(
                    order_id=order.order_id,
                    order_status=jobs.JOB_ORDER_STATUS_FAILURE,
                    message=CANCELLED,
                    reason="JOB_CANCELLED",
                )
                for order in job.orders
            ]
        return jobs.CancelInvoiceJobResponse(job=counted(job, len(job.orders)))

    async def RetryInvoiceJob(
        self, request: jobs.RetryInvoiceJobRequest, context: Any
    ) -> jobs.RetryInvoiceJobResponse:
        """Makes a job of those that failed; a job that was not read yet counts as done."""
        await self.enter("RetryInvoiceJob", request, context)
        asked = f"retry {request.job_id}"
        job_id, first_asked = self._requests.get(request.request_id, ("", asked))
        if first_asked != asked:
            message = f"The request id {request.request_id!r} was used for another request."
            await context.abort_with_status(
                refusal(grpc.StatusCode.ALREADY_EXISTS, "REQUEST_ID_REUSED", message)
            )
        if not job_id:
            failed = await self._failed(await self.find_job(request, context), context)
            job_id = str(uuid.uuid4())
            if request.request_id:
                self._requests[request.request_id] = job_id, asked
            self.add_job(job_id, jobs.JOB_TYPE_MANUAL, failed)
            self._jobs[job_id].message.retry_of = request.job_id
        return jobs.RetryInvoiceJobResponse(job=self._jobs[job_id].message)

    async def _failed(self, job: Job, context: Any) -> list[str]:
        failure = jobs.JOB_ORDER_STATUS_FAILURE
        failed = [order.order_id for order in job.orders if order.order_status == failure]
        problem = "" if failed else "NOTHING_FAILED"
        if job.message.job_status == jobs.JOB_STATUS_IN_PROGRESS:
            problem = "JOB_NOT_DONE"
        if problem:
            message = "Only a job that is DONE and has failed orders can be tried again."
            await context.abort_with_status(
                refusal(grpc.StatusCode.FAILED_PRECONDITION, problem, message)
            )
        return failed

    async def find_job(self, request: Any, context: Any) -> Job:
        job = self._jobs.get(request.job_id)
        if job is None or request.tenant != self.tenant:
            message = f"There is no job {request.job_id!r}."
            await context.abort_with_status(
                refusal(grpc.StatusCode.NOT_FOUND, "JOB_NOT_FOUND", message)
            )
            raise AssertionError("abort raises")
        return job


def watched(job: Job, seen: int, outcomes: list[jobs.JobOrder]) -> jobs.WatchInvoiceJobResponse:
    """Tells how far a job is whose first so many outcomes are there."""
    return jobs.WatchInvoiceJobResponse(
        job=counted(job, seen),
        outcomes=outcomes,
        resume_token=f"{job.message.job_id}:{seen}",
    )


def counted(job: Job, seen: int) -> jobs.InvoiceJob:
    """Gives a job's message with the counts of its first so many outcomes."""
    message = jobs.InvoiceJob()
    message.CopyFrom(job.message)
    done = message.job_status == jobs.JOB_STATUS_DONE
    message.job_status = jobs.JOB_STATUS_DONE if done else jobs.JOB_STATUS_IN_PROGRESS
    found = job.orders if done else job.orders[:seen]
    failed = sum(o.order_status == jobs.JOB_ORDER_STATUS_FAILURE for o in found)
    message.order_count = len(job.orders)
    message.pending_count = len(job.orders) - len(found)
    message.failure_count = failed
    message.success_count = len(found) - failed
    return message
