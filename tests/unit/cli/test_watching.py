"""`invoicejobs jobs watch`: what is shown, the exit code, and broken connections."""

from __future__ import annotations

import io
import json
import time
from unittest.mock import MagicMock

import grpc
import pytest
from invoicejobs.v1.invoice_jobs_pb2 import (
    JOB_STATUS_DONE,
    JOB_STATUS_IN_PROGRESS,
    InvoiceJob,
    WatchInvoiceJobResponse,
)
from rich.console import Console

from gateway.cli import job_stream, waiting, watching
from gateway.retrying import ATTEMPTS


@pytest.fixture
def created(run):
    """Creates a job of such orders, which is called job-1."""

    def create(*order_ids: str) -> None:
        run("jobs", "create", *(word for order_id in order_ids for word in ("--order", order_id)))

    return create


def test_a_watch_ends_when_the_job_is_done_and_tells_the_counts(run, created):
    created("A", "B", "C")
    result = run("jobs", "watch", "job-1")
    assert result.exit_code == 0
    assert result.stdout == "Job job-1 is done. Orders: 3: 3 invoiced, 0 failed, 0 pending.\n"


def test_failures_are_told_as_they_happen_and_give_exit_code_1(run, created):
    created("A", "bad-1", "B", "bad-[2]")
    result = run("jobs", "watch", "job-1")
    assert result.exit_code == 1
    assert result.stdout.splitlines() == [
        "bad-1: There is no order bad-1.",
        "bad-[2]: There is no order bad-[2].",
        "Job job-1 is done. Orders: 4: 2 invoiced, 2 failed, 0 pending.",
    ]


def test_json_is_one_object_a_line_with_each_outcome_once(run, created):
    created("A", "B", "bad", "C", "D")
    result = run("jobs", "watch", "job-1", "--json")
    assert result.exit_code == 1
    lines = [json.loads(line) for line in result.stdout.splitlines()]
    told = [outcome["orderId"] for line in lines for outcome in line["outcomes"]]
    assert told == ["A", "B", "bad", "C", "D"]
    assert lines[-1]["job"]["jobStatus"] == "JOB_STATUS_DONE"


def test_a_broken_connection_is_taken_up_where_it_was(run, services, created, monkeypatch):
    monkeypatch.setattr("gateway.cli.waiting.ABSENT_PAUSE", 0)
    created("A", "bad-1", "B", "bad-2")
    services.break_watch_after = 2
    result = run("jobs", "watch", "job-1")
    assert result.exit_code == 1
    assert result.stdout.count("bad-1:") == result.stdout.count("bad-2:") == 1
    tokens = [request.resume_token for request in services.requests["WatchInvoiceJob"]]
    assert tokens == ["", "2"]


def test_a_server_that_restarts_is_waited_for(run, services, created, monkeypatch):
    monkeypatch.setattr("gateway.cli.waiting.ABSENT_PAUSE", 0)
    created("A")
    for _ in range(3):
        services.refuse("WatchInvoiceJob", grpc.StatusCode.UNAVAILABLE, "starting")
    assert run("jobs", "watch", "job-1").exit_code == 0


def test_a_server_that_stays_away_ends_the_watch(run, services, created, monkeypatch):
    monkeypatch.setattr("gateway.cli.waiting.LONGEST_ABSENCE", -1)
    created("A")
    for _ in range(ATTEMPTS):
        services.refuse("WatchInvoiceJob", grpc.StatusCode.UNAVAILABLE, "gone")
    result = run("jobs", "watch", "job-1")
    assert result.exit_code == 3
    assert "No server answers" in result.stderr


def test_a_stream_that_falls_silent_is_left_and_taken_up_again(run, services, created, monkeypatch):
    monkeypatch.setattr(job_stream, "SILENCE", 0.2)
    monkeypatch.setattr("gateway.cli.waiting.ABSENT_PAUSE", 0)
    created("A", "bad-1", "B")
    services.silent_watches = 2
    result = run("jobs", "watch", "job-1")
    assert result.exit_code == 1
    assert result.stdout.count("bad-1:") == 1
    tokens = [request.resume_token for request in services.requests["WatchInvoiceJob"]]
    assert tokens == ["", "0", "0"]


def test_a_server_that_stays_silent_ends_the_watch(run, services, created, monkeypatch):
    monkeypatch.setattr(job_stream, "SILENCE", 0.2)
    monkeypatch.setattr("gateway.cli.waiting.LONGEST_ABSENCE", -1)
    created("A")
    services.silent_watches = 1
    result = run("jobs", "watch", "job-1")
    assert result.exit_code == 3
    assert "does not answer any more" in result.stderr
    assert "invoicejobs jobs watch job-1" in result.stderr


def test_the_patience_for_a_server_that_is_away_begins_when_it_goes_away(monkeypatch):
    now = [0.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    monkeypatch.setattr(time, "sleep", lambda seconds: None)
    monkeypatch.setattr(job_stream, "status_code", lambda _: grpc.StatusCode.UNAVAILABLE)
    running, done = (
        WatchInvoiceJobResponse(job=InvoiceJob(job_status=status), resume_token=token)
        for status, token in ((JOB_STATUS_IN_PROGRESS, "a"), (JOB_STATUS_DONE, "b"))
    )

    def stop_after_a_long_time():
        yield running
        now[0] += 10 * waiting.LONGEST_ABSENCE
        raise grpc.RpcError

    session = MagicMock()
    session.need_tenant.return_value = "acme"
    session.jobs.WatchInvoiceJob.side_effect = [
        MagicMock(__iter__=lambda _: stop_after_a_long_time()),
        MagicMock(__iter__=lambda _: iter([done])),
    ]
    assert [r.resume_token for r in job_stream.responses(session, "job-1")] == ["a", "b"]


def test_an_unknown_job_is_refused_at_once(run):
    result = run("jobs", "watch", "job-404")
    assert result.exit_code == 3
    assert "There is no job" in result.stderr


def test_ctrl_c_says_that_the_job_goes_on(run, services, created, monkeypatch):
    def interrupt(_seconds):
        raise KeyboardInterrupt

    monkeypatch.setattr("time.sleep", interrupt)
    created("A")
    services.break_watch_after = 0
    result = run("jobs", "watch", "job-1")
    assert result.exit_code == 130
    assert "the job goes on: invoicejobs jobs watch job-1" in result.stderr


def test_without_a_terminal_progress_comes_in_lines(run, created, monkeypatch):
    monkeypatch.setattr(watching, "LINE_EVERY", 0)
    created("A", "B", "C", "bad")
    lines = run("jobs", "watch", "job-1").stderr.splitlines()
    assert lines[0] == "Orders: 4: 0 invoiced, 0 failed, 4 pending"
    assert lines[1].startswith("Orders: 4: 2 invoiced, 0 failed, 2 pending; ")
    assert lines[1].endswith(" s left")


def test_on_a_terminal_a_bar_shows_counts_and_rate(run, created, monkeypatch):
    screen = io.StringIO()
    console = Console(file=screen, force_terminal=True, width=160, color_system=None)
    monkeypatch.setattr("gateway.cli.output.notes", lambda: console)
    created("A", "B", "C", "bad")
    assert run("jobs", "watch", "job-1").exit_code == 1
    assert "Invoicing orders" in screen.getvalue()
    assert "3 invoiced, 1 failed" in screen.getvalue()
    assert "/s" in screen.getvalue()


def test_foreign_text_does_not_steer_the_terminal(run, created):
    created("bad\x1b[2J")
    assert "\x1b" not in run("jobs", "watch", "job-1").stdout


@pytest.mark.parametrize("exit_code", [0, 1])
def test_a_job_is_created_and_watched(run, exit_code):
    result = run("jobs", "create", "--order", "bad" if exit_code else "A", "--watch")
    assert result.exit_code == exit_code
    assert result.stdout.startswith("Created job job-1.\n")
    assert "Job job-1 is done." in result.stdout
