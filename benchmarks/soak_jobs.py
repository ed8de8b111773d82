"""How much memory the service takes for jobs of 1,000 to 100,000 orders, phase by phase.

PSS: what a process has for itself and its share of what it has in common with others, its children
included.
"""

from __future__ import annotations

import http.client
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from benchmarks.installation import ENGINES, Installation, installed
from benchmarks.machine import machine

_SAMPLE = 0.5  # seconds
_MIB = 1024
_PIECE = 1 << 16


class Memory:
    """Looks at all processes now and then and notes the most that each had in each phase."""

    def __init__(self, service: Installation) -> None:
        self._service = service
        self._ended = threading.Event()
        self._phase = ""
        self.most: dict[str, dict[str, int]] = {}
        self._thread = threading.Thread(target=self._run, daemon=True)

    @contextmanager
    def phase(self, name: str) -> Iterator[None]:
        """Notes under this name while the block lasts."""
        self._phase = name
        self.look()
        yield
        self.look()

    def look(self) -> None:
        """Looks once."""
        noted = self.most.setdefault(self._phase, {})
        for name, pid in self._service.processes().items():
            noted[name] = max(noted.get(name, 0), sum(map(_pss, _family(pid))))

    @contextmanager
    def watched(self) -> Iterator[None]:
        """Looks all the time while the block lasts."""
        self._thread.start()
        yield
        self._ended.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._ended.wait(_SAMPLE):
            self.look()


def _family(pid: int) -> list[int]:
    found = [pid]
    for thread in Path(f"/proc/{pid}/task").glob("*"):
        # A thread may end between being found and being asked.
        with suppress(OSError):
            for child in (thread / "children").read_text().split():
                found += _family(int(child))
    return found


def _pss(pid: int) -> int:
    """Gives the KiB of a process; 0 when it has just ended."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return next(int(line.split()[1]) for line in lines if line.startswith("Pss:"))


def soak(service: Installation, memory: Memory, ids: list[str]) -> None:
    """Creates a job, watches it to its end, pages through it, and reads it in one piece."""
    with memory.phase("create"):
        job_id = service.post_job("shop", ids)
    path = f"/invoice/shop/jobs/invoices/{job_id}"
    with memory.phase("run, watched"):
        events = _read(service, f"{path}/events")
    with memory.phase("pages"):
        for page in range(1, -(-len(ids) // 1000) + 1):
            found = service.get_job("shop", job_id, f"?pageNumber={page}&pageSize=1000")
            if {order["orderStatus"] for order in found["orders"]} != {"SUCCESS"}:
                raise click.ClickException("not every order has its invoice")
    with memory.phase("unpaged"):
        whole = _read(service, path)
    click.echo(f"{len(ids):,} orders: {events:,} bytes of events, {whole:,} of the job unpaged")


def _read(service: Installation, path: str) -> int:
    """Reads an answer to its end, piece by piece, and counts its bytes."""
    place = service.service.rest.removeprefix("http://")
    with closing(http.client.HTTPConnection(place, timeout=600)) as connection:
        connection.request("GET", path)
        answer = connection.getresponse()
        size = 0
        while piece := answer.read(_PIECE):
            size += len(piece)
    return size


@click.command()
@click.option("--engine", type=click.Choice(ENGINES), default="sqlite", show_default=True)
@click.option("--orders", type=click.IntRange(1), multiple=True, default=(1000, 10_000, 100_000))
@click.option("--lines", type=click.IntRange(1), default=1, show_default=True)
def main(engine: str, orders: tuple[int, ...], lines: int) -> None:
    """Print the memory of each process for jobs of several sizes."""
    most = str(max(orders))
    with installed(engine, 2, INVOICEJOBS_MAX_JOB_ORDERS=most) as service:
        names = list(service.processes())
        ids = service.fill("shop", sum(orders), lines)
        table = Table(title=f"MiB at most, with children ({engine}, {lines} lines)")
        for column in ("orders", "phase", "seconds", *names):
            table.add_column(column, justify="right")
        for count in orders:
            memory = Memory(service)
            part, ids = ids[:count], ids[count:]
            begin = time.monotonic()
            with memory.watched():
                soak(service, memory, part)
            seconds = f"{time.monotonic() - begin:.0f}"
            for phase, noted in memory.most.items():
                shown = [f"{noted[name] / _MIB:.0f}" for name in names]
                table.add_row(f"{count:,}", phase, seconds, *shown)
    console = Console(width=110)
    console.print(machine())
    console.print(table)


if __name__ == "__main__":
    main()
