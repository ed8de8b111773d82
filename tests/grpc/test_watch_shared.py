"""What those who watch the same job share, and in which turn they are told."""

from __future__ import annotations

from typing import Any

import grpc
import pytest
from invoicejobs.v1 import invoice_jobs_pb2 as pb

from server.rpc import watched_job, watching
from tests.grpc.door import DEADLINE
from tests.grpc.test_watch_jobs import Jobs, door_to, ids, watch


async def rest_of(stream: Any) -> list[str]:
    """Reads a stream to its end."""
    orders: list[str] = []
    while (response := await stream.read()) is not grpc.aio.EOF:
        orders += ids(response)
    return orders


async def test_responses_that_are_put_together_from_kept_parts_are_as_if_written_at_once() -> None:
    jobs = Jobs(700)
    jobs.succeed(600)
    async with door_to(jobs) as door:
        raw: Any = door.channel.unary_stream("/invoicejobs.v1.InvoiceJobs/WatchInvoiceJob")
        request = pb.WatchInvoiceJobRequest(tenant="acme", job_id="j1")
        stream = aiter(raw(request.SerializeToString(), timeout=DEADLINE))
        written = [await anext(stream), await anext(stream)]
        jobs.succeed(100)
        written += [response async for response in stream]
    responses = [pb.WatchInvoiceJobResponse.FromString(response) for response in written]
    assert [response.SerializeToString() for response in responses] == written
    assert ids(*responses) == [f"o{n}" for n in range(700)]


async def test_streams_that_began_at_different_places_share_the_next_look() -> None:
    jobs = Jobs(10)
    async with door_to(jobs) as door:
        streams, token = [], ""
        for _ in range(5):
            jobs.succeed(1)
            stream = watch(door, token)
            token = (await stream.read()).resume_token
            streams.append(stream)
        jobs.reads.clear()
        jobs.succeed(5)
        seen = [await rest_of(stream) for stream in streams]
    assert [orders[-1] for orders in seen] == ["o9"] * 5
    assert len({after for _, after in jobs.reads}) == 1


@pytest.mark.parametrize(("life", "looks_again"), [(60.0, False), (0.0, True)])
async def test_outcomes_are_kept_for_others_but_not_for_long(
    monkeypatch: pytest.MonkeyPatch, life: float, looks_again: bool
) -> None:
    monkeypatch.setattr(watched_job, "LIFE", life)
    jobs = Jobs(4)
    jobs.succeed(3)
    async with door_to(jobs) as door:
        first = watch(door)
        assert ids(await first.read()) == ["o0", "o1", "o2"]
        jobs.reads.clear()
        jobs.succeed(1)
        again = watch(door)
        assert await rest_of(again) == ["o0", "o1", "o2", "o3"]
        assert (0 in {after for _, after in jobs.reads}) is looks_again


async def test_the_end_is_told_at_once_however_many_wait_for_their_turn(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(watching, "TURNS", 0)
    jobs = Jobs(3)
    async with door_to(jobs) as door:
        streams = [watch(door) for _ in range(3)]
        for stream in streams:
            assert not ids(await stream.read())
        jobs.succeed(1)
        jobs.succeed(2)
        for stream in streams:
            last = await stream.read()
            assert ids(last) == ["o0", "o1", "o2"]
            assert last.job.job_status == pb.JOB_STATUS_DONE


async def test_a_stream_with_much_to_read_takes_its_turn_while_the_job_is_in_work(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(watching, "TURNS", 0)
    jobs = Jobs(1200)
    jobs.succeed(1100)
    async with door_to(jobs) as door:
        greedy, other = watch(door), watch(door)
        assert len(ids(await greedy.read())) == 500
        assert len(ids(await other.read())) == 500
        assert {after for _, after in jobs.reads} == {0}
        jobs.succeed(100)
        rest = [await rest_of(greedy), await rest_of(other)]
        assert rest == [[f"o{n}" for n in range(500, 1200)]] * 2


async def test_a_stream_alone_reads_all_that_is_there_without_waiting(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(watching, "PAUSE", 2 * DEADLINE)
    jobs = Jobs(5001)
    jobs.succeed(5000)
    async with door_to(jobs) as door:
        stream = watch(door)
        seen = [order for _ in range(10) for order in ids(await stream.read())]
        assert len(seen) == 5000
