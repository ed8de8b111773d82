"""`invoicejobs jobs`: what is asked for, how it is waited for, and the exit code."""

import json

import grpc
import pytest
from invoicejobs.v1.invoice_jobs_pb2 import JOB_STATUS_DONE, JOB_TYPE_AUTOMATIC, JOB_TYPE_MANUAL

from gateway.retrying import ATTEMPTS


def test_a_job_of_named_orders_is_created(run, services):
    result = run("jobs", "create", "--order", "A", "--order", "B")
    assert (result.exit_code, result.stdout) == (0, "Created job job-1.\n")
    (request,) = services.requests["CreateInvoiceJob"]
    assert (request.tenant, request.job_type) == ("acme", JOB_TYPE_MANUAL)
    assert list(request.order_ids) == ["A", "B"]


def test_order_ids_come_from_a_file_or_from_stdin(run, services, tmp_path):
    (path := tmp_path / "ids.txt").write_text("A\n\n  B B \r\n")
    run("jobs", "create", "--orders-from", path)
    run("jobs", "create", "--orders-from", "-", "--order", "C", stdin="Ä\n")
    asked = [list(request.order_ids) for request in services.requests["CreateInvoiceJob"]]
    assert asked == [["A", "B B"], ["C", "Ä"]]


def test_an_automatic_job_names_no_orders(run, services):
    assert run("jobs", "create", "--automatic").exit_code == 0
    (request,) = services.requests["CreateInvoiceJob"]
    assert (request.job_type, list(request.order_ids)) == (JOB_TYPE_AUTOMATIC, [])


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["--automatic", "--order", "A"],
        ["--automatic", "--orders-from", "-"],
        ["--orders-from", "-"],
    ],
)
def test_a_job_for_nothing_or_for_both_is_wrong_usage(run, services, arguments):
    result = run("jobs", "create", *arguments, stdin="")
    assert result.exit_code == 2
    assert "--automatic" in result.stderr
    assert not services.requests["CreateInvoiceJob"]


def test_the_request_id_is_the_given_one_or_one_that_never_comes_again(run, services):
    run("jobs", "create", "--automatic", "--request-id", "nightly-1")
    run("jobs", "create", "--automatic")
    run("jobs", "create", "--automatic")
    ids = [request.request_id for request in services.requests["CreateInvoiceJob"]]
    assert ids[0] == "nightly-1"
    assert len({*ids}) == 3


def test_waiting_ends_when_the_job_is_done_and_shows_each_order(run, services):
    services.reads_until_done = 3
    result = run("jobs", "create", "--order", "A", "--order", "B", "--wait")
    assert result.exit_code == 0
    assert "2: 2 invoiced, 0 failed, 0 pending" in result.stdout
    assert "RE-A" in result.stdout


def test_waiting_gives_exit_code_1_when_an_order_failed_and_says_why(run):
    result = run("jobs", "create", "--order", "A", "--order", "bad", "--wait")
    assert result.exit_code == 1
    assert "There is no order bad." in result.stdout


def test_waiting_goes_on_when_the_server_was_away(run, services, monkeypatch):
    monkeypatch.setattr("gateway.cli.waiting.ABSENT_PAUSE", 0)
    run("jobs", "create", "--order", "A")
    for _ in range(3):
        services.refuse("GetInvoiceJob", grpc.StatusCode.UNAVAILABLE, "starting")
    assert run("jobs", "get", "job-1", "--wait").exit_code == 0


def test_waiting_ends_when_the_server_stays_away(run, services, monkeypatch):
    monkeypatch.setattr("gateway.cli.waiting.LONGEST_ABSENCE", -1)
    run("jobs", "create", "--order", "A")
    for _ in range(ATTEMPTS):
        services.refuse("GetInvoiceJob", grpc.StatusCode.UNAVAILABLE, "gone")
    result = run("jobs", "get", "job-1", "--wait")
    assert result.exit_code == 3
    assert "No server answers" in result.stderr


def test_ctrl_c_while_waiting_says_that_the_job_goes_on(run, services, monkeypatch):
    def interrupt(_seconds):
        raise KeyboardInterrupt

    monkeypatch.setattr("time.sleep", interrupt)
    services.reads_until_done = 1
    result = run("jobs", "create", "--order", "A", "--wait")
    assert result.exit_code == 130
    assert "the job goes on: invoicejobs jobs get job-1 --wait" in result.stderr


def test_a_job_is_shown_without_waiting_for_it(run, services):
    run("jobs", "create", "--order", "bad")
    services.reads_until_done = 100
    result = run("jobs", "get", "job-1")
    assert result.exit_code == 0
    assert "IN_PROGRESS" in result.stdout


def test_json_is_one_document_with_all_pages_of_orders(run, services):
    services.page_size = 2
    result = run(
        *("jobs", "create", "--wait", "--json"),
        *(word for n in range(5) for word in ("--order", f"o{n}")),
    )
    document = json.loads(result.stdout)
    assert document["job"]["jobStatus"] == "JOB_STATUS_DONE"
    assert [order["orderId"] for order in document["orders"]] == ["o0", "o1", "o2", "o3", "o4"]


def test_json_without_waiting_is_the_job_alone(run):
    document = json.loads(run("jobs", "create", "--automatic", "--json").stdout)
    assert document["job"]["jobId"] == "job-1"


def test_a_job_that_found_no_orders_is_done_and_well(run):
    result = run("jobs", "create", "--automatic", "--wait")
    assert result.exit_code == 0
    assert "No orders." in result.stdout


def test_jobs_are_listed(run, services):
    run("jobs", "create", "--order", "A", "--order", "bad")
    line = run("jobs", "list", "--status", "done").stdout.splitlines()[-1]
    assert line.split()[0] == "job-1"
    assert line.split()[-3:] == ["2", "1", "1"]
    assert services.requests["ListInvoiceJobs"][0].job_status == JOB_STATUS_DONE
    assert json.loads(run("jobs", "list", "--json").stdout)["orderCount"] == "2"
