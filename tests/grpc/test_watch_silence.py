"""A watched job without news: its stream is never silent for long."""

from server.rpc import watching
from tests.grpc.test_watch_jobs import Jobs, door_to, ids, watch


async def test_a_job_without_news_is_told_again_now_and_then_so_that_silence_means_a_broken_line(
    monkeypatch,
):
    monkeypatch.setattr(watching, "PATIENCE", 0.05)
    jobs = Jobs(2)
    jobs.succeed(1)
    async with door_to(jobs) as door:
        stream = aiter(watch(door))
        first, *again = [await anext(stream) for _ in range(4)]
        assert ids(first) == ["o0"]
        assert [(r.job, ids(r), r.resume_token) for r in again] == [
            (first.job, [], first.resume_token)
        ] * 3
        jobs.succeed(1)
        told = [order for response in [r async for r in stream] for order in ids(response)]
        assert told == ["o1"]


async def test_what_happened_without_news_is_found_in_the_end(monkeypatch):
    monkeypatch.setattr(watching, "PATIENCE", 0.05)
    jobs = Jobs(1)
    async with door_to(jobs) as door:
        stream = aiter(watch(door))
        await anext(stream)
        jobs.tell = None
        jobs.succeed(1)
        assert [order async for response in stream for order in ids(response)] == ["o0"]
