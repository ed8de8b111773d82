"""Every request has an id and a place in a trace, which go on to the server, and is counted."""

import logging

import aiohttp
import pytest

from gateway.observing.requests import Requests
from gateway.serving import running
from process.exposition import new_registry
from process.trace import PlainTracer
from tests.fakes.fake_grpc import FakeServer, serving
from tests.rest.service import GOOD_ORDERS, TENANT, config_for, read_error

TRACE, SPAN = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
JOBS = f"/invoice/{TENANT}/jobs/invoices"
ROUTE = "/invoice/{tenant}/jobs/invoices"


@pytest.fixture
def registry():
    return new_registry()


@pytest.fixture
async def fake_server():
    async with serving(FakeServer(TENANT, GOOD_ORDERS)) as fake:
        yield fake


@pytest.fixture
async def session(registry, fake_server):
    requests = Requests(PlainTracer(), registry)
    async with (
        running(config_for(fake_server.target), requests) as url,
        aiohttp.ClientSession(url) as session,
    ):
        yield session


def count(registry, method, route, status):
    labels = {"method": method, "route": route, "status": status}
    return registry.get_sample_value("invoicejobs_http_requests_total", labels)


async def test_an_error_names_the_request_in_its_body_and_its_header(session):
    async with session.get("/nowhere", headers={"X-Request-Id": "shop-7"}) as response:
        assert response.headers["X-Request-Id"] == "shop-7"
        assert (await response.json())["requestId"] == "shop-7"


async def test_two_requests_on_one_connection_have_ids_of_their_own(session):
    ids = set()
    for _ in range(2):
        async with session.get("/nowhere") as response:
            ids.add((await response.json())["requestId"])
            await read_error(response, 404)
    assert len(ids) == 2


@pytest.mark.parametrize("given", [f"00-{TRACE}-{SPAN}-01", "", "nonsense"])
async def test_the_trace_goes_on_to_the_server(session, fake_server, given):
    headers = {"traceparent": given} if given else {}
    body = {"jobType": "MANUAL", "orderIds": ["order-1"]}
    async with session.post(JOBS, json=body, headers=headers) as response:
        assert response.status == 201
    sent = fake_server.calls[-1].metadata["traceparent"]
    version, trace, span, flags = sent.split("-")
    assert (version, flags) == ("00", "01")
    assert (trace == TRACE) == given.startswith("00-")
    assert span != SPAN


async def test_requests_are_counted_by_route_and_status_never_by_path(session, registry):
    async with session.get(f"{JOBS}/unknown"), session.get("/Erika"), session.get("/readyz"):
        pass
    assert count(registry, "GET", ROUTE + "/{jobId}", "404") == 1
    assert count(registry, "GET", "(unknown path)", "404") == 1
    names = {str(sample.labels) for family in registry.collect() for sample in family.samples}
    assert not any("Erika" in name or TENANT in name for name in names)
    assert registry.get_sample_value("invoicejobs_http_requests_in_progress") == 0


async def test_a_method_that_nobody_serves_makes_no_label_of_its_own(session, registry):
    async with session.request("PROPFIND", "/nowhere"):
        pass
    assert count(registry, "other", "(unknown path)", "404") == 1


async def test_requests_are_logged_by_route_but_probes_are_not(session, caplog):
    caplog.set_level(logging.INFO, logger="gateway")
    async with session.get(f"{JOBS}/unknown"), session.get("/healthz"):
        pass
    (line,) = (r.getMessage() for r in caplog.records if r.name == "gateway")
    assert line == f"GET {ROUTE}/{{jobId}} 404"
