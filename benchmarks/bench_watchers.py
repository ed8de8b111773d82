"""What a thousand clients that watch a job cost those who work on it.

Jobs with and without watchers take turns on one running service. The watchers share its cores; how
much they, the server and the gateway took is shown beside.
"""

from __future__ import annotations

import os
import statistics
import time
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from benchmarks.installation import ENGINES, Installation, installed
from benchmarks.machine import machine
from benchmarks.watchers import Seen, watching

_POLL = 0.05  # seconds
#: All watch for one tenant and begin at once, which is more than one tenant is allowed.
_LIMITS = {
    "INVOICEJOBS_TENANT_RATE": "0",
    "INVOICEJOBS_REST_MAX_REQUESTS": "100000",
    "INVOICEJOBS_REST_MAX_CONNECTIONS": "100000",
    "INVOICEJOBS_GRPC_MAX_WATCHES": "100000",
    "INVOICEJOBS_TENANT_WATCHES": "100000",
}
_TICK = os.sysconf("SC_CLK_TCK")


def run_job(service: Installation, ids: list[str], watchers: int) -> tuple[float, Seen | None]:
    """Runs a job, watched by so many streams; gives its orders per second, and what was seen."""
    begin = time.monotonic()
    job_id = service.post_job("shop", ids)
    if not watchers:
        return len(ids) / (_wait(service, job_id) - begin), None
    door = service.service
    with watching(door.target, door.rest, "shop", job_id, watchers // 2) as seen:
        before, begin = door.job("shop", job_id), time.monotonic()
        end = _wait(service, job_id)
    left = len(ids) - before.success_count - before.failure_count
    return left / (end - begin), seen[0]


def _wait(service: Installation, job_id: str) -> float:
    while not service.service.job("shop", job_id).HasField("done_time"):
        time.sleep(_POLL)
    return time.monotonic()


def _used(service: Installation) -> dict[str, float]:
    """Gives the processor seconds of each process, without its children's."""
    used = {}
    for name, pid in service.processes().items():
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        used[name] = (int(fields[11]) + int(fields[12])) / _TICK
    return used


@click.command()
@click.option("--engine", type=click.Choice(ENGINES), multiple=True, default=ENGINES)
@click.option("--watchers", type=click.IntRange(2), default=1000, show_default=True)
@click.option("--orders", type=click.IntRange(1), default=5000, show_default=True)
@click.option("--pairs", type=click.IntRange(1), default=3, show_default=True)
def main(engine: tuple[str, ...], watchers: int, orders: int, pairs: int) -> None:
    """Print the pace of jobs with and without watchers."""
    table = Table(title=f"A job of {orders} orders without and with {watchers} watchers")
    for column in ("engine", "without", "with", "ratio", "saw DONE", "seconds of processor"):
        table.add_column(column, justify="right")
    for name in engine:
        paces: tuple[list[float], list[float]] = ([], [])
        done, spent = 0, ""
        with installed(name, 2, **_LIMITS) as service:
            ids = service.fill("shop", (2 * pairs + 1) * orders)
            parts = [ids[n * orders : (n + 1) * orders] for n in range(2 * pairs + 1)]
            run_job(service, parts.pop()[: orders // 5], 0)  # everything is warm by then
            for number, part in enumerate(parts):
                before = _used(service)
                pace, seen = run_job(service, part, watchers * (number % 2))
                paces[number % 2].append(pace)
                if seen is None:
                    continue
                after = _used(service)
                done += sum(seen.done.values())
                parts_used = {k: after[k] - before[k] for k in before} | {"watchers": seen.seconds}
                spent = ", ".join(f"{k} {v:.1f}" for k, v in parts_used.items())
                for failure in seen.failures:
                    click.echo(failure, err=True)
        without, beside = (statistics.median(pace) for pace in paces)
        table.add_row(
            name, f"{without:.0f}/s", f"{beside:.0f}/s", f"{beside / without:.2f}",
            f"{done} of {watchers * pairs}", spent,
        )  # fmt: skip
    console = Console(width=120)
    console.print(machine())
    console.print(table)


if __name__ == "__main__":
    main()
