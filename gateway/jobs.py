"""The two documented endpoints, create a job and read a job, and the list of jobs."""

from __future__ import annotations

from collections.abc import AsyncGenerator

import orjson
from aiohttp import hdrs, web
from invoicejobs.v1.invoice_jobs_pb2 import (
    GetInvoiceJobRequest,
    GetInvoiceJobResponse,
    InvoiceJob,
)

from gateway.answers import json_answer
from gateway.asked import ASKED, call_metadata, call_options
from gateway.body import read_job_request
from gateway.channel import CONFIG, JOBS
from gateway.query import MAX_PAGE_SIZE, read_list_request, read_page
from gateway.streaming import send
from gateway.translate import (
    MakeLink,
    job_json,
    job_order_json,
    job_summary_json,
    link_maker,
)


async def create_job(request: web.Request) -> web.Response:
    """Creates a job, or finds the one that the Idempotency-Key stands for."""
    call = await read_job_request(request)
    response = await request.app[JOBS].CreateInvoiceJob(call, **call_options(request))
    return created_answer(request, response.job)


def created_answer(request: web.Request, job: InvoiceJob) -> web.Response:
    """Makes the answer for a job that was created, or found by its Idempotency-Key."""
    tenant = request.match_info["tenant"]
    location = f"{request.app[CONFIG].public_url}/invoice/{tenant}/jobs/invoices/{job.job_id}"
    return json_answer({"jobId": job.job_id}, status=201, headers={hdrs.LOCATION: location})


async def list_jobs(request: web.Request) -> web.Response:
    """Lists a page of the tenant's jobs, the newest first."""
    call = read_list_request(request)
    response = await request.app[JOBS].ListInvoiceJobs(call, **call_options(request))
    answer: dict[str, object] = {"jobs": [job_summary_json(job) for job in response.jobs]}
    if response.next_page_token:
        answer["nextPageToken"] = response.next_page_token
    return json_answer(answer)


async def read_job(request: web.Request) -> web.StreamResponse:
    """Reads a job and the page of its orders that is asked for, or all of them."""
    call = GetInvoiceJobRequest(
        tenant=request.match_info["tenant"],
        job_id=request.match_info["jobId"],
        page_size=MAX_PAGE_SIZE,
    )
    asked = read_page(request)
    if asked:
        number, call.page_size = asked
        call.skip = (number - 1) * call.page_size
    page = await request.app[JOBS].GetInvoiceJob(call, **call_options(request))
    config = request[ASKED].config
    make_link = link_maker(config.public_url, call.tenant)
    headers = {"X-Total-Count": str(page.job.order_count)}
    if asked or not page.next_page_token:
        orders = [job_order_json(order, make_link) for order in page.orders]
        return json_answer({**job_json(page.job), "orders": orders}, headers=headers)
    response = web.StreamResponse(
        headers={hdrs.CONTENT_TYPE: "application/json", hdrs.CACHE_CONTROL: "no-store", **headers}
    )
    limit = config.request_timeout
    return await send(request, response, _pieces(request, call, page), limit=limit)


async def _pieces(
    request: web.Request, call: GetInvoiceJobRequest, page: GetInvoiceJobResponse
) -> AsyncGenerator[bytes, None]:
    """Gives the JSON of a long job, page by page, beginning with the one that was read.

    The status is the one of the first page: with a later one, orders that finished in between
    could still be PENDING in a job that says DONE.
    """
    make_link = link_maker(request.app[CONFIG].public_url, call.tenant)
    yield orjson.dumps(job_json(page.job))[:-1] + b',"orders":[' + _orders(page, make_link)
    while page.next_page_token:
        call.page_token = page.next_page_token
        # Of a deadline of its own: however long the job is, each page must come in time.
        page = await request.app[JOBS].GetInvoiceJob(
            call, timeout=request.app[CONFIG].request_timeout, metadata=call_metadata(request)
        )
        if page.orders:
            yield b"," + _orders(page, make_link)
    yield b"]}"


def _orders(page: GetInvoiceJobResponse, make_link: MakeLink) -> bytes:
    """Writes the orders of a page as JSON, without the brackets around them."""
    return orjson.dumps([job_order_json(order, make_link) for order in page.orders])[1:-1]
