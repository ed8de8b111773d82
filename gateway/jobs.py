"""The two documented endpoints: create a job, read a job."""

from __future__ import annotations

from collections.abc import AsyncIterator

import orjson
from aiohttp import hdrs, web
from invoicejobs.v1.invoice_jobs_pb2 import GetInvoiceJobRequest, GetInvoiceJobResponse

from gateway.answers import json_answer
from gateway.body import MAX_PAGE_SIZE, read_job_request, read_page
from gateway.channel import CONFIG, JOBS, call_options
from gateway.translate import job_json, job_order_json, link_maker


async def create_job(request: web.Request) -> web.Response:
    """Creates a job, or finds the one that the Idempotency-Key stands for."""
    call = await read_job_request(request)
    response = await request.app[JOBS].CreateInvoiceJob(call, **call_options(request))
    job_id = response.job.job_id
    location = f"{request.app[CONFIG].public_url}/invoice/{call.tenant}/jobs/invoices/{job_id}"
    return json_answer({"jobId": job_id}, status=201, headers={hdrs.LOCATION: location})


async def read_job(request: web.Request) -> web.Response:
    """Reads a job and all of its orders, or the page of them that is asked for."""
    make_link = link_maker(request.app[CONFIG].public_url, request.match_info["tenant"])
    pages: list[bytes] = []
    answer: dict[str, object] = {}
    order_count = 0
    async for page in _pages(request):
        # The status of the first page: with a later one, orders that finished in between could
        # still be PENDING in a job that says DONE.
        answer = answer or job_json(page.job)
        order_count = page.job.order_count
        if page.orders:
            # As bytes: 50,000 messages and dicts at a time would take ten times the memory.
            orders = [job_order_json(order, make_link) for order in page.orders]
            pages.append(orjson.dumps(orders)[1:-1])
    answer["orders"] = orjson.Fragment(b"[" + b",".join(pages) + b"]")
    return json_answer(answer, headers={"X-Total-Count": str(order_count)})


async def _pages(request: web.Request) -> AsyncIterator[GetInvoiceJobResponse]:
    """Reads the page that is asked for, or one after the other until the last."""
    call = GetInvoiceJobRequest(
        tenant=request.match_info["tenant"],
        job_id=request.match_info["jobId"],
        page_size=MAX_PAGE_SIZE,
    )
    asked = read_page(request)
    if asked:
        number, call.page_size = asked
        call.skip = (number - 1) * call.page_size
    while True:
        response = await request.app[JOBS].GetInvoiceJob(call, **call_options(request))
        yield response
        call.page_token = response.next_page_token
        if asked or not call.page_token:
            return
