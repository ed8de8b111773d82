"""How long a single order takes while another tenant's jobs fill the service.

From the POST over REST to the order's SUCCESS, as its client sees it: polled over REST.
"""

from __future__ import annotations

import statistics
import time
from dataclasses import dataclass

import click
from rich.console import Console
from rich.table import Table

from benchmarks.installation import ENGINES, Installation, installed
from benchmarks.machine import machine

_CHUNK = 50
_POLL = 0.01  # seconds
_PATIENCE = 60.0  # seconds


@dataclass(frozen=True, slots=True)
class Result:
    """What one run came to."""

    engine: str
    jobs: int
    #: Orders per second of the crowd's jobs while the single orders came.
    pace: float
    #: Seconds that each single order took.
    seconds: list[float]


def measure(
    engine: str, workers: int, jobs: int, chunks: int, samples: int, pause: float
) -> Result:
    """Fills the service with jobs of one tenant and sends single orders of another."""
    with installed(engine, workers, INVOICEJOBS_CHUNK_SIZE=str(_CHUNK)) as service:
        singles = service.fill("single", samples + 1)
        crowd = service.fill("crowd", chunks * _CHUNK)
        _take_one(service, singles.pop())  # everything is warm by then
        size = len(crowd) // jobs
        running = [service.post_job("crowd", crowd[n * size : (n + 1) * size]) for n in range(jobs)]
        seconds = []
        before, begin = _finished(service, running), time.monotonic()
        for number, order_id in enumerate(singles, 1):
            time.sleep(max(0.0, begin + number * pause - time.monotonic()))
            seconds.append(_take_one(service, order_id))
        pace = (_finished(service, running) - before) / (time.monotonic() - begin)
        if _finished(service, running) == len(crowd):
            click.echo("The crowd was done before the last single order: take more --chunks.")
    return Result(engine, jobs, pace, seconds)


def _take_one(service: Installation, order_id: str) -> float:
    begin = time.monotonic()
    job_id = service.post_job("single", [order_id])
    while time.monotonic() < begin + _PATIENCE:
        job = service.get_job("single", job_id)
        if job["jobStatus"] == "DONE":
            if job["orders"][0]["orderStatus"] != "SUCCESS":
                raise click.ClickException(f"{order_id} was not invoiced: {job['orders'][0]}")
            return time.monotonic() - begin
        time.sleep(_POLL)
    raise click.ClickException(f"{order_id} was not invoiced within {_PATIENCE:g} seconds")


def _finished(service: Installation, jobs: list[str]) -> int:
    states = [service.service.job("crowd", job_id) for job_id in jobs]
    return sum(state.success_count + state.failure_count for state in states)


@click.command()
@click.option("--engine", type=click.Choice(ENGINES), multiple=True, default=ENGINES)
@click.option("--workers", type=click.IntRange(1), default=2, show_default=True,
              help="Worker processes on PostgreSQL.")  # fmt: skip
@click.option("--chunks", type=click.IntRange(1), default=500, show_default=True)
@click.option("--jobs", type=click.IntRange(1), multiple=True, default=(1, 10),
              help="Jobs of the crowd, which share the chunks.")  # fmt: skip
@click.option("--samples", type=click.IntRange(2), default=30, show_default=True)
@click.option("--pause", type=float, default=1.5, show_default=True,
              help="Seconds from one single order to the next.")  # fmt: skip
def main(
    engine: tuple[str, ...], workers: int, chunks: int, jobs: tuple[int, ...], samples: int,
    pause: float,
) -> None:  # fmt: skip
    """Print how long single orders take beside a crowd of others."""
    table = Table(title=f"One order beside {chunks} chunks of {_CHUNK} orders of another tenant")
    for column in ("engine", "jobs", "samples", "median", "9 of 10", "worst", "crowd"):
        table.add_column(column, justify="right")
    for name in engine:
        for count in jobs:
            result = measure(name, workers, count, chunks, samples, pause)
            ordered = sorted(result.seconds)
            shown = (statistics.median(ordered), ordered[len(ordered) * 9 // 10], ordered[-1])
            table.add_row(
                name, str(count), str(len(ordered)), *(f"{s:.2f} s" for s in shown),
                f"{result.pace:.0f} orders/s",
            )  # fmt: skip
    console = Console(width=100)
    console.print(machine())
    console.print(table)


if __name__ == "__main__":
    main()
