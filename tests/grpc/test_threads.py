"""Use cases run off the event loop: a page that is small, of a database that is here, need not."""

import asyncio
import gc
import threading
import weakref
from contextvars import ContextVar

import pytest
from invoicejobs.v1 import invoice_jobs_pb2 as pb

from server.rpc.invoice_jobs import FEW_ORDERS, ORDERS_OF_ONE, TOGETHER
from server.rpc.threads import Threads
from tests.grpc.door import DEADLINE, open_door
from tests.grpc.test_jobs import job_of, make_job

ASKING = ContextVar("asking", default="nobody")


async def test_a_call_runs_on_another_thread_and_knows_who_asks():
    ASKING.set("somebody")
    with Threads(1) as threads:
        asked, thread = await threads.run(lambda: (ASKING.get(), threading.current_thread()))
    assert asked == "somebody"
    assert thread is not threading.current_thread()


async def test_what_a_call_raises_reaches_whoever_asked_and_nobody_else():
    def fail():
        raise ValueError("mine")

    with Threads(1) as threads:
        outcomes = await asyncio.gather(
            *(threads.run(each) for each in (fail, lambda: "fine", fail)), return_exceptions=True
        )
    assert [str(outcome) for outcome in outcomes] == ["mine", "fine", "mine"]


async def test_no_more_calls_run_at_the_same_time_than_there_are_threads():
    together = threading.Barrier(2)
    with Threads(2) as threads:
        waited = await asyncio.gather(*(threads.run(together.wait, DEADLINE) for _ in range(4)))
        names = await asyncio.gather(
            *(threads.run(lambda: threading.current_thread().name) for _ in range(20))
        )
    assert sorted(waited) == [0, 0, 1, 1]
    assert len(set(names)) <= 2


async def test_a_call_whose_caller_left_before_it_began_is_dropped():
    entered, released = asyncio.Event(), threading.Event()
    loop = asyncio.get_running_loop()
    done: list[str] = []

    def first():
        loop.call_soon_threadsafe(entered.set)
        released.wait(DEADLINE)

    with Threads(1) as threads:
        running = asyncio.ensure_future(threads.run(first))
        await entered.wait()
        waiting = asyncio.ensure_future(threads.run(done.append, "left"))
        await asyncio.sleep(0)
        waiting.cancel()
        released.set()
        await running
        await threads.run(done.append, "stayed")
    assert done == ["stayed"]


async def test_what_a_caller_who_left_wanted_to_be_run_is_not_kept():
    class Message:
        """Is large."""

    entered, released = threading.Event(), threading.Event()

    def first():
        entered.set()
        released.wait(DEADLINE)

    with Threads(1) as threads:
        running = asyncio.ensure_future(threads.run(first))
        await asyncio.to_thread(entered.wait, DEADLINE)
        message = Message()
        kept = weakref.ref(message)
        waiting = asyncio.ensure_future(threads.run(print, message))
        del message
        await asyncio.sleep(0)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        del waiting
        await asyncio.sleep(0)  # the loop lets go of it
        gc.collect()
        assert kept() is None
        released.set()
        await running


async def test_nobody_waits_for_threads_that_were_let_go():
    entered, released = asyncio.Event(), threading.Event()
    loop = asyncio.get_running_loop()

    def first():
        loop.call_soon_threadsafe(entered.set)
        return released.wait(DEADLINE)

    with Threads(1) as threads:
        running = asyncio.ensure_future(threads.run(first))
        await entered.wait()
        waiting = asyncio.ensure_future(threads.run(int))
        # Twice, so that both have asked.
        await asyncio.sleep(0)
        await asyncio.sleep(0)
    async with asyncio.timeout(DEADLINE):
        with pytest.raises(asyncio.CancelledError):
            await waiting
        with pytest.raises(asyncio.CancelledError):
            await threads.run(int)
        released.set()
        assert await running


@pytest.mark.parametrize("count", [FEW_ORDERS - 1, FEW_ORDERS, FEW_ORDERS + 1])
@pytest.mark.parametrize("embedded", [True, False])
async def test_a_job_is_read_whole_and_only_few_of_its_orders_on_the_loop(count, embedded):
    read, reads = job_of(count), []

    def read_job(tenant, job_id, first, limit):
        reads.append((threading.current_thread() is threading.main_thread(), limit))
        return read(tenant, job_id, first, limit)

    async with open_door(embedded=embedded, read_job=read_job) as door:
        request = pb.GetInvoiceJobRequest(tenant="acme", job_id="j1", page_size=1000)
        response = await door.jobs.GetInvoiceJob(request, timeout=DEADLINE)
    assert [order.order_id for order in response.orders] == [f"o{n}" for n in range(count)]
    assert response.next_page_token == ""
    on_loop, on_thread = [(True, FEW_ORDERS)], [(False, 1000)]
    many = count >= FEW_ORDERS
    assert reads == (on_loop if embedded else []) + (on_thread if many or not embedded else [])


class Creating:
    """Creates jobs, and notes on which threads."""

    def __init__(self):
        self.begun_on, self.committed_on, self.done_on = [], [], []

    def __call__(self, *_args):
        raise AssertionError("jobs of a database that is here are created together")

    def begin(self, requests):
        self.begun_on.append(threading.current_thread())
        self._requests = requests
        return self

    def commit(self):
        self.committed_on.append(threading.current_thread())
        return self._jobs(self._requests)

    def together(self, requests):
        self.done_on.append(threading.current_thread())
        return self._jobs(requests)

    def _jobs(self, requests):
        return [make_job(order_count=len(each.order_ids)) for each in requests]


@pytest.mark.parametrize("count", [1, ORDERS_OF_ONE * TOGETHER - 1, ORDERS_OF_ONE * TOGETHER])
async def test_a_job_is_written_on_the_loop_unless_it_is_large_and_committed_on_a_thread(count):
    creating = Creating()
    request = pb.CreateInvoiceJobRequest(
        tenant="acme", job_type=pb.JOB_TYPE_MANUAL, order_ids=[f"o{n}" for n in range(count)]
    )
    async with open_door(embedded=True, create_job=creating) as door:
        response = await door.jobs.CreateInvoiceJob(request, timeout=DEADLINE)
    assert response.job.order_count == count
    is_large = count == ORDERS_OF_ONE * TOGETHER
    assert creating.begun_on == ([] if is_large else [threading.main_thread()])
    (thread,) = creating.done_on if is_large else creating.committed_on
    assert thread is not threading.main_thread()
