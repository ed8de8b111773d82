"""The least that two doors can be: an aiohttp handler that calls a grpc.aio servicer.

The same requests, messages and answers as ours have, and nothing else: no tenant, no token, no
limit, no id, no log, no count, no thread, no database.

`python -m benchmarks.doors.bare server PORT` and `... gateway PORT SERVER_PORT`.
"""

from __future__ import annotations

import asyncio
import sys
import time
from typing import Any

import grpc
import orjson
from aiohttp import web
from invoicejobs.v1 import invoice_jobs_pb2 as messages
from invoicejobs.v1 import invoice_jobs_pb2_grpc as services

JOB_ID = "0" * 32
_JOBS = "/invoice/{tenant}/jobs/invoices"


class _Echo(services.InvoiceJobsServicer):
    """Answers with what it was asked for, as a job that is done."""

    async def CreateInvoiceJob(
        self, request: messages.CreateInvoiceJobRequest, _context: Any
    ) -> messages.CreateInvoiceJobResponse:
        """Tells a job's id."""
        return messages.CreateInvoiceJobResponse(job=_job(request.tenant, JOB_ID))

    async def GetInvoiceJob(
        self, request: messages.GetInvoiceJobRequest, _context: Any
    ) -> messages.GetInvoiceJobResponse:
        """Tells a job with its one order."""
        order = messages.JobOrder(
            order_id="none",
            order_status=messages.JOB_ORDER_STATUS_FAILURE,
            message="There is no order with this id.",
            reason="ORDER_NOT_FOUND",
        )
        return messages.GetInvoiceJobResponse(
            job=_job(request.tenant, request.job_id), orders=[order]
        )


def _job(tenant: str, job_id: str) -> messages.InvoiceJob:
    job = messages.InvoiceJob(
        tenant=tenant,
        job_id=job_id,
        job_type=messages.JOB_TYPE_MANUAL,
        job_status=messages.JOB_STATUS_DONE,
        order_count=1,
        failure_count=1,
    )
    job.create_time.FromNanoseconds(time.time_ns())
    job.done_time.FromNanoseconds(time.time_ns())
    return job


async def serve(port: int) -> None:
    """Serves the echo."""
    server = grpc.aio.server()
    services.add_InvoiceJobsServicer_to_server(_Echo(), server)  # type: ignore[abstract] # two of six
    server.add_insecure_port(f"127.0.0.1:{port}")
    await server.start()
    await server.wait_for_termination()


async def gate(port: int, server_port: int) -> None:
    """Serves the handlers."""
    channel = grpc.aio.insecure_channel(f"127.0.0.1:{server_port}")
    jobs: Any = services.InvoiceJobsStub(channel)

    async def create(request: web.Request) -> web.Response:
        body = orjson.loads(await request.read())
        answer = await jobs.CreateInvoiceJob(
            messages.CreateInvoiceJobRequest(
                tenant=request.match_info["tenant"],
                job_type=messages.JobType.Value(f"JOB_TYPE_{body['jobType']}"),
                order_ids=body["orderIds"],
            )
        )
        return _answer({"jobId": answer.job.job_id}, 201)

    async def read(request: web.Request) -> web.Response:
        answer = await jobs.GetInvoiceJob(
            messages.GetInvoiceJobRequest(
                tenant=request.match_info["tenant"], job_id=request.match_info["job_id"]
            )
        )
        orders = [
            {"orderId": order.order_id, "orderStatus": "FAILURE", "message": order.message}
            for order in answer.orders
        ]
        return _answer({"jobStatus": "DONE", "jobType": "MANUAL", "orders": orders}, 200)

    app = web.Application()
    app.add_routes([web.post(_JOBS, create), web.get(_JOBS + "/{job_id}", read)])
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    await asyncio.Event().wait()


def _answer(body: dict[str, Any], status: int) -> web.Response:
    return web.Response(body=orjson.dumps(body), status=status, content_type="application/json")


def main() -> None:
    """Runs the one or the other until it is ended."""
    role, *ports = sys.argv[1:]
    asyncio.run((serve if role == "server" else gate)(*map(int, ports)))


if __name__ == "__main__":
    main()
