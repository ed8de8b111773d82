"""Streams that watch jobs have a limit of their own: they never take the place of other calls."""

import grpc
from google.rpc import error_details_pb2
from grpc_health.v1.health_pb2 import HealthCheckRequest
from grpc_status import rpc_status

from server.rpc.serving import Limits
from tests.grpc.door import DEADLINE, failure_of, open_door
from tests.grpc.test_watch_jobs import Jobs, watch

LIMITS = Limits(concurrent_calls=1, watches=2)


def door_to(jobs):
    return open_door(LIMITS, watch_job=jobs.watch_job, follow_changes=jobs.follow_changes)


async def test_one_stream_more_than_the_limit_is_refused_with_a_time_to_try_again():
    async with door_to(Jobs(3)) as door:
        streams = [watch(door), watch(door)]
        for stream in streams:
            await stream.read()
        third = watch(door)
        failure = await failure_of(third.read())
        assert failure.code is grpc.StatusCode.RESOURCE_EXHAUSTED
        assert failure.reason == "TOO_MANY_WATCHERS"
        assert failure.message.startswith("As many streams as this server takes, 2, watch jobs")
        retry = error_details_pb2.RetryInfo()
        details = rpc_status.from_call(await _ended(third)).details
        assert any(detail.Unpack(retry) for detail in details)
        assert retry.retry_delay.seconds > 0
        for stream in streams:
            stream.cancel()


async def test_streams_that_fill_their_limit_leave_room_for_all_other_calls():
    async with door_to(Jobs(3)) as door:
        streams = [watch(door), watch(door)]
        for stream in streams:
            await stream.read()
        for _ in range(3):
            await door.health.Check(HealthCheckRequest(), timeout=DEADLINE)
        for stream in streams:
            stream.cancel()


async def test_a_stream_that_ends_makes_room_for_another():
    jobs = Jobs(3)
    async with door_to(jobs) as door:
        streams = [watch(door), watch(door)]
        for stream in streams:
            await stream.read()
        streams[0].cancel()
        found = []

        async def find_room():
            try:
                await watch(door).read()
                found.append(True)
            except grpc.aio.AioRpcError:
                return

        while not found:
            await find_room()
        streams[1].cancel()


async def _ended(call):
    try:
        await call.read()
    except grpc.aio.AioRpcError as error:
        return error
    raise AssertionError("it did not fail")
