"""What is left of a call when it has ended: nothing, at once."""

import asyncio
import gc
import weakref

import grpc
import pytest
from invoicejobs.v1.invoice_jobs_pb2 import GetInvoiceJobRequest

from process.exposition import new_registry
from process.trace import PlainTracer
from server.domain.errors import NotFound
from server.observing.calls import ObserveCalls
from server.observing.metrics import Metrics
from server.rpc.overload import OverloadGuard
from tests.grpc.door import DEADLINE, open_door


@pytest.fixture
def no_collections():
    """Keeps the garbage collector from tidying up."""
    gc.collect()
    gc.disable()
    yield
    gc.enable()


@pytest.mark.usefixtures("no_collections")
async def test_nothing_of_a_call_is_left_to_the_garbage_collector():
    seen = []
    gone: asyncio.Queue[object] = asyncio.Queue()

    def read_job(*_):
        # It runs in the call's own task.
        seen.append(weakref.ref(asyncio.current_task(), gone.put_nowait))
        raise NotFound("There is none.")

    interceptors = [
        OverloadGuard(lambda: None),
        ObserveCalls(PlainTracer(), Metrics(new_registry())),
    ]
    async with open_door(interceptors=interceptors, embedded=True, read_job=read_job) as door:
        for _ in range(3):
            with pytest.raises(grpc.aio.AioRpcError):
                await door.jobs.GetInvoiceJob(
                    GetInvoiceJobRequest(tenant="acme", job_id="x"), timeout=DEADLINE
                )
        # The server itself knows its last call until the next one comes.
        for _ in seen[1:]:
            await asyncio.wait_for(gone.get(), DEADLINE)
