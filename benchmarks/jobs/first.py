"""How long an idle service takes to its first invoice."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from statistics import median
from typing import Final

from benchmarks.jobs.orders import TENANT, order_ids
from benchmarks.jobs.services import ENGINES, Layout, Running, running
from benchmarks.jobs.tables import milliseconds, table

#: Seconds in which nothing is asked of the service: longer than any of its timers.
_IDLE: Final = 1.3
_LOOK: Final = 0.002  # seconds


def measure_first(times: int) -> dict[str, list[float]]:
    """Gives the seconds from the POST to SUCCESS by engine; the first are after the start."""
    measured = {}
    for engine in ENGINES:
        with running(Layout(engine)) as service:
            service.import_orders(0, times)
            measured[engine] = [_first_invoice(service, number) for number in range(times)]
    return measured


def first_table(measured: Mapping[str, Sequence[float]]) -> str:
    """Writes the times down."""
    rows = [
        [
            engine,
            milliseconds(seconds[0]),
            milliseconds(median(seconds[1:])),
            milliseconds(max(seconds[1:])),
        ]
        for engine, seconds in measured.items()
    ]
    head = ("what", "first after the start", "median", "worst")
    count = min(len(seconds) for seconds in measured.values()) - 1
    text = (
        f"From the POST to the first SUCCESS of an idle service, in milliseconds ({count} times):"
    )
    return f"{text}\n\n{table(head, rows)}"


def _first_invoice(service: Running, number: int) -> float:
    time.sleep(_IDLE)
    began = time.perf_counter()
    job_id = service.post_job(TENANT, order_ids(number, number + 1))
    while not service.job_success(job_id):
        time.sleep(_LOOK)
    return time.perf_counter() - began
