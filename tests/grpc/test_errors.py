"""Errors as clients see them: code, message, details."""

from typing import Any

import grpc
import pytest
from grpc_health.v1.health_pb2 import HealthCheckRequest
from invoicejobs.v1 import invoice_jobs_pb2, orders_pb2

from server.domain.errors import (
    Conflict,
    FieldViolation,
    InvalidInput,
    InvoiceJobsError,
    LimitExceeded,
    NotFound,
    NotReady,
    OrderRejected,
    OutOfRange,
    Unavailable,
)
from server.rpc.serving import Limits
from tests.grpc.door import DEADLINE, failure_of, open_door, raising

CREATE = invoice_jobs_pb2.CreateInvoiceJobRequest(
    tenant="acme", job_type=invoice_jobs_pb2.JOB_TYPE_MANUAL, order_ids=["1"]
)


@pytest.mark.parametrize(
    ("error", "code", "reason"),
    [
        (InvalidInput.field("a", "is wrong"), grpc.StatusCode.INVALID_ARGUMENT, "INVALID_INPUT"),
        (NotFound("There is none."), grpc.StatusCode.NOT_FOUND, "NOT_FOUND"),
        (
            Conflict("Used before.", reason="REQUEST_ID_REUSED"),
            grpc.StatusCode.ALREADY_EXISTS,
            "REQUEST_ID_REUSED",
        ),
        (
            Conflict("Changed.", reason="SETTINGS_CHANGED"),
            grpc.StatusCode.ABORTED,
            "SETTINGS_CHANGED",
        ),
        (NotReady("No settings."), grpc.StatusCode.FAILED_PRECONDITION, "NOT_READY"),
        (OutOfRange("Too far."), grpc.StatusCode.OUT_OF_RANGE, "OUT_OF_RANGE"),
        (LimitExceeded("Too large."), grpc.StatusCode.RESOURCE_EXHAUSTED, "LIMIT_EXCEEDED"),
        (Unavailable("Disk full."), grpc.StatusCode.UNAVAILABLE, "UNAVAILABLE"),
        (
            OrderRejected("Is declined.", field="status"),
            grpc.StatusCode.FAILED_PRECONDITION,
            "ORDER_REJECTED",
        ),
    ],
)
async def test_each_error_has_its_code_its_sentence_and_its_reason(error, code, reason):
    async with open_door(create_job=raising(error)) as door:
        failure = await failure_of(door.jobs.CreateInvoiceJob(CREATE, timeout=DEADLINE))
    assert (failure.code, failure.reason, failure.message) == (code, reason, error.message)


async def test_every_wrong_field_is_named():
    error = InvalidInput(FieldViolation("a", "is wrong"), FieldViolation("b[0]", "is too long"))
    async with open_door(create_job=raising(error)) as door:
        failure = await failure_of(door.jobs.CreateInvoiceJob(CREATE, timeout=DEADLINE))
    assert failure.violations == {"a": "is wrong", "b[0]": "is too long"}


async def test_an_order_that_is_rejected_names_its_field():
    error = OrderRejected("Is declined.", field="status")
    async with open_door(create_job=raising(error)) as door:
        failure = await failure_of(door.jobs.CreateInvoiceJob(CREATE, timeout=DEADLINE))
    assert failure.metadata == {"field": "status"}


@pytest.mark.parametrize(
    "error",
    [RuntimeError("secret /etc/path"), InvoiceJobsError("secret of no known kind")],
    ids=["foreign", "unmapped"],
)
async def test_an_unexpected_error_shows_only_an_id_that_the_log_has(error, caplog):
    async with open_door(create_job=raising(error)) as door:
        failure = await failure_of(door.jobs.CreateInvoiceJob(CREATE, timeout=DEADLINE))
    assert (failure.code, failure.reason) == (grpc.StatusCode.INTERNAL, "INTERNAL")
    assert b"secret" not in failure.raw
    assert b"Traceback" not in failure.raw
    error_id = failure.metadata["error_id"]
    assert error_id in failure.message
    (record,) = (record for record in caplog.records if error_id in record.getMessage())
    assert record.exc_info
    assert record.exc_info[1] is error


async def test_very_many_and_very_long_violations_still_reach_the_client():
    wrong = [FieldViolation(f"sites[{i}].näme", "ü" * 400) for i in range(500)]
    async with open_door(create_job=raising(InvalidInput(*wrong))) as door:
        failure = await failure_of(door.jobs.CreateInvoiceJob(CREATE, timeout=DEADLINE))
    assert failure.code is grpc.StatusCode.INVALID_ARGUMENT
    assert "sites[0].näme" in failure.violations
    left_out = int(failure.metadata["violations_left_out"])
    assert left_out + len(failure.violations) == 500


async def test_an_error_that_quotes_a_huge_id_still_reaches_the_client():
    def read_order(tenant, order_id):
        raise NotFound(f"There is no order {order_id!r}.")

    async with open_door(read_order=read_order) as door:
        request = orders_pb2.GetOrderRequest(tenant="acme", order_id="Ä" * 1_000_000)
        failure = await failure_of(door.orders.GetOrder(request, timeout=DEADLINE))
    assert failure.code is grpc.StatusCode.NOT_FOUND
    assert failure.message.endswith("…")


async def test_a_message_over_the_limit_is_resource_exhausted():
    async with open_door(Limits(receive_bytes=1000)) as door:
        request = invoice_jobs_pb2.CreateInvoiceJobRequest(tenant="acme", order_ids=["x" * 2000])
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await door.jobs.CreateInvoiceJob(request, timeout=DEADLINE)
    assert caught.value.code() is grpc.StatusCode.RESOURCE_EXHAUSTED


async def test_one_call_more_than_the_limit_is_resource_exhausted():
    async with open_door(Limits(concurrent_calls=1, watches=0)) as door:
        # A client that brings orders, and has brought none yet.
        stream = door.orders.ImportOrders(timeout=DEADLINE)
        await stream.write(orders_pb2.ImportOrdersRequest(tenant="acme"))
        code, failure = grpc.StatusCode.INTERNAL, None
        while code is grpc.StatusCode.INTERNAL:
            failure = await failure_of(
                door.jobs.GetInvoiceJob(
                    invoice_jobs_pb2.GetInvoiceJobRequest(tenant="acme", job_id="job-1"),
                    timeout=DEADLINE,
                )
            )
            code = failure.code
        # An overloaded server must not be taken for a dead one.
        await door.health.Check(HealthCheckRequest(), timeout=DEADLINE)
        stream.cancel()
    assert failure
    assert failure.code is grpc.StatusCode.RESOURCE_EXHAUSTED
    assert failure.reason == "TOO_MANY_CALLS"
    assert b"RetryInfo" in failure.raw


@pytest.mark.parametrize("kind", ["unary_unary", "stream_unary"])
async def test_bytes_that_are_no_message_are_an_invalid_argument(kind):
    method = {
        "unary_unary": "/invoicejobs.v1.Orders/GetOrder",
        "stream_unary": "/invoicejobs.v1.Orders/ImportOrders",
    }[kind]
    broken = b"\x0a\x04\xff\xfe\xff\xfe"  # a tenant that is no UTF-8
    async with open_door() as door:
        call = getattr(door.channel, kind)(method)
        request = broken if kind == "unary_unary" else iter([broken])
        failure = await failure_of(call(request, timeout=DEADLINE))
    assert failure.code is grpc.StatusCode.INVALID_ARGUMENT
    assert "UTF-8" in failure.violations["request"]


async def test_an_unknown_method_is_unimplemented():
    async with open_door() as door:
        call: Any = door.channel.unary_unary("/invoicejobs.v1.Orders/Nothing")
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await call(b"", timeout=DEADLINE)
    assert caught.value.code() is grpc.StatusCode.UNIMPLEMENTED
