"""Cancelling, trying again and choosing jobs from a client's side."""

from datetime import UTC, datetime, timedelta

import grpc
import pytest
from invoicejobs.v1 import invoice_jobs_pb2 as pb

from server.domain.errors import NotFound, NotReady
from server.domain.job import JobFilter, JobStatus, JobType
from server.ports import Page
from tests.grpc.door import DEADLINE, failure_of, open_door, raising
from tests.grpc.test_jobs import CREATED, make_job


async def test_a_cancelled_job_says_when():
    seen = []

    def cancel_job(*args):
        seen.append(args)
        return make_job(order_count=3, success_count=1, cancelled_at=CREATED)

    async with open_door(cancel_job=cancel_job) as door:
        request = pb.CancelInvoiceJobRequest(tenant="acme", job_id="j1")
        job = (await door.jobs.CancelInvoiceJob(request, timeout=DEADLINE)).job
    assert seen == [("acme", "j1")]
    assert job.cancel_time.ToDatetime(UTC) == CREATED
    assert (job.job_status, job.pending_count) == (pb.JOB_STATUS_IN_PROGRESS, 2)
    assert job.retry_of == ""


async def test_a_new_attempt_says_of_what():
    seen = []

    def retry_job(*args):
        seen.append(args)
        return make_job("j2", order_count=1, retry_of="j1")

    async with open_door(retry_job=retry_job) as door:
        request = pb.RetryInvoiceJobRequest(tenant="acme", job_id="j1", request_id="r1")
        job = (await door.jobs.RetryInvoiceJob(request, timeout=DEADLINE)).job
    assert seen == [("acme", "j1", "r1")]
    assert (job.job_id, job.retry_of) == ("j2", "j1")
    assert not job.HasField("cancel_time")


async def test_what_cannot_be_cancelled_or_tried_again_is_refused():
    refused = NotReady("is running", reason="JOB_NOT_DONE")
    unknown = NotFound("no job", reason="JOB_NOT_FOUND")
    async with open_door(cancel_job=raising(unknown), retry_job=raising(refused)) as door:
        request = pb.CancelInvoiceJobRequest(tenant="acme", job_id="j1")
        failure = await failure_of(door.jobs.CancelInvoiceJob(request, timeout=DEADLINE))
        assert failure.code is grpc.StatusCode.NOT_FOUND
        again = pb.RetryInvoiceJobRequest(tenant="acme", job_id="j1")
        failure = await failure_of(door.jobs.RetryInvoiceJob(again, timeout=DEADLINE))
        assert (failure.code, failure.reason) == (
            grpc.StatusCode.FAILED_PRECONDITION,
            "JOB_NOT_DONE",
        )
        for call in (
            door.jobs.CancelInvoiceJob(pb.CancelInvoiceJobRequest(tenant="A")),
            door.jobs.RetryInvoiceJob(pb.RetryInvoiceJobRequest(tenant="A")),
        ):
            assert list((await failure_of(call)).violations) == ["tenant"]


async def test_jobs_are_listed_by_type_and_time():
    seen = []

    def list_jobs(tenant, chosen, cursor, limit):
        seen.append((chosen, cursor))
        return Page((make_job(),), "next")

    begin, end = datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 4, 1, 0, 0, 0, 1, tzinfo=UTC)
    async with open_door(list_jobs=list_jobs) as door:
        request = pb.ListInvoiceJobsRequest(
            tenant="acme", job_type=pb.JOB_TYPE_AUTOMATIC, job_status=pb.JOB_STATUS_DONE
        )
        request.created_from.FromDatetime(begin)
        request.created_before.FromDatetime(end)
        first = await door.jobs.ListInvoiceJobs(request, timeout=DEADLINE)
        request.page_token = first.next_page_token
        await door.jobs.ListInvoiceJobs(request, timeout=DEADLINE)
        request.created_before.FromDatetime(end + timedelta(days=1))
        failure = await failure_of(door.jobs.ListInvoiceJobs(request, timeout=DEADLINE))
    chosen = JobFilter(JobStatus.DONE, JobType.AUTOMATIC, begin, end)
    assert seen == [(chosen, None), (chosen, "next")]
    assert list(failure.violations) == ["page_token"]


@pytest.mark.parametrize("field", ["job_type", "created_from", "created_before"])
async def test_what_no_job_can_be_is_refused(field):
    request = pb.ListInvoiceJobsRequest(tenant="acme")
    if field == "job_type":
        request.job_type = 9  # type: ignore[assignment] # newer than this server
    else:
        getattr(request, field).seconds = 2**60
    async with open_door() as door:
        failure = await failure_of(door.jobs.ListInvoiceJobs(request, timeout=DEADLINE))
    assert failure.code is grpc.StatusCode.INVALID_ARGUMENT
    assert list(failure.violations) == [field]
