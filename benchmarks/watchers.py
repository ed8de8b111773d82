"""Many clients that watch one job, half of them over gRPC and half over REST, in a process."""

from __future__ import annotations

import asyncio
import multiprocessing
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.synchronize import Event
from typing import Any

import aiohttp
import grpc
from invoicejobs.v1 import invoice_jobs_pb2 as pb

_CHANNELS = 5


@dataclass(frozen=True, slots=True)
class Seen:
    """What the watchers saw."""

    #: Streams that ended with the job DONE, by kind.
    done: dict[str, int]
    #: Seconds of processor that the watchers themselves took.
    seconds: float
    #: The first streams that failed, in words.
    failures: list[str]


@contextmanager
def watching(target: str, rest: str, tenant: str, job_id: str, each: int) -> Iterator[list[Seen]]:
    """Watches a job with so many streams of each kind; what they saw is there at the end."""
    context = multiprocessing.get_context("spawn")
    results: Any = context.SimpleQueue()
    begun = context.Event()
    process = context.Process(
        target=_run, args=(target, rest, tenant, job_id, each, begun, results), daemon=True
    )
    process.start()
    if not begun.wait(60):
        raise TimeoutError("the watchers did not begin")
    seen: list[Seen] = []
    yield seen
    seen.append(results.get())
    process.join()


def _run(
    target: str, rest: str, tenant: str, job_id: str, each: int, begun: Event, results: Any
) -> None:
    results.put(asyncio.run(_watch_all(target, rest, tenant, job_id, each, begun)))


async def _watch_all(
    target: str, rest: str, tenant: str, job_id: str, each: int, begun: Event
) -> Seen:
    started = asyncio.Semaphore(0)
    channels = [
        grpc.aio.insecure_channel(target, options=[("grpc.use_local_subchannel_pool", 1)])
        for _ in range(_CHANNELS)
    ]
    url = f"{rest}/invoice/{tenant}/jobs/invoices/{job_id}/events"
    connector = aiohttp.TCPConnector(limit=0)
    timeout = aiohttp.ClientTimeout(total=None)
    async with aiohttp.ClientSession(connector=connector, timeout=timeout) as session:
        tasks = [
            asyncio.create_task(stream)
            for n in range(each)
            for stream in (
                _over_grpc(channels[n % _CHANNELS], tenant, job_id, started),
                _over_rest(session, url, started),
            )
        ]
        for _ in tasks:
            await started.acquire()
        begun.set()
        ended = await asyncio.gather(*tasks, return_exceptions=True)
    for channel in channels:
        await channel.close()
    failures = [repr(end)[:300] for end in ended if isinstance(end, BaseException)]
    done = {kind: ended.count(kind) for kind in ("grpc", "sse")}
    return Seen(done, time.process_time(), failures[:3])


async def _over_grpc(
    channel: grpc.aio.Channel, tenant: str, job_id: str, started: asyncio.Semaphore
) -> str:
    # Bytes, for reading them is not what is measured.
    watch: Any = channel.unary_stream(
        "/invoicejobs.v1.InvoiceJobs/WatchInvoiceJob",
        request_serializer=pb.WatchInvoiceJobRequest.SerializeToString,
    )
    last, first = b"", True
    try:
        async for message in watch(pb.WatchInvoiceJobRequest(tenant=tenant, job_id=job_id)):
            last = message
            if first:
                started.release()
                first = False
    finally:
        if first:
            started.release()
    job = pb.WatchInvoiceJobResponse.FromString(last).job
    return "grpc" if job.job_status == pb.JOB_STATUS_DONE else "grpc, but not DONE"


async def _over_rest(session: aiohttp.ClientSession, url: str, started: asyncio.Semaphore) -> str:
    end, first = b"", True
    try:
        async with session.get(url) as response:
            response.raise_for_status()
            async for piece in response.content.iter_any():
                end = (end + piece)[-2000:]
                if first:
                    started.release()
                    first = False
    finally:
        if first:
            started.release()
    return "sse" if b"event: done" in end else "sse, but not done"
