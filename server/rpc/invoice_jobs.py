"""The InvoiceJobs service."""

from __future__ import annotations

from typing import Any

import grpc
from invoicejobs.v1 import invoice_jobs_pb2, invoice_jobs_pb2_grpc

from server.domain.errors import InvalidInput
from server.domain.tenant import parse_tenant
from server.rpc.paging import read_page
from server.rpc.threads import Threads
from server.rpc.translate_jobs import (
    job_message,
    job_order_message,
    read_job_type,
    read_status_filter,
)
from server.service.use_cases import UseCases

Context = grpc.aio.ServicerContext[Any, Any]


class InvoiceJobsServicer(invoice_jobs_pb2_grpc.InvoiceJobsServicer):
    """Creates jobs and tells how far they are."""

    def __init__(self, use_cases: UseCases, threads: Threads) -> None:
        self._use_cases = use_cases
        self._threads = threads

    async def CreateInvoiceJob(
        self, request: invoice_jobs_pb2.CreateInvoiceJobRequest, context: Context
    ) -> invoice_jobs_pb2.CreateInvoiceJobResponse:
        """Creates a job."""
        tenant = parse_tenant(request.tenant)
        job = await self._threads.run(
            self._use_cases.create_job,
            tenant,
            read_job_type(request.job_type),
            list(request.order_ids),
            request.request_id,
        )
        return invoice_jobs_pb2.CreateInvoiceJobResponse(job=job_message(job))

    async def GetInvoiceJob(
        self, request: invoice_jobs_pb2.GetInvoiceJobRequest, context: Context
    ) -> invoice_jobs_pb2.GetInvoiceJobResponse:
        """Gets a job with a page of its orders, which are paged by their position."""
        tenant = parse_tenant(request.tenant)
        page = read_page(
            request.page_size, request.page_token, "GetInvoiceJob", tenant, request.job_id
        )
        if request.skip < 0:
            raise InvalidInput.field("skip", "must not be negative")
        first = page.position() + request.skip
        job, orders = await self._threads.run(
            self._use_cases.read_job, tenant, request.job_id, first, page.limit
        )
        end = first + len(orders)
        return invoice_jobs_pb2.GetInvoiceJobResponse(
            job=job_message(job),
            orders=[job_order_message(order) for order in orders],
            next_page_token=page.next_token(end if orders and end < job.order_count else None),
        )

    async def ListInvoiceJobs(
        self, request: invoice_jobs_pb2.ListInvoiceJobsRequest, context: Context
    ) -> invoice_jobs_pb2.ListInvoiceJobsResponse:
        """Lists jobs, the newest first."""
        tenant = parse_tenant(request.tenant)
        status = read_status_filter(request.job_status)
        page = read_page(request.page_size, request.page_token, "ListInvoiceJobs", tenant, status)
        jobs = await self._threads.run(
            self._use_cases.list_jobs, tenant, status, page.cursor, page.limit
        )
        return invoice_jobs_pb2.ListInvoiceJobsResponse(
            jobs=[job_message(job) for job in jobs.items],
            next_page_token=page.next_token(jobs.next_cursor),
        )
