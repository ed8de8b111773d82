"""What the environment says about the processes that work on jobs."""

from __future__ import annotations

import os

import pytest

from server.config import read_config

CORES = os.cpu_count() or 1


@pytest.mark.parametrize(
    ("url", "processes"),
    [
        ("", CORES),
        ("sqlite:////srv/invoices.db", CORES),
        ("postgresql://db/invoices", CORES + 1),
        ("postgres://db/invoices", CORES + 1),
    ],
)
def test_there_is_a_process_for_each_core_and_one_that_works_while_another_waits_for_a_server(
    url: str, processes: int
) -> None:
    assert read_config({"INVOICEJOBS_DATABASE_URL": url}).work_processes == processes
    left_empty = {"INVOICEJOBS_DATABASE_URL": url, "INVOICEJOBS_WORK_PROCESSES": " "}
    assert read_config(left_empty).work_processes == processes


@pytest.mark.parametrize("wanted", [0, 1, CORES, 256])
def test_as_many_as_are_asked_for_are_no_more(wanted: int) -> None:
    config = read_config(
        {
            "INVOICEJOBS_DATABASE_URL": "postgresql://db/invoices",
            "INVOICEJOBS_WORK_PROCESSES": str(wanted),
        }
    )
    assert config.work_processes == wanted
