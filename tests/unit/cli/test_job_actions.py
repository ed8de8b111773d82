"""`invoicejobs jobs cancel`, `retry` and the filters of `list`."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from invoicejobs.v1.invoice_jobs_pb2 import JOB_STATUS_UNSPECIFIED, JOB_TYPE_AUTOMATIC


def test_a_running_job_is_cancelled(run, services):
    run("jobs", "create", "--order", "A", "--order", "B")
    services.reads_until_done = 1
    result = run("jobs", "cancel", "job-1")
    assert result.exit_code == 0
    assert result.stdout == "Job job-1 is cancelled. Orders: 2: 0 invoiced, 2 failed, 0 pending.\n"


def test_a_job_that_is_done_is_not_cancelled_and_says_so(run):
    run("jobs", "create", "--order", "A")
    result = run("jobs", "cancel", "job-1")
    assert result.exit_code == 0
    assert "was done already" in result.stdout


def test_cancelling_gives_the_job_as_json(run):
    run("jobs", "create", "--order", "A")
    job = json.loads(run("jobs", "cancel", "job-1", "--json").stdout)["job"]
    assert (job["jobId"], job["successCount"]) == ("job-1", "1")


def test_the_failed_orders_are_tried_again_in_a_new_job(run, services):
    run("jobs", "create", "--order", "A", "--order", "bad")
    result = run("jobs", "retry", "job-1")
    assert (result.exit_code, result.stdout) == (0, "Created job job-2.\n")
    (request,) = services.requests["RetryInvoiceJob"]
    assert (request.tenant, request.job_id) == ("acme", "job-1")


def test_the_request_id_of_a_retry_is_the_given_one_or_one_that_never_comes_again(run, services):
    run("jobs", "create", "--order", "bad")
    run("jobs", "retry", "job-1", "--request-id", "ticket-1")
    run("jobs", "retry", "job-1")
    run("jobs", "retry", "job-1")
    ids = [request.request_id for request in services.requests["RetryInvoiceJob"]]
    assert ids[0] == "ticket-1"
    assert len({*ids}) == 3


@pytest.mark.parametrize(
    ("option", "expected"), [("--wait", "RE-bad"), ("--watch", "Job job-2 is done.")]
)
def test_a_retry_is_followed_to_its_end(run, option, expected):
    run("jobs", "create", "--order", "bad")
    result = run("jobs", "retry", "job-1", option)
    assert result.exit_code == 0
    assert expected in result.stdout


def test_a_job_without_failures_is_refused(run):
    run("jobs", "create", "--order", "A")
    result = run("jobs", "retry", "job-1")
    assert result.exit_code == 3
    assert "No order of the job failed." in result.stderr


def test_the_filters_of_the_list_reach_the_server(run, services):
    result = run(
        *("jobs", "list", "--type", "automatic"),
        *("--created-from", "2026-03-14", "--created-before", "2026-03-14T18:30+01:00"),
    )
    assert result.exit_code == 0
    (asked,) = services.requests["ListInvoiceJobs"]
    assert (asked.job_type, asked.job_status) == (JOB_TYPE_AUTOMATIC, JOB_STATUS_UNSPECIFIED)
    assert asked.created_from.ToDatetime(UTC) == datetime(2026, 3, 14, tzinfo=UTC)
    assert asked.created_before.ToDatetime(UTC) == datetime(2026, 3, 14, 17, 30, tzinfo=UTC)


def test_a_time_that_is_none_is_wrong_usage_with_an_example(run, services):
    result = run("jobs", "list", "--created-from", "yesterday")
    assert result.exit_code == 2
    assert "write 2026-03-14" in result.stderr
    assert not services.requests["ListInvoiceJobs"]
