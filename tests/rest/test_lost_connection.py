"""A gateway whose connection to the server is lost without a word: a firewall forgot it."""

from __future__ import annotations

import asyncio
from contextlib import closing

import aiohttp
import pytest

from gateway import channel
from gateway.serving import running
from tests.fakes.fake_grpc import FakeServer, serving
from tests.rest.service import GOOD_ORDERS, TENANT, Service, config_for, create_job
from tests.torture.proxy import Proxy


@pytest.fixture
def quick_keepalive(monkeypatch: pytest.MonkeyPatch) -> None:
    """Asks the server after a second whether it is there."""
    monkeypatch.setattr(channel, "KEEPALIVE", 1.0)
    monkeypatch.setattr(channel, "KEEPALIVE_TIMEOUT", 1.0)


@pytest.mark.usefixtures("quick_keepalive")
async def test_a_read_that_meets_a_lost_connection_is_answered_over_a_new_one() -> None:
    async with serving(FakeServer(TENANT, GOOD_ORDERS)) as fake:
        with closing(Proxy(int(fake.target.rpartition(":")[2]))) as proxy:
            service_config = config_for(f"127.0.0.1:{proxy.port}")
            async with running(service_config) as url, aiohttp.ClientSession(url) as client:
                service = Service(url)
                job_id = await create_job(client, service, "order-1")
                proxy.lose()
                async with asyncio.timeout(60):
                    async with client.get(f"{service.jobs}/{job_id}") as response:
                        assert response.status == 200, await response.text()


@pytest.mark.usefixtures("quick_keepalive")
async def test_a_lost_connection_is_found_while_nobody_calls() -> None:
    async with serving(FakeServer(TENANT, GOOD_ORDERS)) as fake:
        with closing(Proxy(int(fake.target.rpartition(":")[2]))) as proxy:
            service_config = config_for(f"127.0.0.1:{proxy.port}")
            async with running(service_config) as url, aiohttp.ClientSession(url) as client:
                service = Service(url)
                await create_job(client, service, "order-1")
                proxy.lose()
                assert await asyncio.to_thread(proxy.wait_for_give_up, 20)
                # What changes something is not tried again by itself, so it must not meet it.
                await create_job(client, service, "order-2")
