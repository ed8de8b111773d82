"""How jobs are worked on."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from process.config.variable import Variable, between, one_of


def _processes(text: str) -> int:
    return between(0, 256)(text) if text else os.cpu_count() or 1


@dataclass(frozen=True, kw_only=True)
class Working:
    """How jobs are worked on."""

    logo_urls: str
    #: Orders of one chunk; twice as many in a large job.
    chunk_size: int
    #: Chunks of one job in work at the same time.
    job_window: int
    #: Processes that work on chunks, each on one at a time; 0 leaves chunks to worker processes.
    work_processes: int
    #: Seconds that drawing one document may take.
    render_seconds: int
    #: Seconds that running calls and chunks are given when the server stops.
    stop_grace: int


VARIABLES = (
    Variable("INVOICEJOBS_LOGO_URLS", "logo_urls", "on", one_of("on", "off"),
             "Whether logos are fetched from the addresses that settings name."),
    Variable("INVOICEJOBS_CHUNK_SIZE", "chunk_size", "100", between(1, 1000),
             "Orders that are invoiced together in one step of a job; twice as many in a job of "
             "more than 40 steps."),
    Variable("INVOICEJOBS_JOB_WINDOW", "job_window", "8", between(1, 1000),
             "Steps of one job in work at the same time, so that other jobs get their turn."),
    Variable("INVOICEJOBS_WORK_PROCESSES", "work_processes", "", _processes,
             "Processes that work on jobs; one more starts new ones. Empty: one for each core, and "
             "with PostgreSQL one beyond that; 0: none, which leaves jobs to "
             "`invoicejobs worker`."),
    Variable("INVOICEJOBS_RENDER_SECONDS", "render_seconds", "60", between(1, 3600),
             "Seconds that drawing one document may take, or its order fails."),
    Variable("INVOICEJOBS_STOP_GRACE", "stop_grace", "20", between(0, 3600),
             "Seconds that running calls and steps of jobs are given when the server stops."),
)  # fmt: skip


def fill(values: dict[str, Any], environment: Mapping[str, str]) -> None:
    """Adds one process where each waits for a PostgreSQL server a part of its time."""
    left_open = not environment.get("INVOICEJOBS_WORK_PROCESSES", "").strip()
    if left_open and not values["database_url"].startswith("sqlite"):
        values["work_processes"] += 1
