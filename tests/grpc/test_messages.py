"""All messages that are held at the same time have a bound, and whoever keeps to it is served."""

import asyncio
from typing import Any

import grpc
from invoicejobs.v1 import invoice_jobs_pb2, orders_pb2

from server.domain.errors import NotFound
from server.rpc.admission import Guards
from server.rpc.serving import Limits
from tests.grpc.door import DEADLINE, failure_of, open_door, raising

MEBIBYTE = 1024 * 1024
GET = "/invoicejobs.v1.InvoiceJobs/GetInvoiceJob"
#: There is room for one of the largest messages.
ONE = Limits(receive_bytes=MEBIBYTE, held_bytes=MEBIBYTE, guards=Guards(receive_timeout=1.0))
NO_JOB = raising(NotFound("There is none."))


def asked(size):
    """Makes a request of some size."""
    return invoice_jobs_pb2.GetInvoiceJobRequest(tenant="acme", job_id="x" * size)


async def test_of_slow_messages_no_more_are_waited_for_than_there_is_room_for():
    async with open_door(ONE) as door:
        # Clients that say they will send a message, and do not.
        slow: list[Any] = [door.channel.stream_unary(GET)() for _ in range(3)]
        codes = [await asyncio.wait_for(call.code(), DEADLINE) for call in slow]
    assert sorted(codes, key=str) == [
        grpc.StatusCode.DEADLINE_EXCEEDED,
        grpc.StatusCode.RESOURCE_EXHAUSTED,
        grpc.StatusCode.RESOURCE_EXHAUSTED,
    ]


async def test_messages_that_are_here_at_once_do_not_wait_for_slow_ones():
    async with open_door(ONE, read_job=NO_JOB) as door:
        slow: list[Any] = [door.channel.stream_unary(GET)() for _ in range(3)]
        # By now one is waited for, and the others are refused.
        for each in asyncio.as_completed([call.code() for call in slow]):
            assert await each is grpc.StatusCode.RESOURCE_EXHAUSTED
            break
        failure = await failure_of(door.jobs.GetInvoiceJob(asked(10), timeout=DEADLINE))
    assert failure.code is grpc.StatusCode.NOT_FOUND


async def test_a_large_message_is_refused_while_there_is_no_room_and_served_afterwards():
    async with open_door(ONE, read_job=NO_JOB) as door:
        stream = door.orders.ImportOrders(timeout=DEADLINE)
        await stream.write(orders_pb2.ImportOrdersRequest(tenant="acme"))
        refused = await failure_of(door.jobs.GetInvoiceJob(asked(100_000), timeout=DEADLINE))
        stream.cancel()
        # The room comes back as soon as the server has seen that the stream is over.
        code = refused.code
        while code is grpc.StatusCode.RESOURCE_EXHAUSTED:
            failure = await failure_of(door.jobs.GetInvoiceJob(asked(100_000), timeout=DEADLINE))
            code = failure.code
    assert (refused.code, refused.reason) == (
        grpc.StatusCode.RESOURCE_EXHAUSTED,
        "TOO_MANY_MESSAGES",
    )
    assert b"RetryInfo" in refused.raw
    assert code is grpc.StatusCode.NOT_FOUND


async def test_one_stream_more_than_there_is_room_for_is_refused():
    async with open_door(ONE) as door:
        first, second = (door.orders.ImportOrders(timeout=DEADLINE) for _ in range(2))
        codes = [await call.code() for call in (second, first)]
    assert sorted(codes, key=str) == [
        grpc.StatusCode.DEADLINE_EXCEEDED,
        grpc.StatusCode.RESOURCE_EXHAUSTED,
    ]
