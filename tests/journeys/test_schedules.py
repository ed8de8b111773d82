"""Schedules of the whole service: jobs that start by themselves, once, and limits on jobs."""

from __future__ import annotations

import json
import sqlite3
import time
import urllib.error
import urllib.request
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from google.protobuf.field_mask_pb2 import FieldMask
from invoicejobs.v1 import invoice_jobs_pb2, tenant_settings_pb2

from server.config import read_config
from server.domain.job import JobFilter, JobType
from server.domain.schedule import Schedule
from server.domain.tenant import Tenant
from server.rpc.settings_json import read_settings_json
from server.wiring import inside
from tests.fakes.outside import FakeClock
from tests.journeys.service import ROOT, Service, small_orders

ORDER = ROOT / "examples/orders/01-b2c-domestic-gross.json"
PATIENCE = 60  # seconds
MORNINGS = Schedule("mornings", "0 6 * * *", "UTC")


def _save_schedule(service: Service, cron: str) -> None:
    service.settings.UpdateTenantSettings(
        tenant_settings_pb2.UpdateTenantSettingsRequest(
            tenant="acme",
            settings=tenant_settings_pb2.Settings(
                schedules=[tenant_settings_pb2.Schedule(name="yearly", cron=cron)]
            ),
            update_mask=FieldMask(paths=["schedules"]),
        )
    )


def _outlook(service: Service) -> tenant_settings_pb2.ScheduleOutlook:
    request = tenant_settings_pb2.ListSchedulesRequest(tenant="acme")
    (outlook,) = service.settings.ListSchedules(request).schedules
    return outlook


def _jobs(service: Service) -> list[invoice_jobs_pb2.InvoiceJob]:
    request = invoice_jobs_pb2.ListInvoiceJobsRequest(tenant="acme")
    return list(service.jobs.ListInvoiceJobs(request).jobs)


def _let_its_time_pass(service: Service, due_at: datetime) -> None:
    """Makes the schedule due in the past, as if no server had run since then."""
    with sqlite3.connect(service.data / "invoicejobs.db") as connection:
        text = due_at.strftime("%Y-%m-%d %H:%M:%S.000000")
        assert connection.execute("UPDATE schedules SET due_at = ?", [text]).rowcount == 1
    connection.close()


def test_a_time_that_passed_while_the_server_was_down_is_made_up_for_once(tmp_path: Path) -> None:
    service = Service(tmp_path, INVOICEJOBS_WORK_PROCESSES="1")
    service.start()
    try:
        service.save_settings("acme")
        service.import_orders("acme", [ORDER.read_bytes()])
        # Its next time is far enough away that only the missed one can start a job.
        far = datetime.now(UTC) + timedelta(days=180)
        _save_schedule(service, f"0 6 {min(far.day, 28)} {far.month} *")
        assert _jobs(service) == []
        next_time = _outlook(service).next_times[0]
        service.stop()
        missed = datetime.now(UTC).replace(second=0, microsecond=0) - timedelta(days=400)
        _let_its_time_pass(service, missed)
        service.start()
        end = time.monotonic() + PATIENCE
        while not _jobs(service):
            assert time.monotonic() < end, service.log()
        (job,) = _jobs(service)
        service.wait("acme", job.job_id)
        (order,) = service.job_orders("acme", job.job_id)
        assert job.job_type == invoice_jobs_pb2.JOB_TYPE_AUTOMATIC
        assert order.invoice_number.startswith("RE-")
        outlook = _outlook(service)
        assert outlook.last_time.ToDatetime(UTC) == missed
        assert outlook.last_job_id == job.job_id
        assert outlook.next_times[0] == next_time
        service.stop()
        service.start()
        assert len(_jobs(service)) == 1
    finally:
        service.stop()


def test_the_running_service_starts_a_job_as_soon_as_its_time_has_come(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = FakeClock(datetime(2026, 3, 10, 5, 59, 58, tzinfo=UTC))
    monkeypatch.setattr(inside, "SystemClock", lambda: clock)
    config = read_config(
        {"INVOICEJOBS_DATA_DIR": str(tmp_path / "data"), "INVOICEJOBS_WORK_PROCESSES": "1"}
    )
    acme = Tenant("acme")
    with inside.open_service(config) as service:
        ask = service.use_cases
        settings = read_settings_json(
            (ROOT / "examples/settings.json").read_bytes(), ask.check_settings
        )
        service.scheduler.start()
        try:
            ask.update_settings(acme, replace(settings, schedules=(MORNINGS,)))
            clock.advance(seconds=2)
            service.scheduler.wake()
            end = time.monotonic() + PATIENCE
            while not ask.list_jobs(acme, JobFilter(), None, 10).items:
                assert time.monotonic() < end
            (outlook,) = ask.list_schedules(acme, 1)
            assert outlook.last_time == datetime(2026, 3, 10, 6, 0, tzinfo=UTC)
            (job,) = ask.list_jobs(acme, JobFilter(), None, 10).items
            assert (job.job_type, job.job_id) == (JobType.AUTOMATIC, outlook.last_job_id)
        finally:
            assert service.scheduler.stop(PATIENCE)


def test_a_job_beyond_the_tenants_limit_is_429_with_retry_after(tmp_path: Path) -> None:
    service = Service(
        tmp_path,
        INVOICEJOBS_WORK_PROCESSES="1",
        INVOICEJOBS_MAX_JOB_ORDERS="2",
        INVOICEJOBS_MAX_WAITING_ORDERS="2",
    )
    service.start()
    service.start_gateway()
    try:
        service.save_settings("acme")
        service.import_orders("acme", small_orders(["waits"]))
        # Nothing can be kept, so the order has to wait.
        documents = service.data / "documents"
        documents.rmdir()
        documents.touch()
        waiting = service.create_job("acme", ["waits"])
        request = urllib.request.Request(
            f"{service.rest}/invoice/acme/jobs/invoices",
            json.dumps({"jobType": "MANUAL", "orderIds": ["a", "b"]}).encode(),
            {"Content-Type": "application/json"},
        )
        with pytest.raises(urllib.error.HTTPError) as caught:
            urllib.request.urlopen(request, timeout=PATIENCE)
        with caught.value as answer:
            error = json.load(answer)
            assert (answer.code, answer.headers["Retry-After"]) == (429, "10")
        assert error["code"] == "429"
        assert error["detailInfo"] == "TOO_MANY_WAITING_ORDERS"
        assert "more than 2" in error["message"]
        documents.unlink()
        service.wait("acme", waiting)
        assert service.create_job("acme", ["a", "b"])
    finally:
        service.stop()
