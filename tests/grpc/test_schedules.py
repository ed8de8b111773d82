"""Schedules from a gRPC client's side, and how a tenant's limits are told."""

from datetime import UTC, datetime, timedelta

import grpc
import pytest
from google.rpc import error_details_pb2
from grpc_status import rpc_status
from invoicejobs.v1 import invoice_jobs_pb2
from invoicejobs.v1 import tenant_settings_pb2 as pb

from server.domain.errors import LimitExceeded, NotFound
from server.domain.schedule import Schedule
from server.service.list_schedules import ScheduleOutlook
from tests.grpc.door import DEADLINE, failure_of, open_door, raising

SIX = datetime(2026, 7, 1, 6, 0, tzinfo=UTC)
MORNINGS = Schedule("mornings", "0 8 * * *", "Europe/Berlin")


def ask(door, **fields):
    request = pb.ListSchedulesRequest(tenant="acme", **fields)
    return door.settings.ListSchedules(request, timeout=DEADLINE)


async def test_schedules_come_with_what_they_do():
    times = (SIX, SIX + timedelta(days=1))
    outlooks = (
        ScheduleOutlook(MORNINGS, "Europe/Berlin", times, SIX - timedelta(days=1), "job-1"),
        ScheduleOutlook(Schedule("b", "* * * * *", paused=True), "UTC", (), None, ""),
    )
    async with open_door(list_schedules=lambda tenant, count: outlooks) as door:
        first, second = (await ask(door)).schedules
    assert first.schedule == pb.Schedule(
        name="mornings", cron="0 8 * * *", time_zone="Europe/Berlin"
    )
    assert tuple(time.ToDatetime(UTC) for time in first.next_times) == times
    assert (first.last_time.ToDatetime(UTC), first.last_job_id) == (
        SIX - timedelta(days=1),
        "job-1",
    )
    assert (second.schedule.paused, second.time_zone, len(second.next_times)) == (True, "UTC", 0)
    assert not second.HasField("last_time")


@pytest.mark.parametrize(("asked", "given"), [(0, 3), (1, 1), (100, 100)])
async def test_three_times_are_given_unless_another_number_is_asked_for(asked, given):
    counts = []

    def list_schedules(tenant, count):
        counts.append((tenant, count))
        return ()

    async with open_door(list_schedules=list_schedules) as door:
        await ask(door, time_count=asked)
    assert counts == [("acme", given)]


@pytest.mark.parametrize("count", [-1, 101])
async def test_a_number_of_times_out_of_range_is_refused(count):
    async with open_door() as door:
        failure = await failure_of(ask(door, time_count=count))
    assert failure.code is grpc.StatusCode.INVALID_ARGUMENT
    assert list(failure.violations) == ["time_count"]


async def test_a_tenant_without_settings_is_not_found():
    async with open_door(list_schedules=raising(NotFound("None yet."))) as door:
        assert (await failure_of(ask(door))).code is grpc.StatusCode.NOT_FOUND


@pytest.mark.parametrize(("seconds", "told"), [(10.0, [10]), (0, [])])
async def test_a_limit_that_passes_tells_when_to_try_again(seconds, told):
    error = LimitExceeded("Too many.", reason="TOO_MANY_RUNNING_JOBS", retry_after=seconds)
    request = invoice_jobs_pb2.CreateInvoiceJobRequest(
        tenant="acme", job_type=invoice_jobs_pb2.JOB_TYPE_AUTOMATIC
    )
    async with open_door(create_job=raising(error)) as door:
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await door.jobs.CreateInvoiceJob(request, timeout=DEADLINE)
    assert caught.value.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
    status = rpc_status.from_call(caught.value)  # type: ignore[arg-type] # has the same methods
    retry = error_details_pb2.RetryInfo()
    delays = [retry.retry_delay.seconds for detail in status.details if detail.Unpack(retry)]
    assert delays == told
