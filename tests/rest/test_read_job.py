"""GET /invoice/{tenant}/jobs/invoices/{jobId}."""

from __future__ import annotations

import aiohttp
import pytest

from tests.rest.service import create_job, fake_service, read_done_job, read_error

ABSENT_JOB = "0190f5c2-7b6a-7c3e-9f1d-2b8a4e6c0d11"


async def test_a_finished_job_tells_what_became_of_each_order(client, service):
    good = service.good_orders[0]
    job_id = await create_job(client, service, service.bad_order, good)
    job = await read_done_job(client, service, job_id)
    assert list(job) == ["jobStatus", "jobType", "orders"]
    assert (job["jobStatus"], job["jobType"]) == ("DONE", "MANUAL")
    failed, succeeded = job["orders"]
    assert (failed["orderId"], failed["orderStatus"]) == (service.bad_order, "FAILURE")
    assert failed["message"]
    assert not {"invoiceNumber", "downloadLink"} & set(failed)
    assert (succeeded["orderId"], succeeded["orderStatus"]) == (good, "SUCCESS")
    assert succeeded["invoiceNumber"]
    assert succeeded["downloadLink"].startswith(f"{service.url}/invoice/{service.tenant}/invoices/")


async def test_a_download_link_opens_without_anything_else(client, service):
    job_id = await create_job(client, service, service.good_orders[0])
    job = await read_done_job(client, service, job_id)
    async with client.get(job["orders"][0]["downloadLink"]) as response:
        assert response.status == 200
        assert response.content_type == "application/pdf"
        assert (await response.read()).startswith(b"%PDF")


async def test_a_pending_order_has_neither_message_nor_invoice(client, service, fake):
    job_id = await create_job(client, service, service.good_orders[0])
    async with client.get(f"{service.jobs}/{job_id}") as response:
        assert await response.json() == {
            "jobStatus": "IN_PROGRESS",
            "jobType": "MANUAL",
            "orders": [{"orderId": service.good_orders[0], "orderStatus": "PENDING"}],
        }


async def test_a_job_without_orders_is_done_with_an_empty_list(client, service, fake):
    async with client.post(service.jobs, json={"jobType": "AUTOMATIC"}) as response:
        job_id = (await response.json())["jobId"]
    job = await read_done_job(client, service, job_id)
    assert job == {"jobStatus": "DONE", "jobType": "AUTOMATIC", "orders": []}


@pytest.mark.parametrize("count", [999, 1000, 1001, 2500])
async def test_the_whole_list_is_returned_in_the_order_of_the_request(client, service, count):
    ids = [f"absent-{number}" for number in range(count)]
    job_id = await create_job(client, service, *ids)
    job = await read_done_job(client, service, job_id)
    assert [order["orderId"] for order in job["orders"]] == ids


async def test_a_job_that_finishes_while_it_is_read_is_not_yet_called_done(client, service, fake):
    job_id = await create_job(client, service, *[f"absent-{number}" for number in range(1500)])
    async with client.get(f"{service.jobs}/{job_id}") as response:
        job = await response.json()
    statuses = [order["orderStatus"] for order in job["orders"]]
    assert statuses == ["PENDING"] * 1000 + ["FAILURE"] * 500
    assert job["jobStatus"] == "IN_PROGRESS"


@pytest.mark.parametrize(
    ("query", "first", "end"),
    [
        ("pageNumber=1&pageSize=2", 0, 2),
        ("pageNumber=2&pageSize=2", 2, 4),
        ("pageNumber=50&pageSize=2", 98, 100),
        ("pageNumber=51&pageSize=2", 100, 100),
        ("pageNumber=2000000&pageSize=1000", 100, 100),
        ("pageSize=3", 0, 3),
        ("pageNumber=2", 60, 100),
        ("pageSize=1000&sort=x", 0, 100),
    ],
)
async def test_a_page_is_returned_on_request_with_the_total(client, service, query, first, end):
    ids = [f"absent-{number}" for number in range(100)]
    job_id = await create_job(client, service, *ids)
    async with client.get(f"{service.jobs}/{job_id}?{query}") as response:
        assert response.status == 200
        orders = (await response.json())["orders"]
    assert [order["orderId"] for order in orders] == ids[first:end]
    assert response.headers["X-Total-Count"] == "100"


@pytest.mark.parametrize("name", ["pageNumber", "pageSize"])
@pytest.mark.parametrize("value", ["0", "-1", "", "x", "1.5", "1e2", "٣", "2000001", "9" * 5000])
async def test_a_wrong_page_is_refused_and_named(client, service, name, value):
    async with client.get(f"{service.jobs}/{ABSENT_JOB}", params={name: value}) as response:
        assert (await read_error(response, 400))["message"].startswith(f"{name}: ")


async def test_a_page_size_given_twice_is_refused(client, service):
    async with client.get(f"{service.jobs}/{ABSENT_JOB}?pageSize=1&pageSize=2") as response:
        assert (await read_error(response, 400))["message"].startswith("pageSize: ")


@pytest.mark.parametrize("job_id", [ABSENT_JOB, "x", "%00", "%F0%9F%98%80", "a%2Fb", "x" * 2000])
async def test_an_unknown_job_is_not_found(client, service, job_id):
    async with client.get(f"{service.jobs}/{job_id}") as response:
        await read_error(response, 404)


async def test_a_job_of_another_tenant_is_not_found(client, service):
    job_id = await create_job(client, service)
    async with client.get(f"/invoice/another/jobs/invoices/{job_id}") as response:
        await read_error(response, 404)


async def test_a_wrong_tenant_is_refused(client, service):
    async with client.get(f"/invoice/No/jobs/invoices/{ABSENT_JOB}") as response:
        assert "tenant" in (await read_error(response, 400))["message"]


async def test_another_method_is_refused_and_the_right_ones_told(client, service):
    async with client.post(f"{service.jobs}/{ABSENT_JOB}", json={}) as response:
        await read_error(response, 405)
    assert response.headers["Allow"] == "GET, HEAD"


async def test_head_tells_the_length_without_the_body(client, service):
    job_id = await create_job(client, service)
    await read_done_job(client, service, job_id)
    async with client.get(f"{service.jobs}/{job_id}") as response:
        length = len(await response.read())
    async with client.head(f"{service.jobs}/{job_id}") as response:
        assert response.status == 200
        assert response.headers["Content-Length"] == str(length)


async def test_links_begin_with_the_public_address():
    async with (
        fake_service(PUBLIC_URL="https://shop.example/api/") as (service, _),
        aiohttp.ClientSession(service.url) as client,
    ):
        job_id = await create_job(client, service)
        job = await read_done_job(client, service, job_id)
    link = job["orders"][0]["downloadLink"]
    assert link.startswith(f"https://shop.example/api/invoice/{service.tenant}/invoices/")
