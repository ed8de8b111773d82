"""GET /invoice/{tenant}/jobs/invoices/{jobId}/events, as a browser's EventSource asks for it."""

from __future__ import annotations

import grpc
import pytest
from google.rpc.error_details_pb2 import RetryInfo

from tests.fakes.fake_grpc_errors import refusal
from tests.rest.service import create_job, read_error
from tests.rest.test_job_events import ABSENT_JOB, watch

EVENT_SOURCE = {"Accept": "text/event-stream"}


@pytest.mark.parametrize(
    ("failure", "wait", "status", "pause"),
    [
        (grpc.StatusCode.UNAVAILABLE, 0, 503, 2000),
        (grpc.StatusCode.DEADLINE_EXCEEDED, 0, 504, 2000),
        (grpc.StatusCode.RESOURCE_EXHAUSTED, 5, 429, 5000),
    ],
)
async def test_an_event_source_whose_server_is_away_is_told_to_come_again(
    client, service, fake, failure, wait, status, pause
):
    job_id = await create_job(client, service)
    last_id = (await watch(client, service, job_id))[0].id
    retry = [RetryInfo(retry_delay={"seconds": wait})] if wait else []
    fake.failures["WatchInvoiceJob"] = refusal(failure, "PASSING", "not now", *retry)
    url = f"{service.jobs}/{job_id}/events"
    async with client.get(url, headers=EVENT_SOURCE | {"Last-Event-ID": last_id}) as response:
        assert (response.status, response.content_type) == (200, "text/event-stream")
        assert await response.text() == f"retry: {pause}\n\n"
    async with client.get(url) as response:  # not an EventSource: it can read the reason
        assert (await read_error(response, status))["detailInfo"] == "PASSING"
    del fake.failures["WatchInvoiceJob"]
    assert (await watch(client, service, job_id, Last_Event_ID=last_id))[-1].kind == "done"


async def test_an_event_source_of_an_unknown_job_is_ended(client, service):
    url = f"{service.jobs}/{ABSENT_JOB}/events"
    async with client.get(url, headers=EVENT_SOURCE) as response:
        await read_error(response, 404)
