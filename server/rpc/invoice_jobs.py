"""The InvoiceJobs service."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import grpc
from invoicejobs.v1 import invoice_jobs_pb2, invoice_jobs_pb2_grpc

from server.domain.errors import InvalidInput
from server.domain.job import Job, JobOrder
from server.domain.tenant import Tenant, parse_tenant
from server.rpc import watching
from server.rpc.links import signing
from server.rpc.paging import Scope, cursor_of, position_of, read_page, token_of
from server.rpc.threads import Threads
from server.rpc.translate_jobs import (
    filter_scope,
    job_message,
    job_order_message,
    read_filter,
    read_job_type,
)
from server.rpc.watching import Watchers
from server.service.links import SignDocument
from server.service.use_cases import UseCases

Context = grpc.aio.ServicerContext[Any, Any]

#: The most outcomes in one message of a watched job.
MAX_OUTCOMES = 500
#: Orders that are read without a thread.
FEW_ORDERS = 50


class InvoiceJobsServicer(invoice_jobs_pb2_grpc.InvoiceJobsServicer):
    """Creates jobs and tells how far they are."""

    def __init__(
        self, use_cases: UseCases, threads: Threads, watches: int, *, embedded: bool = False
    ) -> None:
        """Takes how many streams may watch jobs at the same time.

        embedded tells that the database is in this process, and no read has to wait for others.
        """
        self._embedded = embedded
        # Where one writes at a time, more threads would only take the interpreter from each other.
        self._creating = Threads(1) if embedded else threads
        self._use_cases = use_cases
        self._threads = threads
        self._watchers = Watchers(self._read_news, use_cases.follow_changes, watches)

    def stop(self) -> None:
        """Ends the streams that watch jobs."""
        self._watchers.stop()

    def close(self) -> None:
        """Lets the thread that creates jobs end."""
        if self._creating is not self._threads:
            self._creating.close()

    async def CreateInvoiceJob(
        self, request: invoice_jobs_pb2.CreateInvoiceJobRequest, context: Context
    ) -> invoice_jobs_pb2.CreateInvoiceJobResponse:
        """Creates a job."""
        tenant = parse_tenant(request.tenant)
        job = await self._creating.run(
            self._use_cases.create_job,
            tenant,
            read_job_type(request.job_type),
            # As it is: a list of all that fits into a message would be a gigabyte of texts.
            request.order_ids,
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
        (job, orders), sign = await self._read_job(tenant, request.job_id, first, page.limit)
        end = first + len(orders)
        return invoice_jobs_pb2.GetInvoiceJobResponse(
            job=job_message(job),
            orders=[job_order_message(order, sign) for order in orders],
            next_page_token=page.next_token(end if orders and end < job.order_count else None),
        )

    async def _read_job(
        self, tenant: Tenant, job_id: str, first: int, limit: int
    ) -> tuple[tuple[Job, tuple[JobOrder, ...]], SignDocument]:
        """Reads a job and orders of it; few of them at once where the database is embedded.

        That takes some 0.2 ms. A thread would need as much again, and three times that while it
        and the event loop take the interpreter from each other at every step of SQLite.
        """
        read_job = signing(self._use_cases.sign_links, self._use_cases.read_job)
        if self._embedded:
            few = min(limit, FEW_ORDERS)
            read = read_job(tenant, job_id, first, few)
            (_, orders), _ = read
            if len(orders) < few or few == limit:
                return read
        return await self._threads.run(read_job, tenant, job_id, first, limit)

    async def ListInvoiceJobs(
        self, request: invoice_jobs_pb2.ListInvoiceJobsRequest, context: Context
    ) -> invoice_jobs_pb2.ListInvoiceJobsResponse:
        """Lists jobs, the newest first."""
        tenant = parse_tenant(request.tenant)
        chosen = read_filter(request)
        scope = ("ListInvoiceJobs", tenant, *filter_scope(chosen))
        page = read_page(request.page_size, request.page_token, *scope)
        jobs = await self._threads.run(
            self._use_cases.list_jobs, tenant, chosen, page.cursor, page.limit
        )
        return invoice_jobs_pb2.ListInvoiceJobsResponse(
            jobs=[job_message(job) for job in jobs.items],
            next_page_token=page.next_token(jobs.next_cursor),
        )

    async def WatchInvoiceJob(
        self, request: invoice_jobs_pb2.WatchInvoiceJobRequest, context: Context
    ) -> AsyncIterator[invoice_jobs_pb2.WatchInvoiceJobResponse]:
        """Streams how a job goes on, until it is DONE and all outcomes were sent."""
        tenant = parse_tenant(request.tenant)
        after = _read_resume_token(request, tenant)
        last, told_at = None, 0.0
        now = asyncio.get_running_loop().time
        with self._watchers.watch(tenant, request.job_id) as watch:
            while True:
                response = await watch.read(after)
                job, count = response.job, len(response.outcomes)
                after += count
                # Silence means a broken connection: a job without news is told again now and then.
                if count or job != last or now() - told_at >= watching.PATIENCE:
                    yield response
                    last, told_at = job, now()
                if count and after < job.success_count + job.failure_count:
                    continue
                if job.job_status == invoice_jobs_pb2.JOB_STATUS_DONE:
                    return
                await watch.wait()

    async def _read_news(
        self, tenant: Tenant, job_id: str, after: int
    ) -> invoice_jobs_pb2.WatchInvoiceJobResponse:
        watch_job = signing(self._use_cases.sign_links, self._use_cases.watch_job)
        (job, outcomes), sign = await self._threads.run(
            watch_job, tenant, job_id, after, MAX_OUTCOMES
        )
        return invoice_jobs_pb2.WatchInvoiceJobResponse(
            job=job_message(job),
            outcomes=[job_order_message(order, sign) for order in outcomes],
            resume_token=token_of(str(after + len(outcomes)), _watch_scope(tenant, job_id)),
        )

    async def CancelInvoiceJob(
        self, request: invoice_jobs_pb2.CancelInvoiceJobRequest, context: Context
    ) -> invoice_jobs_pb2.CancelInvoiceJobResponse:
        """Stops a job."""
        tenant = parse_tenant(request.tenant)
        job = await self._threads.run(self._use_cases.cancel_job, tenant, request.job_id)
        return invoice_jobs_pb2.CancelInvoiceJobResponse(job=job_message(job))

    async def RetryInvoiceJob(
        self, request: invoice_jobs_pb2.RetryInvoiceJobRequest, context: Context
    ) -> invoice_jobs_pb2.RetryInvoiceJobResponse:
        """Makes a new job of the orders that failed."""
        tenant = parse_tenant(request.tenant)
        job = await self._threads.run(
            self._use_cases.retry_job, tenant, request.job_id, request.request_id
        )
        return invoice_jobs_pb2.RetryInvoiceJobResponse(job=job_message(job))


def _watch_scope(tenant: Tenant, job_id: str) -> Scope:
    return ("WatchInvoiceJob", tenant, job_id)


def _read_resume_token(request: invoice_jobs_pb2.WatchInvoiceJobRequest, tenant: Tenant) -> int:
    """Reads how many outcomes the client has already. Raises InvalidInput."""
    if not request.resume_token:
        return 0
    cursor = cursor_of(request.resume_token, _watch_scope(tenant, request.job_id))
    position = None if cursor is None else position_of(cursor)
    if position is None:
        raise InvalidInput.field(
            "resume_token", "must be one that watching this job gave, or empty"
        )
    return position
