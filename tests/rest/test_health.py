"""/healthz and /readyz."""

from __future__ import annotations

import aiohttp
import pytest

from tests.rest.service import fake_service, read_error


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
async def test_a_working_service_is_alive_and_ready(client, path):
    async with client.get(path) as response:
        assert response.status == 200
        assert await response.json() == {"status": "ok"}
        assert response.headers["Cache-Control"] == "no-store"


async def test_it_is_alive_but_not_ready_while_the_server_does_not_serve(client, fake):
    await fake.set_serving(serving=False)
    async with client.get("/healthz") as response:
        assert response.status == 200
    async with client.get("/readyz") as response:
        await read_error(response, 503)
        assert response.headers["Retry-After"]


async def test_it_is_ready_again_when_the_server_is(client, fake):
    await fake.set_serving(serving=False)
    await fake.set_serving(serving=True)
    async with client.get("/readyz") as response:
        assert response.status == 200


async def test_it_starts_and_is_alive_without_a_server_but_not_ready():
    async with (
        fake_service(GRPC_TARGET="127.0.0.1:1") as (service, _),
        aiohttp.ClientSession(service.url) as client,
    ):
        async with client.get("/healthz") as response:
            assert response.status == 200
        async with client.get("/readyz") as response:
            await read_error(response, 503)
