"""What the tests of the REST API know of the service they run against, and how they use it."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from typing import Any

import aiohttp
from invoicejobs.v1.invoice_jobs_pb2 import JOB_TYPE_MANUAL
from invoicejobs.v1.invoices_pb2 import Invoice

from gateway.config import Config, read_config
from gateway.serving import running
from tests.fakes.fake_grpc import FakeServer, serving

TENANT = "acme"
GOOD_ORDERS = ("order-1", "order-2", "order-3")
BAD_ORDER = "order-that-fails"


@dataclass(frozen=True)
class Service:
    """A running service: its address, and orders of which the outcome is known."""

    url: str
    tenant: str = TENANT
    #: Orders that become invoices.
    good_orders: tuple[str, ...] = GOOD_ORDERS
    #: An order that becomes a FAILURE.
    bad_order: str = BAD_ORDER

    @property
    def jobs(self) -> str:
        """The path of the tenant's jobs."""
        return f"/invoice/{self.tenant}/jobs/invoices"


def config_for(target: str, **variables: str) -> Config:
    """Makes a config for a gateway on a free port, in front of a gRPC server."""
    return read_config(
        {"INVOICEJOBS_REST_PORT": "0", "INVOICEJOBS_GRPC_TARGET": target}
        | {f"INVOICEJOBS_{name}": value for name, value in variables.items()}
    )


@asynccontextmanager
async def fake_service(**variables: str) -> AsyncIterator[tuple[Service, FakeServer]]:
    """Runs a gateway in front of a fake gRPC server."""
    async with (
        serving(FakeServer(TENANT, GOOD_ORDERS)) as fake,
        running(config_for(fake.target, **variables)) as url,
    ):
        yield Service(url), fake


def add_documented_examples(fake: FakeServer) -> None:
    """Adds the job, the invoice and the document that stand in the OpenAPI document's examples."""
    fake.add_job("0190f5c2-7b6a-7c3e-9f1d-2b8a4e6c0d11", JOB_TYPE_MANUAL, [*GOOD_ORDERS, BAD_ORDER])
    fake.add_invoice(Invoice(invoice_number="RE-2026-00017", currency="EUR"), b"foo")


@contextmanager
def background_service() -> Iterator[Service]:
    """Runs the same in a thread, for clients that block, with what the document's examples name."""
    loop = asyncio.new_event_loop()
    started: asyncio.Future[Service] = loop.create_future()
    stop = asyncio.Event()

    async def run() -> None:
        async with fake_service() as (service, fake):
            add_documented_examples(fake)
            started.set_result(service)
            await stop.wait()

    thread = threading.Thread(target=loop.run_until_complete, args=(run(),))
    thread.start()

    async def wait() -> Service:
        return await started

    try:
        yield asyncio.run_coroutine_threadsafe(wait(), loop).result(timeout=30)
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join()
        loop.close()


async def create_job(client: aiohttp.ClientSession, service: Service, *order_ids: str) -> str:
    """Creates a MANUAL job and gives its id."""
    body = {"jobType": "MANUAL", "orderIds": order_ids or service.good_orders}
    async with client.post(service.jobs, json=body) as response:
        assert response.status == 201, await response.text()
        return (await response.json())["jobId"]


async def read_done_job(
    client: aiohttp.ClientSession, service: Service, job_id: str
) -> dict[str, Any]:
    """Reads a job until it is done."""
    async with asyncio.timeout(60):
        while True:
            async with client.get(f"{service.jobs}/{job_id}") as response:
                assert response.status == 200, await response.text()
                answer = await response.json()
            if answer["jobStatus"] == "DONE":
                return answer
            await asyncio.sleep(0.01)  # between polls, as any client does


async def read_error(response: aiohttp.ClientResponse, status: int) -> dict[str, str]:
    """Checks that an answer is the documented error body, and gives it."""
    assert response.status == status, await response.text()
    assert response.content_type == "application/json"
    body = await response.json()
    assert body.pop("requestId") == response.headers["X-Request-Id"]
    details = body.pop("details", [])
    assert not details or status == 403
    assert all(isinstance(detail, str) for detail in details)
    assert set(body) == {"message", "code", "detailInfo"}
    assert body["code"] == str(status)
    assert all(isinstance(value, str) for value in body.values())
    assert body["message"]
    assert "Traceback" not in body["message"] + body["detailInfo"]
    return body


async def send_raw(service: Service, data: bytes, until: bytes = b"") -> bytes:
    """Sends what no HTTP client would send; gives all that comes back, or what comes until then."""
    host, _, port = service.url.removeprefix("http://").rpartition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    try:
        writer.write(data)
        await writer.drain()
        async with asyncio.timeout(60):
            return await (reader.readuntil(until) if until else reader.read())
    finally:
        writer.close()
        await writer.wait_closed()
