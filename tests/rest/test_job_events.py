"""GET /invoice/{tenant}/jobs/invoices/{jobId}/events."""

from __future__ import annotations

import asyncio
import socket

import aiohttp
import pytest
from invoicejobs.v1.invoice_jobs_pb2 import JOB_TYPE_MANUAL

from gateway import job_events
from tests.fakes import fake_jobs
from tests.fakes.fake_grpc_probes import Hold
from tests.rest.events import Event, read_events
from tests.rest.service import create_job, fake_service, read_done_job, read_error, send_raw

ABSENT_JOB = "0190f5c2-7b6a-7c3e-9f1d-2b8a4e6c0d11"
WAIT = 60  # seconds until a test gives up; the machine may be busy


async def watch(client, service, job_id: str, **headers: str) -> list[Event]:
    """Reads events until the stream ends."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    async with client.get(f"{service.jobs}/{job_id}/events", headers=named) as response:
        assert response.status == 200, await response.text()
        return [event async for event in read_events(response)]


async def test_a_job_is_told_from_its_first_progress_to_done(client, service):
    job_id = await create_job(client, service, *service.good_orders, service.bad_order)
    events = await watch(client, service, job_id)
    assert [event.kind for event in events] == [
        "progress",
        *("outcome", "outcome", "progress"),
        *("outcome", "outcome", "progress"),
        "done",
    ]
    counts = ("pendingCount", "successCount", "failureCount")
    shown = [
        (e.data["jobStatus"], *(e.data[name] for name in counts))
        for e in events
        if e.kind != "outcome"
    ]
    assert shown == [
        ("IN_PROGRESS", 4, 0, 0),
        ("IN_PROGRESS", 2, 2, 0),
        ("DONE", 0, 3, 1),
        ("DONE", 0, 3, 1),
    ]
    assert events[-1].data["jobId"] == job_id


async def test_an_outcome_is_an_order_as_the_job_shows_it(client, service):
    job_id = await create_job(client, service, service.good_orders[0], service.bad_order)
    events = await watch(client, service, job_id)
    outcomes = [event.data for event in events if event.kind == "outcome"]
    assert outcomes == (await read_done_job(client, service, job_id))["orders"]


async def test_a_job_without_orders_is_done_at_once(client, service, fake):
    async with client.post(service.jobs, json={"jobType": "AUTOMATIC"}) as response:
        job_id = (await response.json())["jobId"]
    assert (await watch(client, service, job_id))[-1].kind == "done"


async def test_the_answer_is_neither_kept_nor_buffered_nor_packed(client, service):
    job_id = await create_job(client, service)
    async with client.get(
        f"{service.jobs}/{job_id}/events", headers={"Accept-Encoding": "gzip, deflate, br"}
    ) as response:
        assert response.headers["Content-Type"] == "text/event-stream"
        assert response.headers["Cache-Control"] == "no-store"
        assert response.headers["X-Accel-Buffering"] == "no"
        assert "Content-Encoding" not in response.headers
        assert (await response.content.readline()).startswith(b"retry: ")


@pytest.mark.parametrize("seen", [1, 4, 7])
async def test_a_broken_connection_goes_on_behind_the_last_id(client, service, seen):
    job_id = await create_job(client, service, *[f"absent-{n}" for n in range(6)])
    first: list[Event] = []
    async with client.get(f"{service.jobs}/{job_id}/events") as response:
        async for event in read_events(response):
            first.append(event)
            if len(first) == seen:
                break
    last_id = first[-1].id
    assert last_id
    rest = await watch(client, service, job_id, Last_Event_ID=last_id)
    told = [e.data["orderId"] for e in first + rest if e.kind == "outcome"]
    assert told == [f"absent-{n}" for n in range(6)]


async def test_who_knows_everything_is_told_not_to_come_again(client, service):
    job_id = await create_job(client, service)
    done = (await watch(client, service, job_id))[-1]
    url = f"{service.jobs}/{job_id}/events"
    async with client.get(url, headers={"Last-Event-ID": done.id}) as response:
        assert response.status == 204


@pytest.mark.parametrize("last_id", ["x", "another-job:0", "ü"])
async def test_a_foreign_id_is_refused_by_its_header(client, service, last_id):
    job_id = await create_job(client, service)
    url = f"{service.jobs}/{job_id}/events"
    async with client.get(url, headers={"Last-Event-ID": last_id}) as response:
        assert (await read_error(response, 400))["message"].startswith("Last-Event-ID: ")


async def test_an_unknown_job_is_an_ordinary_404(client, service):
    async with client.get(f"{service.jobs}/{ABSENT_JOB}/events") as response:
        await read_error(response, 404)


async def test_silence_is_filled_with_comments(client, service, fake, monkeypatch):
    monkeypatch.setattr(job_events, "HEARTBEAT", 0.01)
    fake.holds["outcomes"] = hold = Hold()
    job_id = await create_job(client, service)
    async with client.get(f"{service.jobs}/{job_id}/events") as response:
        while not (await response.content.readline()).startswith(b": "):
            pass
        hold.released.set()
        assert [e.kind async for e in read_events(response)][-1] == "done"


async def test_a_watch_outlives_the_time_that_a_request_may_take(monkeypatch):
    monkeypatch.setattr(job_events, "HEARTBEAT", 0.05)
    async with (
        fake_service(REQUEST_TIMEOUT="0.2") as (service, fake),
        aiohttp.ClientSession(service.url) as client,
    ):
        fake.holds["outcomes"] = hold = Hold()
        job_id = await create_job(client, service)
        async with client.get(f"{service.jobs}/{job_id}/events") as response:
            for _ in range(10):  # comments, 0.05 s apart
                while not (await response.content.readline()).startswith(b": "):
                    pass
            hold.released.set()
            assert [e.kind async for e in read_events(response)][-1] == "done"


async def test_a_watch_of_a_silent_server_ends_so_that_the_watcher_comes_again(
    client, service, fake, monkeypatch
):
    monkeypatch.setattr(job_events, "HEARTBEAT", 0.01)
    monkeypatch.setattr(job_events, "SILENCE", 0.05)
    fake.holds["outcomes"] = hold = Hold()
    job_id = await create_job(client, service)
    (event,) = await watch(client, service, job_id)
    assert event.kind == "progress"
    await asyncio.wait_for(hold.cancelled.wait(), WAIT)
    hold.released.set()
    assert (await watch(client, service, job_id, Last_Event_ID=event.id))[-1].kind == "done"


async def test_the_stream_is_cancelled_as_soon_as_the_watcher_leaves(client, service, fake):
    fake.holds["outcomes"] = hold = Hold()
    job_id = await create_job(client, service)
    async with client.get(f"{service.jobs}/{job_id}/events") as response:
        await response.content.readline()
        await asyncio.wait_for(hold.entered.wait(), WAIT)
        response.close()
    await asyncio.wait_for(hold.cancelled.wait(), WAIT)


async def test_a_server_that_goes_away_breaks_the_connection_and_the_watcher_comes_again(
    client, service, fake
):
    fake.break_watch_after = 2
    job_id = await create_job(client, service, *[f"absent-{n}" for n in range(4)])
    events: list[Event] = []

    async def read(response: aiohttp.ClientResponse) -> None:
        async for event in read_events(response):
            events.append(event)

    async with client.get(f"{service.jobs}/{job_id}/events") as response:
        with pytest.raises(aiohttp.ClientError):
            await read(response)
    events += await watch(client, service, job_id, Last_Event_ID=events[-1].id)
    told = [e.data["orderId"] for e in events if e.kind == "outcome"]
    assert told == [f"absent-{n}" for n in range(4)]
    assert events[-1].kind == "done"


async def test_a_gateway_that_stops_does_not_wait_for_watchers():
    async with aiohttp.ClientSession() as client:
        async with fake_service() as (service, fake):
            fake.holds["outcomes"] = Hold()
            async with client.post(
                service.url + service.jobs, json={"jobType": "MANUAL", "orderIds": ["a"]}
            ) as created:
                job_id = (await created.json())["jobId"]
            response = await client.get(f"{service.url}{service.jobs}/{job_id}/events")
            await response.content.readline()
            start = asyncio.get_running_loop().time()
        assert asyncio.get_running_loop().time() - start < 5
        with pytest.raises(aiohttp.ClientError):
            await response.read()


async def test_a_watcher_that_does_not_read_is_left_and_holds_nothing(service, fake, monkeypatch):
    monkeypatch.setattr(job_events, "READ_LIMIT", 0.5)
    monkeypatch.setattr(fake_jobs, "OUTCOMES", 500)
    fake.add_job("long", JOB_TYPE_MANUAL, [f"{n:0>120}" for n in range(100_000)])
    host, _, port = service.url.removeprefix("http://").rpartition(":")
    with socket.socket() as reader:
        reader.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        reader.setblocking(False)
        await asyncio.get_running_loop().sock_connect(reader, (host, int(port)))
        reader.send(f"GET {service.jobs}/long/events HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        await asyncio.wait_for(fake.watch_ended.wait(), WAIT)
    assert 0 < fake.told < 50_000


async def test_head_describes_the_stream_and_ends(client, service):
    job_id = await create_job(client, service)
    async with client.head(f"{service.jobs}/{job_id}/events") as response:
        assert response.status == 200
        assert response.content_type == "text/event-stream"


async def test_an_old_client_gets_the_same_events(service, client):
    job_id = await create_job(client, service, service.good_orders[0])
    path = f"{service.jobs}/{job_id}/events"
    answer = await send_raw(service, f"GET {path} HTTP/1.0\r\nHost: x\r\n\r\n".encode())
    assert answer.endswith(b"\n\n")
    assert b"\nevent: done\n" in answer
