"""Runs the contenders side by side and counts.

In each round every contender draws the same invoices for a moment, one after the other, so that a
busy or a slow minute of the machine falls on all of them. Then each one gets all cores.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from statistics import median
from typing import Final

from benchmarks.check_output import FileFacts, check_output
from benchmarks.contenders import Entry
from benchmarks.samples import sample_invoice
from benchmarks.worker import NotInstalled, Worker

CORES: Final = os.cpu_count() or 1
#: Seconds that a contender draws in a round, and with all cores; a slow one draws once.
_ROUND, _ALL_CORES = 0.1, 1.0
#: Who takes more than this for one invoice, in seconds, has fewer rounds: they vary little.
_SLOW, _SLOW_ROUNDS = 0.5, 3

#: Told what is being done.
Tell = Callable[[str], None]


@dataclass(slots=True)
class Result:
    """What was counted of a contender at one number of lines."""

    entry: Entry
    lines: int
    #: Seconds of each drawing, one process.
    times: list[float] = field(default_factory=list)
    file: FileFacts | None = None
    #: Bytes beyond the imports.
    memory: int = 0
    #: Invoices a second with a process for each core.
    all_cores: float = 0
    #: Why there is no more than this; empty where it ran.
    missing: str = ""

    @property
    def median(self) -> float:
        """Gives the seconds of an ordinary drawing."""
        return median(self.times)

    @property
    def best(self) -> float:
        """Gives the seconds of the fastest drawing."""
        return min(self.times)


def steps(entries: Sequence[Entry], rounds: int) -> int:
    """Counts what `measure` tells of."""
    return len(entries) * (2 + rounds)


def measure(entries: Sequence[Entry], lines: int, rounds: int, tell: Tell) -> list[Result]:
    """Measures these contenders at this number of lines."""
    results = [Result(entry, lines) for entry in entries]
    with ExitStack() as stack:
        workers: list[tuple[Worker, Result]] = []
        for result in results:
            tell(f"{result.entry.name}, {lines} lines: start")
            worker = stack.enter_context(Worker(result.entry, lines))
            if _started(worker, result):
                workers.append((worker, result))
        for number in range(rounds):
            for worker, result in workers:
                tell(f"{result.entry.name}, {lines} lines: round {number + 1} of {rounds}")
                _draw(worker, result, number)
        for worker, result in workers:
            result.memory = worker.memory()
    for result in results:
        tell(f"{result.entry.name}, {lines} lines: {CORES} processes")
        if not result.missing:
            result.all_cores = _all_cores(result)
    return results


def _started(worker: Worker, result: Result) -> bool:
    """Waits for a worker, checks what it draws, and lets it get warm."""
    try:
        worker.ready()
    except NotInstalled as reason:
        result.missing = str(reason)
        return False
    first = worker.document()
    result.file = check_output(result.entry.name, sample_invoice(result.lines, 0), first)
    worker.start(_ROUND)
    worker.finish()
    return True


def _draw(worker: Worker, result: Result, number: int) -> None:
    slow = bool(result.times) and result.best > _SLOW
    if slow and number >= _SLOW_ROUNDS:
        return
    worker.start(_ROUND)
    result.times += worker.finish()


def _all_cores(result: Result) -> float:
    with ExitStack() as stack:
        workers = [stack.enter_context(Worker(result.entry, result.lines)) for _ in range(CORES)]
        for worker in workers:
            worker.ready()
        _together(workers, _ROUND)  # warms up
        return _together(workers, _ALL_CORES)


def _together(workers: Sequence[Worker], seconds: float) -> float:
    """Lets all of them draw at the same time; gives the invoices a second."""
    for worker in workers:
        worker.start(seconds)
    times = [worker.finish() for worker in workers]
    return sum(len(each) / sum(each) for each in times)
