"""What a second worker process brings, on PostgreSQL, with a core for each."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

from benchmarks.jobs.orders import order_ids
from benchmarks.jobs.rendering import CORES
from benchmarks.jobs.services import POSTGRESQL, Layout, running
from benchmarks.jobs.speed import WARM_UP
from benchmarks.jobs.tables import milliseconds, rate, table

#: A worker that can use one core.
_SETTINGS: Final = {"INVOICEJOBS_WORK_PROCESSES": "1"}


@dataclass(frozen=True, slots=True)
class Scaling:
    """What was counted of some workers."""

    workers: int
    #: Where the server, the gateway and PostgreSQL were.
    others: str
    #: Orders a second, and seconds of processor time of an order.
    jobs: float
    cpu: float


def measure_scaling(orders: int) -> list[Scaling]:
    """Measures one worker and two, beside whatever core is free and on cores that are shared.

    On a machine of two cores the first finds a free core only for one worker.
    """
    everywhere = range(CORES)
    return [
        _measure(orders, 1, "on all cores", everywhere),
        _measure(orders, 2, "on all cores", everywhere),
        _measure(orders, 1, "on the worker's core", range(1)),
        _measure(orders, 2, "on the workers' cores", range(2)),
    ]


def scaling_table(measured: Sequence[Scaling]) -> str:
    """Writes down what the second worker brought."""
    rows = []
    for one, two in zip(measured[::2], measured[1::2], strict=True):
        for each in (one, two):
            ratio = each.jobs / one.jobs
            rows.append(
                [
                    str(each.workers),
                    each.others,
                    rate(each.jobs),
                    f"{ratio:.2f}",
                    milliseconds(each.cpu),
                ]
            )
    head = ("workers, a core each", "all else", "job", "ratio", "ms of processor time an order")
    return f"Worker processes on PostgreSQL, on {CORES} cores:\n\n{table(head, rows, texts=2)}"


def _measure(orders: int, workers: int, others: str, cores: Collection[int]) -> Scaling:
    with running(Layout(POSTGRESQL, workers, _SETTINGS)) as service:
        service.import_orders(0, orders + WARM_UP)
        service.keep_to(cores, [[number] for number in range(workers)])
        service.run_job(order_ids(orders, orders + WARM_UP))
        began = sum(service.cpu().values())
        seconds = service.run_job(order_ids(0, orders))
        used = sum(service.cpu().values()) - began
    return Scaling(workers, others, orders / seconds, used / orders)
