"""Whether an order costs the same in a small job and a large one, and beside a million invoices."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.jobs.old import fill_with_old
from benchmarks.jobs.orders import order_ids
from benchmarks.jobs.services import Layout, Running, running
from benchmarks.jobs.speed import WARM_UP
from benchmarks.jobs.tables import milliseconds, table


@dataclass(frozen=True, slots=True)
class Cost:
    """What an order took, in seconds: of the clock, and of processor time of all processes."""

    engine: str
    orders: int
    #: Invoices that were there before.
    old: int
    clock: float
    cpu: float


def measure_cost(engine: str, sizes: Sequence[int], old: int) -> list[Cost]:
    """Measures jobs of these sizes in a new database, and the smallest one beside old invoices."""
    measured = []
    with running(Layout(engine)) as service:
        _warm_up(service)
        first = WARM_UP
        for size in sizes:
            service.import_orders(first, first + size)
            measured.append(_measure(service, engine, first, size, 0))
            first += size
    if old:
        with running(Layout(engine), lambda url: fill_with_old(url, old)) as service:
            _warm_up(service)
            for repetition in range(2):
                first = WARM_UP + repetition * sizes[0]
                service.import_orders(first, first + sizes[0])
                measured.append(_measure(service, engine, first, sizes[0], old))
    return measured


def cost_table(measured: Sequence[Cost]) -> str:
    """Writes the costs down; ratios are to the first of the same engine."""
    firsts = {each.engine: each for each in reversed(measured)}
    rows = [
        [
            each.engine,
            f"{each.orders:,}",
            f"{each.old:,}",
            milliseconds(each.clock),
            f"{each.clock / firsts[each.engine].clock:.2f}",
            milliseconds(each.cpu),
            f"{each.cpu / firsts[each.engine].cpu:.2f}",
        ]
        for each in measured
    ]
    head = ("what", "orders", "older invoices", "ms an order", "ratio", "processor ms", "ratio")
    return f"What an order of a job costs:\n\n{table(head, rows)}"


def _warm_up(service: Running) -> None:
    service.import_orders(0, WARM_UP)
    service.run_job(order_ids(0, WARM_UP))


def _measure(service: Running, engine: str, first: int, size: int, old: int) -> Cost:
    began = sum(service.cpu().values())
    seconds = service.run_job(order_ids(first, first + size))
    used = sum(service.cpu().values()) - began
    return Cost(engine, size, old, seconds / size, used / size)
