"""GET /invoice/{tenant}/jobs/invoices."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from invoicejobs.v1.invoice_jobs_pb2 import JOB_STATUS_DONE, JOB_TYPE_MANUAL, InvoiceJob

from gateway.translate import job_summary_json
from tests.rest.service import create_job, read_error


async def ids(client, service, query: str = "") -> list[str]:
    async with client.get(f"{service.jobs}?{query}") as response:
        assert response.status == 200, await response.text()
        return [job["jobId"] for job in (await response.json())["jobs"]]


async def test_jobs_are_listed_newest_first_with_their_counts(client, service):
    first = await create_job(client, service)
    second = await create_job(client, service, service.bad_order)
    async with client.get(service.jobs) as response:
        assert response.status == 200
        answer = await response.json()
    assert list(answer) == ["jobs"]
    assert [job["jobId"] for job in answer["jobs"]] == [second, first]
    assert answer["jobs"][1]["orderCount"] == len(service.good_orders)


async def test_pages_follow_each_other_by_their_token(client, service):
    created = [await create_job(client, service) for _ in range(5)]
    found: list[str] = []
    token: str | None = ""
    while token is not None:
        async with client.get(
            service.jobs, params={"pageSize": 2} | ({"pageToken": token} if token else {})
        ) as response:
            page = await response.json()
        assert len(page["jobs"]) <= 2
        found += [job["jobId"] for job in page["jobs"]]
        token = page.get("nextPageToken")
    assert found == created[::-1]


async def test_filters_reach_the_server_as_they_were_meant(client, service, fake):
    query = (
        "jobStatus=DONE&jobType=MANUAL&createdFrom=2026-03-14T18:30:00.5Z"
        "&createdBefore=2026-03-15T00:00:00%2B02:00&pageSize=7&pageToken=3"
    )
    await ids(client, service, query)
    asked = fake.calls[-1].request
    assert (asked.job_status, asked.job_type) == (JOB_STATUS_DONE, JOB_TYPE_MANUAL)
    assert asked.created_from.ToDatetime(UTC) == datetime(2026, 3, 14, 18, 30, 0, 500_000, UTC)
    assert asked.created_before.ToDatetime(UTC) == datetime(2026, 3, 14, 22, tzinfo=UTC)
    assert (asked.page_size, asked.page_token) == (7, "3")


async def test_without_filters_nothing_is_filtered(client, service, fake):
    await ids(client, service)
    asked = fake.calls[-1].request
    assert (asked.job_status, asked.job_type, asked.page_size) == (0, 0, 60)
    assert not asked.HasField("created_from")
    assert not asked.HasField("created_before")


async def test_a_plus_that_was_not_encoded_still_means_the_zone(client, service, fake):
    await ids(client, service, "createdFrom=2026-03-15T00:00:00+02:00")
    created_from = fake.calls[-1].request.created_from.ToDatetime(UTC)
    assert created_from == datetime(2026, 3, 14, 22, tzinfo=UTC)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("jobStatus", "done"),
        ("jobStatus", ""),
        ("jobType", "WEEKLY"),
        ("createdFrom", "yesterday"),
        ("createdFrom", "2026-03-14"),
        ("createdFrom", "2026-03-14T18:30:00"),
        ("createdBefore", "0001-01-01T00:00:00+05:00"),
        ("createdBefore", ""),
        ("pageSize", "0"),
        ("pageSize", "1001"),
        ("pageToken", "x"),
    ],
)
async def test_a_wrong_parameter_is_refused_and_named(client, service, name, value):
    async with client.get(service.jobs, params={name: value}) as response:
        assert (await read_error(response, 400))["message"].startswith(f"{name}: ")


async def test_a_parameter_given_twice_is_refused(client, service):
    async with client.get(f"{service.jobs}?jobType=MANUAL&jobType=AUTOMATIC") as response:
        assert (await read_error(response, 400))["message"].startswith("jobType: ")


def test_a_job_tells_all_it_holds_and_nothing_it_does_not():
    job = InvoiceJob(job_id="1", job_type=JOB_TYPE_MANUAL, job_status=JOB_STATUS_DONE)
    assert set(job_summary_json(job)) == {
        *("jobId", "jobStatus", "jobType"),
        *("orderCount", "pendingCount", "successCount", "failureCount"),
    }
    job.retry_of = "0"
    for time in (job.create_time, job.done_time, job.cancel_time):
        time.FromDatetime(datetime(2026, 3, 14, 18, 30, tzinfo=UTC))
    shown = job_summary_json(job)
    fields = {field.json_name for field in InvoiceJob.DESCRIPTOR.fields} - {"tenant"}
    assert set(shown) == fields
    assert shown["doneTime"] == "2026-03-14T18:30:00.000Z"
