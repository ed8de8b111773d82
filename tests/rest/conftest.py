"""The service that the tests of the REST API run against."""

from __future__ import annotations

from collections.abc import AsyncIterator

import aiohttp
import pytest

from tests.fakes.fake_grpc import FakeServer
from tests.rest.service import Service, fake_service


@pytest.fixture
async def running_fake() -> AsyncIterator[tuple[Service, FakeServer]]:
    """A gateway in front of a fake gRPC server."""
    async with fake_service() as both:
        yield both


@pytest.fixture
def service(running_fake: tuple[Service, FakeServer]) -> Service:
    """The service. Tests that ask for `fake`, too, hold only in front of the fake server."""
    return running_fake[0]


@pytest.fixture
def fake(running_fake: tuple[Service, FakeServer]) -> FakeServer:
    """The fake server behind the gateway."""
    return running_fake[1]


@pytest.fixture
async def client(service: Service) -> AsyncIterator[aiohttp.ClientSession]:
    """An HTTP client whose addresses begin at the service."""
    async with aiohttp.ClientSession(service.url) as session:
        yield session
