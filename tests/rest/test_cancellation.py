"""Deadlines go with the calls, and a client that leaves takes its call along."""

from __future__ import annotations

import asyncio

import aiohttp
import pytest
from invoicejobs.v1 import invoices_pb2 as pb

from tests.fakes.fake_grpc_probes import Hold
from tests.rest.service import create_job, fake_service, read_error
from tests.rest.test_document import CONTENT, link_of

WAIT = 60  # seconds until a test gives up; the machine may be busy
CALLS = [
    ("CreateInvoiceJob", "POST", "/jobs/invoices"),
    ("GetInvoiceJob", "GET", "/jobs/invoices/1"),
    ("GetInvoice", "GET", "/invoices/1"),
    ("ListInvoiceJobs", "GET", "/jobs/invoices"),
    ("CancelInvoiceJob", "POST", "/jobs/invoices/1/cancel"),
    ("RetryInvoiceJob", "POST", "/jobs/invoices/1/retry"),
    ("WatchInvoiceJob", "GET", "/jobs/invoices/1/events"),
    ("DownloadInvoice", "GET", f"/invoices/1/documents/{'0' * 64}.pdf"),
]


@pytest.mark.parametrize(("call", "method", "path"), CALLS)
async def test_the_call_is_cancelled_when_the_client_leaves(
    client, service, fake, call, method, path
):
    fake.holds[call] = hold = Hold()
    body = {"jobType": "MANUAL", "orderIds": ["a"]} if method == "POST" else None
    url = f"/invoice/{service.tenant}{path}"
    request = asyncio.ensure_future(client.request(method, url, json=body))
    await asyncio.wait_for(hold.entered.wait(), WAIT)
    request.cancel()
    await asyncio.wait_for(hold.cancelled.wait(), WAIT)


async def test_the_call_is_cancelled_when_the_client_leaves_a_download(client, service, fake):
    fake.add_invoice(pb.Invoice(invoice_number="RE-1"), CONTENT)
    fake.holds["pieces"] = hold = Hold()
    async with client.get(link_of(service)) as response:
        await response.content.readexactly(1000)
        await asyncio.wait_for(hold.entered.wait(), WAIT)
        response.close()
    await asyncio.wait_for(hold.cancelled.wait(), WAIT)


@pytest.mark.parametrize(("call", "method", "path"), CALLS[:-1])
async def test_a_request_that_takes_too_long_times_out(call, method, path):
    async with fake_service(REQUEST_TIMEOUT="0.1") as (service, fake):
        fake.holds[call] = hold = Hold()
        body = {"jobType": "MANUAL", "orderIds": ["a"]} if method == "POST" else None
        url = f"/invoice/{service.tenant}{path}"
        async with (
            aiohttp.ClientSession(service.url) as client,
            client.request(method, url, json=body) as response,
        ):
            assert (await read_error(response, 504))["detailInfo"] == "DEADLINE_EXCEEDED"
        await asyncio.wait_for(hold.cancelled.wait(), WAIT)


async def test_every_call_of_a_request_has_its_deadline(client, service, fake):
    job_id = await create_job(client, service, *[f"absent-{number}" for number in range(2500)])
    async with client.get(f"{service.jobs}/{job_id}") as response:
        assert response.status == 200
        await response.read()
    rests = [call.time_remaining for call in fake.calls]
    assert len(rests) == 4
    assert all(25 < rest < 31 for rest in rests)  # 30, but the clocks of both sides differ


async def test_the_gateway_lives_on_after_many_clients_left(client, service, fake):
    fake.holds["GetInvoiceJob"] = hold = Hold()
    requests = [
        asyncio.ensure_future(client.get(f"{service.jobs}/{number}")) for number in range(20)
    ]
    await asyncio.wait_for(hold.entered.wait(), WAIT)
    for request in requests:
        request.cancel()
    await asyncio.wait_for(hold.cancelled.wait(), WAIT)
    del fake.holds["GetInvoiceJob"]
    async with client.get(f"{service.jobs}/1") as response:
        assert response.status == 404
