"""The InvoiceJobs service from a client's side."""

from datetime import UTC, datetime

import grpc
import pytest
from invoicejobs.v1 import invoice_jobs_pb2 as pb

from server.domain.job import Job, JobFilter, JobOrder, JobOrderStatus, JobStatus, JobType
from server.domain.tenant import Tenant
from server.ports import Page
from tests.grpc.door import DEADLINE, failure_of, open_door

CREATED = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)


def make_job(job_id="j1", **changes):
    return Job(job_id, Tenant("acme"), JobType.MANUAL, created_at=CREATED, **changes)


def job_of(count):
    """Makes a read_job use case of a job with so many orders."""
    orders = tuple(JobOrder(i, f"o{i}") for i in range(count))

    def read_job(tenant, job_id, first, limit):
        return make_job(job_id, order_count=count), orders[first : first + limit]

    return read_job


async def test_a_job_is_created_with_what_the_request_says():
    seen = []

    def create_job(*args):
        seen.append(args)
        return make_job(order_count=2)

    async with open_door(create_job=create_job) as door:
        request = pb.CreateInvoiceJobRequest(
            tenant="acme",
            job_type=pb.JOB_TYPE_MANUAL,
            order_ids=["b", "a"],
            request_id="r1",
        )
        response = await door.jobs.CreateInvoiceJob(request, timeout=DEADLINE)
    assert seen == [("acme", JobType.MANUAL, ["b", "a"], "r1")]
    assert response.job.job_id == "j1"
    assert response.job.job_status == pb.JOB_STATUS_IN_PROGRESS
    assert response.job.create_time.ToDatetime(UTC) == CREATED
    assert not response.job.HasField("done_time")
    assert response.job.pending_count == 2


@pytest.mark.parametrize("job_type", [pb.JOB_TYPE_UNSPECIFIED, 77])
async def test_a_job_type_that_is_unspecified_or_unknown_is_refused(job_type):
    async with open_door() as door:
        request = pb.CreateInvoiceJobRequest(tenant="acme", job_type=job_type, order_ids=["a"])
        failure = await failure_of(door.jobs.CreateInvoiceJob(request, timeout=DEADLINE))
    assert failure.code is grpc.StatusCode.INVALID_ARGUMENT
    assert list(failure.violations) == ["job_type"]


@pytest.mark.parametrize("tenant", ["", "Acme", "ac", "1acme", "a" * 17, "acme\n"])
async def test_a_wrong_tenant_is_refused_before_anything_else(tenant):
    async with open_door() as door:
        for call in (
            door.jobs.CreateInvoiceJob(pb.CreateInvoiceJobRequest(tenant=tenant)),
            door.jobs.GetInvoiceJob(pb.GetInvoiceJobRequest(tenant=tenant, page_size=-1)),
            door.jobs.ListInvoiceJobs(pb.ListInvoiceJobsRequest(tenant=tenant, page_size=-1)),
        ):
            failure = await failure_of(call)
            assert failure.code is grpc.StatusCode.INVALID_ARGUMENT
            assert list(failure.violations) == ["tenant"]


async def test_a_done_job_shows_what_became_of_its_orders():
    orders = (
        JobOrder(0, "o0", JobOrderStatus.SUCCESS, invoice_number="RE-1", pdf_sha256="ab" * 32),
        JobOrder(1, "o1", JobOrderStatus.FAILURE, "No such order.", "ORDER_NOT_FOUND", "id"),
    )
    job = make_job(done_at=CREATED, order_count=2, success_count=1, failure_count=1)
    async with open_door(read_job=lambda *_: (job, orders)) as door:
        request = pb.GetInvoiceJobRequest(tenant="acme", job_id="j1")
        response = await door.jobs.GetInvoiceJob(request, timeout=DEADLINE)
    assert response.job.job_status == pb.JOB_STATUS_DONE
    assert response.job.done_time.ToDatetime(UTC) == CREATED
    assert list(response.orders) == [
        pb.JobOrder(
            order_id="o0",
            order_status=pb.JOB_ORDER_STATUS_SUCCESS,
            invoice_number="RE-1",
            pdf_sha256="ab" * 32,
        ),
        pb.JobOrder(
            order_id="o1",
            order_status=pb.JOB_ORDER_STATUS_FAILURE,
            message="No such order.",
            reason="ORDER_NOT_FOUND",
            field="id",
        ),
    ]


@pytest.mark.parametrize(("count", "size", "pages"), [(250, 0, 3), (5, 2, 3), (4, 2, 2), (0, 9, 1)])
async def test_following_the_tokens_gives_every_order_once(count, size, pages):
    async with open_door(read_job=job_of(count)) as door:
        token, seen, asked = "", [], 0
        while asked == 0 or token:
            request = pb.GetInvoiceJobRequest(
                tenant="acme", job_id="j1", page_size=size, page_token=token
            )
            response = await door.jobs.GetInvoiceJob(request, timeout=DEADLINE)
            seen += [order.order_id for order in response.orders]
            token = response.next_page_token
            asked += 1
    assert seen == [f"o{i}" for i in range(count)]
    assert asked == pages


async def test_skip_counts_from_the_start_of_the_page():
    async with open_door(read_job=job_of(10)) as door:
        request = pb.GetInvoiceJobRequest(tenant="acme", job_id="j1", page_size=2, skip=3)
        first = await door.jobs.GetInvoiceJob(request, timeout=DEADLINE)
        request.page_token = first.next_page_token
        second = await door.jobs.GetInvoiceJob(request, timeout=DEADLINE)
        request.skip = 2_000_000_000
        beyond = await door.jobs.GetInvoiceJob(request, timeout=DEADLINE)
    assert [order.order_id for order in first.orders] == ["o3", "o4"]
    assert [order.order_id for order in second.orders] == ["o8", "o9"]
    assert list(beyond.orders) == []
    assert beyond.next_page_token == ""


async def test_a_negative_skip_is_refused():
    async with open_door() as door:
        request = pb.GetInvoiceJobRequest(tenant="acme", job_id="j1", skip=-1)
        failure = await failure_of(door.jobs.GetInvoiceJob(request, timeout=DEADLINE))
    assert list(failure.violations) == ["skip"]


@pytest.mark.parametrize("size", [-1, 1001, 2**31 - 1])
async def test_a_page_size_out_of_range_is_refused(size):
    async with open_door() as door:
        request = pb.ListInvoiceJobsRequest(tenant="acme", page_size=size)
        failure = await failure_of(door.jobs.ListInvoiceJobs(request, timeout=DEADLINE))
    assert failure.code is grpc.StatusCode.INVALID_ARGUMENT
    assert list(failure.violations) == ["page_size"]


async def test_jobs_are_listed_by_status_and_page():
    seen = []

    def list_jobs(*args):
        seen.append(args)
        return Page((make_job(),), "after-j1" if args[2] is None else None)

    async with open_door(list_jobs=list_jobs) as door:
        request = pb.ListInvoiceJobsRequest(
            tenant="acme", page_size=1, job_status=pb.JOB_STATUS_IN_PROGRESS
        )
        first = await door.jobs.ListInvoiceJobs(request, timeout=DEADLINE)
        request.page_token = first.next_page_token
        last = await door.jobs.ListInvoiceJobs(request, timeout=DEADLINE)
    assert [job.job_id for job in first.jobs] == ["j1"]
    assert last.next_page_token == ""
    assert seen == [
        ("acme", JobFilter(JobStatus.IN_PROGRESS), None, 1),
        ("acme", JobFilter(JobStatus.IN_PROGRESS), "after-j1", 1),
    ]


async def test_a_token_fits_only_the_list_the_tenant_and_the_filters_it_was_given_for():
    async with open_door(list_jobs=lambda *_: Page((), "next"), read_job=job_of(300)) as door:
        listed = await door.jobs.ListInvoiceJobs(
            pb.ListInvoiceJobsRequest(tenant="acme"), timeout=DEADLINE
        )
        token = listed.next_page_token
        for foreign in (
            pb.ListInvoiceJobsRequest(tenant="other", page_token=token),
            pb.ListInvoiceJobsRequest(
                tenant="acme", page_token=token, job_status=pb.JOB_STATUS_DONE
            ),
            pb.ListInvoiceJobsRequest(tenant="acme", page_token=token[:-2] + "AA"),
            pb.ListInvoiceJobsRequest(tenant="acme", page_token="ünreadable"),
        ):
            failure = await failure_of(door.jobs.ListInvoiceJobs(foreign, timeout=DEADLINE))
            assert failure.code is grpc.StatusCode.INVALID_ARGUMENT
            assert list(failure.violations) == ["page_token"]
        request = pb.GetInvoiceJobRequest(tenant="acme", job_id="j1", page_token=token)
        failure = await failure_of(door.jobs.GetInvoiceJob(request, timeout=DEADLINE))
        assert list(failure.violations) == ["page_token"]


async def test_an_unknown_status_to_filter_by_is_refused():
    async with open_door() as door:
        request = pb.ListInvoiceJobsRequest(tenant="acme", job_status=9)  # type: ignore[arg-type]
        failure = await failure_of(door.jobs.ListInvoiceJobs(request, timeout=DEADLINE))
    assert list(failure.violations) == ["job_status"]
