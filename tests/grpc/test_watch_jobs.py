"""Streams of watched jobs from a client's side."""

import asyncio
import threading
from contextlib import suppress
from typing import Any

import grpc
import pytest
from invoicejobs.v1 import invoice_jobs_pb2 as pb

from server.domain.errors import InvalidInput, NotFound
from server.domain.job import JobOrder, JobOrderStatus
from tests.grpc.door import DEADLINE, failure_of, open_door
from tests.grpc.test_jobs import CREATED, make_job


class Jobs:
    """A job whose orders succeed when a test says so."""

    def __init__(self, count):
        self.job = make_job(order_count=count)
        self.tell: Any = None
        self.reads = []
        #: Looks into the database wait for it.
        self.open = threading.Event()
        self.open.set()

    def follow_changes(self, tell):
        assert self.tell is None, "one follower is enough for all streams"
        self.tell = tell

    def succeed(self, count):
        """Lets orders succeed, and tells of it."""
        done = self.job.success_count + count
        done_at = CREATED if done == self.job.order_count else None
        self.job = self.job._replace(success_count=done, done_at=done_at)
        if self.tell:
            self.tell("j1")

    def watch_job(self, tenant, job_id, after, limit):
        job = self.job
        self.reads.append((tenant, after))
        assert self.open.wait(DEADLINE)
        if (tenant, job_id) != ("acme", "j1"):
            raise NotFound(f"There is no job {job_id!r}.")
        if after > job.outcome_count:
            raise InvalidInput.field("resume_token", "is behind the last one")
        outcomes = [
            JobOrder(n, f"o{n}", JobOrderStatus.SUCCESS, invoice_number=f"R-{n}")
            for n in range(after, min(after + limit, job.outcome_count))
        ]
        return job, tuple(outcomes)


def door_to(jobs):
    return open_door(watch_job=jobs.watch_job, follow_changes=jobs.follow_changes)


def watch(door, token="", tenant="acme", job_id="j1"):
    request = pb.WatchInvoiceJobRequest(tenant=tenant, job_id=job_id, resume_token=token)
    return door.jobs.WatchInvoiceJob(request, timeout=DEADLINE)


def ids(*responses):
    return [order.order_id for response in responses for order in response.outcomes]


async def until(condition):
    """Lets the others go on until a condition is true; pytest's timeout ends it."""
    never = asyncio.Event()
    while not condition():
        with suppress(TimeoutError):
            async with asyncio.timeout(0.001):
                await never.wait()


async def test_a_stream_tells_how_far_the_job_is_then_what_happens_and_ends_when_it_is_done():
    jobs = Jobs(3)
    async with door_to(jobs) as door:
        stream = watch(door)
        first = await stream.read()
        assert (first.job.pending_count, ids(first)) == (3, [])
        jobs.succeed(2)
        second = await stream.read()
        assert (second.job.success_count, ids(second)) == (2, ["o0", "o1"])
        jobs.succeed(1)
        last = await stream.read()
        assert (last.job.job_status, ids(last)) == (pb.JOB_STATUS_DONE, ["o2"])
        assert await stream.read() is grpc.aio.EOF


async def test_a_broken_stream_goes_on_behind_its_last_token():
    jobs = Jobs(4)
    jobs.succeed(2)
    async with door_to(jobs) as door:
        stream = watch(door)
        first = await stream.read()
        stream.cancel()
        jobs.succeed(1)
        again = watch(door, first.resume_token)
        second = await again.read()
        jobs.succeed(1)
        third = await again.read()
        assert ids(first) == ["o0", "o1"]
        assert ids(second) == ["o2"]
        assert ids(third) == ["o3"]


@pytest.mark.parametrize(("count", "messages"), [(0, 1), (1, 1), (500, 1), (501, 2), (1200, 3)])
async def test_a_done_job_is_told_at_once_and_whole(count, messages):
    jobs = Jobs(count)
    jobs.succeed(count)
    async with door_to(jobs) as door:
        received = [response async for response in watch(door)]
    assert len(received) == messages
    assert ids(*received) == [f"o{n}" for n in range(count)]
    assert all(len(response.outcomes) <= 500 for response in received)


async def test_news_that_change_nothing_are_not_passed_on():
    jobs = Jobs(2)
    async with door_to(jobs) as door:
        stream = watch(door)
        await stream.read()
        jobs.tell("another")
        for looks in range(2, 4):
            jobs.tell("j1")
            await until(lambda looks=looks: len(jobs.reads) >= looks)
        jobs.succeed(2)
        assert ids(await stream.read()) == ["o0", "o1"]


async def test_streams_that_wait_for_the_same_share_one_look_into_the_database():
    jobs = Jobs(1)
    async with door_to(jobs) as door:
        streams = [watch(door) for _ in range(50)]
        for stream in streams:
            await stream.read()
        jobs.reads.clear()
        jobs.open.clear()
        jobs.succeed(1)
        reads = [asyncio.ensure_future(stream.read()) for stream in streams]
        await until(lambda: jobs.reads)
        jobs.open.set()
        for response in await asyncio.gather(*reads):
            assert ids(response) == ["o0"]
        assert len(jobs.reads) < 10


async def test_tenants_never_share_a_look():
    jobs = Jobs(1)
    jobs.open.clear()
    async with door_to(jobs) as door:
        mine, foreign = watch(door), watch(door, tenant="other")
        reads = [asyncio.ensure_future(mine.read()), asyncio.ensure_future(foreign.read())]
        await until(lambda: len(jobs.reads) >= 2)
        jobs.open.set()
        assert (await reads[0]).job.job_id == "j1"
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await reads[1]
        assert caught.value.code() is grpc.StatusCode.NOT_FOUND


async def test_a_client_that_leaves_is_forgotten_at_once_and_disturbs_nobody():
    jobs = Jobs(1)
    async with door_to(jobs) as door:
        watchers = door.server._jobs._watchers
        leaving, staying = watch(door), watch(door)
        await leaving.read()
        await staying.read()
        leaving.cancel()
        await until(lambda: watchers._count == 1)
        jobs.succeed(1)
        assert ids(await staying.read()) == ["o0"]
        assert await staying.read() is grpc.aio.EOF
        await until(lambda: not watchers._watched)


async def test_a_server_that_stops_ends_its_streams_at_once():
    jobs = Jobs(1)
    async with door_to(jobs) as door:
        stream = watch(door)
        await stream.read()
        stopping = asyncio.ensure_future(door.server.stop(DEADLINE))
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await stream.read()
        assert caught.value.code() is grpc.StatusCode.UNAVAILABLE
        await stopping


async def test_wrong_tokens_and_unknown_jobs_are_refused():
    jobs = Jobs(2)
    jobs.succeed(1)
    async with door_to(jobs) as door:
        stream = watch(door)
        token = (await stream.read()).resume_token
        stream.cancel()
        for foreign in (
            watch(door, token[:-2] + "AA"),
            watch(door, "ünreadable"),
            watch(door, token, job_id="j2"),
            watch(door, token, tenant="other"),
        ):
            failure = await failure_of(foreign.read())
            assert failure.code is grpc.StatusCode.INVALID_ARGUMENT
            assert list(failure.violations) == ["resume_token"]
        failure = await failure_of(watch(door, job_id="j2").read())
        assert failure.code is grpc.StatusCode.NOT_FOUND
        failure = await failure_of(watch(door, tenant="A").read())
        assert list(failure.violations) == ["tenant"]


async def test_those_who_work_do_not_wait_for_those_who_watch():
    jobs = Jobs(10_000)
    async with door_to(jobs) as door:
        streams = [watch(door) for _ in range(100)]
        for stream in streams:
            await stream.read()
        looks = len(jobs.reads)
        for _ in range(5000):
            jobs.succeed(1)
        # All that came at once is one wake, or few, not five thousand.
        for stream in streams:
            seen = 0
            while seen < 5000:
                response = await stream.read()
                seen += len(response.outcomes)
        assert len(jobs.reads) - looks < 5000
        for stream in streams:
            stream.cancel()
