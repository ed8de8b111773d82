"""Rendering alone: as many processes as cores, which do nothing but draw the jobs' invoices."""

from __future__ import annotations

import os
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import cycle, islice
from multiprocessing import get_context
from multiprocessing.connection import Connection
from time import perf_counter, process_time
from types import TracebackType
from typing import Any, Final
from zoneinfo import ZoneInfo

from benchmarks.jobs.orders import order_json
from benchmarks.jobs.shop import settings_value
from server.domain.computation import compute_invoice, issue_invoice
from server.domain.invoice import Invoice
from server.domain.settings import OrderPaths
from server.identifiers.check_digits import CheckDigits
from server.rendering import render_document
from server.service.make_documents import formats_of
from server.sources.read_order import read_order
from server.wiring.drawing import get_ready_to_draw

CORES: Final = os.cpu_count() or 1
#: Different invoices that a process draws, before any comes again.
_KEPT: Final = 1500
_BERLIN = ZoneInfo("Europe/Berlin")


def invoices(first: int, end: int) -> list[Invoice]:
    """Makes the invoices of the orders first to end, exclusive, as a job makes them."""
    settings, identifiers, now = settings_value(), CheckDigits(), datetime.now(UTC)
    made = []
    for number in range(first, end):
        order = read_order(order_json(number), OrderPaths())
        draft = compute_invoice(order, settings, identifiers)
        made.append(issue_invoice(draft, f"NH-{number:06d}", now, now.astimezone(_BERLIN)))
    return made


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast all processes drew together."""

    #: Invoices a second.
    per_second: float
    #: Seconds of processor time of an invoice.
    cpu: float


class RenderingAlone(AbstractContextManager["RenderingAlone"]):
    """Keeps the processes, which wait without a cost while nobody asks."""

    def __init__(self, processes: int = CORES) -> None:
        context = get_context("spawn")
        self._pipes: list[Connection[Any, Any]] = []
        self._processes = []
        for index in range(processes):
            ours, theirs = context.Pipe()
            process = context.Process(target=_work, args=(theirs, index), daemon=True)
            process.start()
            theirs.close()
            self._pipes.append(ours)
            self._processes.append(process)
        for pipe in self._pipes:
            pipe.recv()

    def pace(self, seconds: float) -> Pace:
        """Draws for so many seconds in all processes at once."""
        for pipe in self._pipes:
            pipe.send(seconds)
        answers = [pipe.recv() for pipe in self._pipes]
        drawn = sum(count for count, _, _ in answers)
        return Pace(
            sum(count / clock for count, clock, _ in answers),
            sum(cpu for _, _, cpu in answers) / drawn,
        )

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Ends the processes."""
        for process in self._processes:
            process.terminate()
            process.join()


def _work(pipe: Connection[Any, Any], index: int) -> None:
    get_ready_to_draw()
    turn = cycle(invoices(index * _KEPT, (index + 1) * _KEPT))
    for invoice in islice(turn, 50):
        _render(invoice)
    pipe.send("ready")
    while True:
        try:
            seconds = pipe.recv()
        except EOFError:
            return
        drawn, began, used = 0, perf_counter(), process_time()
        while perf_counter() - began < seconds:
            _render(next(turn))
            drawn += 1
        pipe.send((drawn, perf_counter() - began, process_time() - used))


def _render(invoice: Invoice) -> None:
    for format in formats_of(invoice):
        render_document(invoice, format)
