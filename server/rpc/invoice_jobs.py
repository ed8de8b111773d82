"""The InvoiceJobs service."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence

import grpc
from invoicejobs.v1 import invoice_jobs_pb2, invoice_jobs_pb2_grpc

from server.domain.errors import InvalidInput
from server.domain.job import Job, JobOrder
from server.domain.tenant import Tenant, parse_tenant
from server.handlers import Handler, ServicerContext
from server.rpc import watching
from server.rpc.gathering import Gathering
from server.rpc.links import signing
from server.rpc.paging import cursor_of, position_of, read_page
from server.rpc.threads import Threads
from server.rpc.translate_jobs import (
    filter_scope,
    job_message,
    job_order_message,
    read_filter,
    read_job_type,
)
from server.rpc.watched_job import Progress, watch_scope, write_outcome
from server.rpc.watching import Watchers
from server.service.begun_jobs import BegunJobs
from server.service.job_starts import JobRequest
from server.service.links import SignDocument
from server.service.origin import current_origin
from server.service.use_cases import UseCases

#: The most jobs that are written in one transaction, and without a thread; each 20 orders count as
#: one more, for they take as long. That is up to 2 ms.
TOGETHER = 32
ORDERS_OF_ONE = 20
#: Where several ask at once, jobs are written in so much of the time, and no later than so many
#: seconds after those before: with 300 a second three or four share a transaction, which costs more
#: than to write them. Where a disk is slow, many come during a transaction anyway.
WRITING_SHARE = 0.25
LONGEST_PAUSE = 0.01
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
        self._gathering = (
            Gathering(self._begin, self._create_together, _weight, TOGETHER, _pause)
            if embedded
            else None
        )
        self._use_cases = use_cases
        self._threads = threads
        self._watchers = Watchers(self._read_progress, use_cases.follow_changes, watches)

    def stop(self) -> None:
        """Ends the streams that watch jobs."""
        self._watchers.stop()

    def close(self) -> None:
        """Lets the thread that creates jobs end."""
        if self._gathering:
            self._gathering.close()

    async def CreateInvoiceJob(
        self, request: invoice_jobs_pb2.CreateInvoiceJobRequest, context: ServicerContext
    ) -> invoice_jobs_pb2.CreateInvoiceJobResponse:
        """Creates a job."""
        # The ids as they are: a list of all that fits into a message would be a gigabyte of texts.
        order_ids, request_id = request.order_ids, request.request_id
        tenant, job_type = parse_tenant(request.tenant), read_job_type(request.job_type)
        if self._gathering:
            asked = JobRequest(tenant, job_type, order_ids, request_id, current_origin())
            job = await self._gathering.run(asked)
        else:
            create_job = self._use_cases.create_job
            job = await self._threads.run(create_job, tenant, job_type, order_ids, request_id)
        return invoice_jobs_pb2.CreateInvoiceJobResponse(job=job_message(job))

    def _begin(self, asked: Sequence[JobRequest]) -> BegunJobs | None:
        """Begins jobs at once, unless it is one alone that is too large for that."""
        if sum(map(_weight, asked)) > TOGETHER:
            return None
        return self._use_cases.create_job.begin(asked)

    def _create_together(self, asked: Sequence[JobRequest]) -> list[Job | Exception]:
        return self._use_cases.create_job.together(asked)

    async def GetInvoiceJob(
        self, request: invoice_jobs_pb2.GetInvoiceJobRequest, context: ServicerContext
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
        if self._embedded:
            few = min(limit, FEW_ORDERS)
            job, orders = self._use_cases.read_job(tenant, job_id, first, few)
            if len(orders) < few or few == limit:
                has_documents = any(order.pdf_sha256 for order in orders)
                sign = self._use_cases.sign_links(tenant) if has_documents else _nothing_to_sign
                return (job, orders), sign
        read_job = signing(self._use_cases.sign_links, self._use_cases.read_job)
        return await self._threads.run(read_job, tenant, job_id, first, limit)

    async def ListInvoiceJobs(
        self, request: invoice_jobs_pb2.ListInvoiceJobsRequest, context: ServicerContext
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

    async def WatchInvoiceJob(  # type: ignore[override] # bytes, see watch_handler
        self, request: invoice_jobs_pb2.WatchInvoiceJobRequest, context: ServicerContext
    ) -> AsyncIterator[bytes]:
        """Streams how a job goes on, until it is DONE and all outcomes were sent."""
        tenant = parse_tenant(request.tenant)
        after = _read_resume_token(request, tenant)
        last, told_at = b"", 0.0
        now = asyncio.get_running_loop().time
        with self._watchers.watch(tenant, request.job_id) as watch:
            while True:
                news = await watch.read(after)
                is_new = news.end > after
                after = news.end
                # Silence means a broken connection: a job without news is told again now and then.
                if is_new or news.job != last or now() - told_at >= watching.PATIENCE:
                    yield news.response
                    last, told_at = news.job, now()
                if not (is_new and news.has_more):
                    if news.is_done:
                        return
                    await watch.wait()
                elif not news.is_done:
                    await watch.wait_for_turn()

    async def _read_progress(self, tenant: Tenant, job_id: str, after: int, limit: int) -> Progress:
        return await self._threads.run(self._progress, tenant, job_id, after, limit)

    def _progress(self, tenant: Tenant, job_id: str, after: int, limit: int) -> Progress:
        watch_job = signing(self._use_cases.sign_links, self._use_cases.watch_job)
        (job, outcomes), sign = watch_job(tenant, job_id, after, limit)
        return Progress(
            job_message(job), [write_outcome(job_order_message(order, sign)) for order in outcomes]
        )

    async def CancelInvoiceJob(
        self, request: invoice_jobs_pb2.CancelInvoiceJobRequest, context: ServicerContext
    ) -> invoice_jobs_pb2.CancelInvoiceJobResponse:
        """Stops a job."""
        tenant = parse_tenant(request.tenant)
        job = await self._threads.run(self._use_cases.cancel_job, tenant, request.job_id)
        return invoice_jobs_pb2.CancelInvoiceJobResponse(job=job_message(job))

    async def RetryInvoiceJob(
        self, request: invoice_jobs_pb2.RetryInvoiceJobRequest, context: ServicerContext
    ) -> invoice_jobs_pb2.RetryInvoiceJobResponse:
        """Makes a new job of the orders that failed."""
        tenant = parse_tenant(request.tenant)
        job = await self._threads.run(
            self._use_cases.retry_job, tenant, request.job_id, request.request_id
        )
        return invoice_jobs_pb2.RetryInvoiceJobResponse(job=job_message(job))


def _nothing_to_sign(_number: str, _sha256: str) -> str:
    """Stands for the signing of links where there are none."""
    raise AssertionError("there is no document")


def watch_handler(servicer: InvoiceJobsServicer) -> grpc.GenericRpcHandler:
    """Makes the handler of WatchInvoiceJob, which writes its responses itself.

    So all who watch the same job share their bytes.
    """
    handler: Handler = grpc.unary_stream_rpc_method_handler(
        servicer.WatchInvoiceJob,
        request_deserializer=invoice_jobs_pb2.WatchInvoiceJobRequest.FromString,
    )
    service = invoice_jobs_pb2.DESCRIPTOR.services_by_name["InvoiceJobs"].full_name
    return grpc.method_handlers_generic_handler(service, {"WatchInvoiceJob": handler})


def _pause(took: float) -> float:
    """Tells how many seconds after a transaction began the next may, where several ask at once."""
    return min(took / WRITING_SHARE, LONGEST_PAUSE)


def _weight(asked: JobRequest) -> int:
    """Tells how long a job takes to be written, as many as that of one order."""
    return 1 + len(asked.order_ids) // ORDERS_OF_ONE


def _read_resume_token(request: invoice_jobs_pb2.WatchInvoiceJobRequest, tenant: Tenant) -> int:
    """Reads how many outcomes the client has already. Raises InvalidInput."""
    if not request.resume_token:
        return 0
    cursor = cursor_of(request.resume_token, watch_scope(tenant, request.job_id))
    position = None if cursor is None else position_of(cursor)
    if position is None:
        raise InvalidInput.field(
            "resume_token", "must be one that watching this job gave, or empty"
        )
    return position
