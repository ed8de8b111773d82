"""Every call has an id and a place in a trace, and leaves a line in the log and its counts."""

import logging
import re

import grpc
import pytest
from grpc_health.v1.health_pb2 import HealthCheckRequest
from invoicejobs.v1 import invoice_jobs_pb2

from process.exposition import new_registry
from process.logs import told
from process.trace import PlainTracer, current_trace
from server.domain.errors import NotFound
from server.observing.calls import ObserveCalls
from server.observing.metrics import Metrics
from server.service.origin import current_origin
from tests.grpc.door import DEADLINE, open_door, raising

CREATE = invoice_jobs_pb2.CreateInvoiceJobRequest(
    tenant="acme", job_type=invoice_jobs_pb2.JOB_TYPE_MANUAL
)
TRACE = "0af7651916cd43dd8448eb211c80319c"
METADATA = (
    ("x-request-id", "shop-7"),
    ("traceparent", f"00-{TRACE}-b7ad6b7169203331-01"),
)
CREATED = "invoicejobs.v1.InvoiceJobs/CreateInvoiceJob"


class Observed:
    """A door whose calls are observed, and what a use case behind it saw."""

    def __init__(self):
        self.registry = new_registry()
        self.interceptor = ObserveCalls(PlainTracer(), Metrics(self.registry))
        self.origin = None
        self.told = None
        self.trace = None

    def open(self, **fakes):
        fakes = fakes or {"create_job": self._look}
        return open_door(interceptors=[self.interceptor], **fakes)

    def _look(self, *_):
        self.origin, self.told, self.trace = current_origin(), dict(told()), current_trace()
        raise NotFound("There is none.")

    def count(self, method, code):
        labels = {"method": method, "code": code}
        return self.registry.get_sample_value("invoicejobs_rpc_calls_total", labels)


@pytest.fixture
def observed():
    return Observed()


async def refused(door, request=CREATE, metadata=METADATA):
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await door.jobs.CreateInvoiceJob(request, timeout=DEADLINE, metadata=metadata)
    return dict(caught.value.trailing_metadata())


async def test_a_refused_call_gives_the_callers_request_id_back(observed):
    async with observed.open() as door:
        assert (await refused(door))["x-request-id"] == "shop-7"


async def test_an_answered_call_gives_an_id_of_its_own_where_none_was_sent(observed):
    async with observed.open() as door:
        call = door.health.Check(HealthCheckRequest(), timeout=DEADLINE)
        await call
        trailers = dict(await call.trailing_metadata())
    assert re.fullmatch(r"[0-9a-f]{32}", trailers["x-request-id"])


@pytest.mark.parametrize("given", ["two words", "a" * 129, "me@example.com"])
async def test_an_id_that_could_not_stand_in_a_log_is_replaced(observed, given):
    async with observed.open() as door:
        trailers = await refused(door, metadata=(("x-request-id", given),))
    assert re.fullmatch(r"[0-9a-f]{32}", trailers["x-request-id"])


async def test_an_unexpected_error_is_found_in_the_log_by_the_request_id(observed, caplog):
    async with observed.open(create_job=raising(RuntimeError("boom"))) as door:
        await refused(door)
    assert any("shop-7" in r.getMessage() for r in caplog.records if r.exc_info)


async def test_what_is_done_on_another_thread_knows_request_tenant_and_trace(observed):
    async with observed.open() as door:
        await refused(door)
    assert observed.origin.request_id == "shop-7"
    assert observed.told == {"request_id": "shop-7", "tenant": "acme"}
    assert observed.trace.trace_id == TRACE
    assert observed.trace.span_id != "b7ad6b7169203331"
    assert observed.origin.trace == observed.trace.traceparent


async def test_a_call_without_a_trace_begins_one(observed):
    async with observed.open() as door:
        await refused(door, metadata=())
        first = observed.trace
        await refused(door, metadata=())
    assert first.trace_id != observed.trace.trace_id


async def test_a_tenant_that_is_none_is_not_logged(observed):
    request = invoice_jobs_pb2.CreateInvoiceJobRequest(tenant="Erika Mustermann")
    async with observed.open() as door:
        await refused(door, request)
    assert observed.told is None  # refused before the use case
    assert "tenant" not in told()


async def test_every_call_is_logged_with_its_status_but_probes_are_not(observed, caplog):
    caplog.set_level(logging.INFO, logger="server.observing.calls")
    async with observed.open() as door:
        await refused(door)
        await door.health.Check(HealthCheckRequest(), timeout=DEADLINE)
    (record,) = (r for r in caplog.records if r.name == "server.observing.calls")
    assert record.getMessage().startswith(f"{CREATED} NOT_FOUND ")
    assert (record.method, record.code) == (CREATED, "NOT_FOUND")


async def test_calls_are_counted_and_timed_by_method_and_code(observed):
    async with observed.open() as door:
        await refused(door)
        await refused(door)
        await door.health.Check(HealthCheckRequest(), timeout=DEADLINE)
        with pytest.raises(grpc.aio.AioRpcError):
            await door.channel.unary_unary("/invoicejobs.v1.Orders/Nothing")(b"", timeout=DEADLINE)
    assert observed.count(CREATED, "NOT_FOUND") == 2
    assert observed.count("grpc.health.v1.Health/Check", "OK") == 1
    assert observed.count("unknown", "UNIMPLEMENTED") == 1
    value = observed.registry.get_sample_value
    assert value("invoicejobs_rpc_seconds_count", {"method": CREATED}) == 2
    assert value("invoicejobs_rpc_calls_in_progress") == 0


async def test_a_stream_that_its_client_leaves_is_counted_as_cancelled(observed):
    async with observed.open() as door:
        watch = door.health.Watch(HealthCheckRequest(), timeout=DEADLINE)
        await watch.read()
        assert observed.registry.get_sample_value("invoicejobs_rpc_calls_in_progress") == 1
        watch.cancel()
        # On the same connection: what is answered now was read after the stream had been left.
        await door.health.Check(HealthCheckRequest(), timeout=DEADLINE)
    assert observed.count("grpc.health.v1.Health/Watch", "CANCELLED") == 1
    assert observed.registry.get_sample_value("invoicejobs_rpc_calls_in_progress") == 0
