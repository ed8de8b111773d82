"""Runs whole jobs and prints how fast they are, what an order costs, and where its time goes.

    python -m benchmarks.bench_jobs --orders 2000 --only speed --only shares

Everything is real: processes, ports, a PostgreSQL that syncs, files on the disk of temporary files
(TMPDIR). All orders differ. Tables are Markdown, as they are in docs/performance.md.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable

import click

from benchmarks.jobs.cost import cost_table, measure_cost
from benchmarks.jobs.first import first_table, measure_first
from benchmarks.jobs.rendering import CORES
from benchmarks.jobs.scaling import measure_scaling, scaling_table
from benchmarks.jobs.services import ENGINES
from benchmarks.jobs.shares import shares_table
from benchmarks.jobs.speed import measure_speed, speed_tables
from benchmarks.machine import machine

_PARTS = ("speed", "shares", "first", "scaling", "cost")
_SIZES = (1_000, 10_000, 100_000)


@click.command()
@click.option("--orders", type=click.IntRange(100), default=20_000, show_default=True)
@click.option(
    "--only",
    multiple=True,
    type=click.Choice(_PARTS),
    help="What is measured; may be given several times. All of it by default.",
)
@click.option(
    "--engine",
    "engines",
    multiple=True,
    type=click.Choice(ENGINES, case_sensitive=False),
    default=ENGINES,
    help="On which database the cost and the shares are measured; both by default.",
)
@click.option(
    "--size",
    "sizes",
    multiple=True,
    type=click.IntRange(100),
    default=_SIZES,
    show_default=True,
    help="Orders of the jobs whose cost is compared; may be given several times.",
)
@click.option(
    "--old",
    type=click.IntRange(0),
    default=1_000_000,
    show_default=True,
    help="Invoices that are there before, where the cost beside them is measured.",
)
@click.option("--times", type=click.IntRange(3), default=21, show_default=True)
def main(
    orders: int,
    only: tuple[str, ...],
    engines: tuple[str, ...],
    sizes: tuple[int, ...],
    old: int,
    times: int,
) -> None:
    """Measure jobs and print the tables."""
    # As Ctrl-C does it: the services are ended, too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    if os.getloadavg()[0] > CORES / 2:
        click.echo(f"This machine is busy (load {os.getloadavg()[0]:.1f}): times vary.", err=True)
    tables: dict[str, Callable[[], str]] = {
        "speed": lambda: speed_tables(measure_speed(orders)),
        "shares": lambda: shares_table(engines, min(orders, 2_000)),
        "first": lambda: first_table(measure_first(times)),
        "scaling": lambda: scaling_table(measure_scaling(orders)),
        "cost": lambda: cost_table([c for each in engines for c in measure_cost(each, sizes, old)]),
    }
    click.echo(f"{machine()}.")
    for part, write in tables.items():
        if not only or part in only:
            click.echo(f"\n{write()}")


if __name__ == "__main__":
    main()
