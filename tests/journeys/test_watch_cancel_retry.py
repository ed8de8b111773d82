"""A long job is watched through a broken stream, cancelled in the middle, and taken up again."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import grpc
import pytest
from invoicejobs.v1 import invoice_jobs_pb2 as pb

from tests.journeys.service import ROOT, Service

ORDER = json.loads((ROOT / "examples/orders/01-b2c-domestic-gross.json").read_bytes())
IDS = [f"order-{number:03d}" for number in range(300)]
DEADLINE = 90  # seconds


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Service]:
    """A service with 300 orders, which works on them in many small steps."""
    service = Service(
        tmp_path,
        INVOICEJOBS_WORK_PROCESSES="1",
        INVOICEJOBS_CHUNK_SIZE="10",
    )
    service.start()
    service.save_settings("acme")
    imported = [json.dumps(ORDER | {"id": order_id}).encode() for order_id in IDS]
    assert service.import_orders("acme", imported).created_count == 300
    yield service
    service.stop()


def _watch(shop: Service, job_id: str, token: str = "") -> Iterator[pb.WatchInvoiceJobResponse]:
    request = pb.WatchInvoiceJobRequest(tenant="acme", job_id=job_id, resume_token=token)
    stream: Iterator[pb.WatchInvoiceJobResponse] = shop.jobs.WatchInvoiceJob(
        request, timeout=DEADLINE
    )
    return stream


def _number(order: pb.JobOrder) -> int:
    return int(order.invoice_number[-5:])


def test_each_outcome_comes_once_through_a_broken_stream(shop: Service) -> None:
    job_id = shop.create_job("acme", IDS)
    seen: list[pb.JobOrder] = []
    token = ""
    stream = _watch(shop, job_id)
    for response in stream:
        seen += response.outcomes
        token = response.resume_token
        if len(seen) >= 20:
            break
    assert len(seen) < 300, "the job runs while it is watched"
    stream.cancel()  # type: ignore[attr-defined] # a call is more than an iterator
    responses = list(_watch(shop, job_id, token))
    for response in responses:
        seen += response.outcomes
    assert sorted(order.order_id for order in seen) == IDS
    assert [response.job.job_status for response in responses[:-1]] == [
        pb.JOB_STATUS_IN_PROGRESS
    ] * (len(responses) - 1)
    assert responses[-1].job.job_status == pb.JOB_STATUS_DONE
    assert responses[-1].job.success_count == 300
    assert {_number(order) for order in seen} == set(range(1, 301))

    (whole,) = _watch(shop, job_id)
    for order in (*whole.outcomes, *seen):
        order.ClearField("link_signature")  # a fresh one each time
    assert list(whole.outcomes) == seen
    assert whole.job.job_status == pb.JOB_STATUS_DONE


def test_a_job_that_is_cancelled_leaves_no_gap_and_is_taken_up_again(shop: Service) -> None:
    job_id = shop.create_job("acme", IDS)
    request = pb.CancelInvoiceJobRequest(tenant="acme", job_id=job_id)
    seen: list[pb.JobOrder] = []
    last = pb.InvoiceJob()
    for response in _watch(shop, job_id):
        seen += response.outcomes
        last = response.job
        if seen and not last.HasField("cancel_time"):
            assert shop.jobs.CancelInvoiceJob(request).job.HasField("cancel_time")
    assert last.job_status == pb.JOB_STATUS_DONE
    invoiced = [o for o in seen if o.order_status == pb.JOB_ORDER_STATUS_SUCCESS]
    cancelled = [o for o in seen if o.order_status == pb.JOB_ORDER_STATUS_FAILURE]
    assert (len(invoiced), len(cancelled)) == (last.success_count, last.failure_count)
    assert 0 < len(invoiced) < 300
    assert len(seen) == 300
    assert {_number(order) for order in invoiced} == set(range(1, len(invoiced) + 1))
    assert {order.reason for order in cancelled} == {"JOB_CANCELLED"}
    assert shop.jobs.CancelInvoiceJob(request).job == last

    again = shop.jobs.RetryInvoiceJob(
        pb.RetryInvoiceJobRequest(tenant="acme", job_id=job_id, request_id="again")
    ).job
    assert (again.retry_of, again.order_count) == (job_id, len(cancelled))
    outcomes = [order for response in _watch(shop, again.job_id) for order in response.outcomes]
    assert {_number(order) for order in outcomes} == set(range(len(invoiced) + 1, 301))
    repeated = pb.RetryInvoiceJobRequest(tenant="acme", job_id=job_id, request_id="again")
    assert shop.jobs.RetryInvoiceJob(repeated).job.job_id == again.job_id
    with pytest.raises(grpc.RpcError) as caught:
        shop.jobs.RetryInvoiceJob(pb.RetryInvoiceJobRequest(tenant="acme", job_id=again.job_id))
    assert caught.value.code() is grpc.StatusCode.FAILED_PRECONDITION


def test_a_server_that_stops_lets_go_of_those_who_watch(shop: Service) -> None:
    job_id = shop.create_job("acme", IDS)
    stream = _watch(shop, job_id)
    next(stream)
    assert shop.server
    shop.server.terminate()
    with pytest.raises(grpc.RpcError) as caught:
        list(stream)
    assert caught.value.code() is grpc.StatusCode.UNAVAILABLE
    assert shop.server.wait(DEADLINE) == 0
    shop.stop()
    shop.start()
    assert sum(len(response.outcomes) for response in _watch(shop, job_id)) == 300
