"""What can be done with a job that is there: cancel it, or try its failed orders again."""

from __future__ import annotations

from aiohttp import web
from invoicejobs.v1.invoice_jobs_pb2 import CancelInvoiceJobRequest

from gateway.answers import json_answer
from gateway.asked import call_options
from gateway.body import read_nothing, read_retry_request
from gateway.channel import JOBS
from gateway.jobs import created_answer
from gateway.translate import job_summary_json


async def cancel_job(request: web.Request) -> web.Response:
    """Stops a job; orders that have their number are finished."""
    await read_nothing(request)
    call = CancelInvoiceJobRequest(
        tenant=request.match_info["tenant"], job_id=request.match_info["jobId"]
    )
    response = await request.app[JOBS].CancelInvoiceJob(call, **call_options(request))
    return json_answer(job_summary_json(response.job))


async def retry_job(request: web.Request) -> web.Response:
    """Creates a job of another's failed orders, or finds the one of the Idempotency-Key."""
    call = await read_retry_request(request)
    response = await request.app[JOBS].RetryInvoiceJob(call, **call_options(request))
    return created_answer(request, response.job)
