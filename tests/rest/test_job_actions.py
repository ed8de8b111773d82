"""POST /invoice/{tenant}/jobs/invoices/{jobId}/cancel and …/retry."""

from __future__ import annotations

import pytest

from tests.rest.service import create_job, read_done_job, read_error

ABSENT_JOB = "0190f5c2-7b6a-7c3e-9f1d-2b8a4e6c0d11"


async def test_a_cancelled_job_is_answered_with_its_counts_and_the_time(client, service, fake):
    job_id = await create_job(client, service)
    async with client.post(f"{service.jobs}/{job_id}/cancel", json={}) as response:
        assert response.status == 200
        job = await response.json()
    assert (job["jobId"], job["jobStatus"], job["jobType"]) == (job_id, "DONE", "MANUAL")
    assert job["cancelTime"].endswith("Z")
    counts = [job[f"{name}Count"] for name in ("order", "pending", "success", "failure")]
    assert counts == [3, 0, 0, 3]


async def test_a_job_that_is_done_stays_as_it_is(client, service):
    job_id = await create_job(client, service)
    before = await read_done_job(client, service, job_id)
    async with client.post(f"{service.jobs}/{job_id}/cancel") as response:
        assert response.status == 200
        assert "cancelTime" not in await response.json()
    assert await read_done_job(client, service, job_id) == before


async def test_the_failed_orders_of_a_job_become_a_new_one(client, service):
    job_id = await create_job(client, service, service.good_orders[0], service.bad_order)
    await read_done_job(client, service, job_id)
    async with client.post(f"{service.jobs}/{job_id}/retry", json={}) as response:
        assert response.status == 201
        body = await response.json()
    assert list(body) == ["jobId"]
    assert response.headers["Location"] == f"{service.url}{service.jobs}/{body['jobId']}"
    retried = await read_done_job(client, service, body["jobId"])
    assert [order["orderId"] for order in retried["orders"]] == [service.bad_order]


async def test_a_retry_is_repeated_safely_with_its_key(client, service):
    job_id = await create_job(client, service, service.bad_order)
    await read_done_job(client, service, job_id)
    found = set()
    for _ in range(2):
        async with client.post(
            f"{service.jobs}/{job_id}/retry", headers={"Idempotency-Key": "retry-1"}
        ) as response:
            found.add((await response.json())["jobId"])
    assert len(found) == 1
    other = await create_job(client, service, service.bad_order, service.good_orders[0])
    async with client.post(
        f"{service.jobs}/{other}/retry", headers={"Idempotency-Key": "retry-1"}
    ) as response:
        await read_error(response, 409)


async def test_a_job_in_which_nothing_failed_cannot_be_retried(client, service):
    job_id = await create_job(client, service)
    await read_done_job(client, service, job_id)
    async with client.post(f"{service.jobs}/{job_id}/retry") as response:
        await read_error(response, 400)


@pytest.mark.parametrize("action", ["cancel", "retry"])
@pytest.mark.parametrize(
    ("body", "media_type"),
    [(b"", None), (b"", "application/x-www-form-urlencoded"), (b'{"a": 1}', "application/json")],
)
async def test_there_is_nothing_to_say_in_the_body(client, service, action, body, media_type):
    job_id = await create_job(client, service, service.bad_order)
    await read_done_job(client, service, job_id)
    headers = {"Content-Type": media_type} if media_type else {}
    url = f"{service.jobs}/{job_id}/{action}"
    async with client.post(url, data=body, headers=headers) as response:
        assert response.status in {200, 201}, await response.text()


@pytest.mark.parametrize("action", ["cancel", "retry"])
@pytest.mark.parametrize(
    ("body", "media_type", "status"),
    [
        (b"[]", "application/json", 400),
        (b"{", "application/json", 400),
        (b"{}", "text/plain", 415),
        (b"x" * 10_000_001, "application/json", 413),
    ],
)
async def test_what_is_no_object_is_refused_and_starts_nothing(
    client, service, fake, action, body, media_type, status
):
    headers = {"Content-Type": media_type, "Content-Length": str(len(body))}
    url = f"{service.jobs}/{ABSENT_JOB}/{action}"

    async def pieces():
        yield body

    async with client.post(url, data=pieces(), headers=headers) as response:
        await read_error(response, status)
    assert not fake.calls


@pytest.mark.parametrize("action", ["cancel", "retry"])
async def test_an_unknown_job_is_not_found(client, service, action):
    async with client.post(f"{service.jobs}/{ABSENT_JOB}/{action}") as response:
        await read_error(response, 404)
    async with client.get(f"{service.jobs}/{ABSENT_JOB}/{action}") as response:
        await read_error(response, 405)
        assert response.headers["Allow"] == "POST"
