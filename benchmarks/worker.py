"""A process that draws with one contender, and times itself.

Each contender gets its own, since reportlab's settings are shared by all who use it in a process,
and memory can only be told apart between processes.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from importlib import import_module
from itertools import cycle
from multiprocessing import get_context
from multiprocessing.connection import Connection
from time import perf_counter
from types import TracebackType
from typing import Any, cast

from benchmarks.contenders import Entry
from benchmarks.memory import peak, resident
from benchmarks.rivals.contender import Contender, Draw
from benchmarks.samples import sample_invoice
from server.domain.invoice import Invoice

_PATIENCE = 120.0  # seconds for a process to come up
# Enough that nobody remembers an invoice when it comes round again, and that they are soon made.
_MOST_SAMPLES, _FEWEST_SAMPLES = 200, 20
_SAMPLE_LINES = 20_000  # in all samples together


class NotInstalled(Exception):
    """What a contender needs is missing; says what."""


class WorkerDied(Exception):
    """A contender's process ended while it drew."""


@dataclass(frozen=True, slots=True)
class _Busy:
    """Asks to draw for so many seconds, at least once; answered by the seconds of each drawing."""

    seconds: float


@dataclass(frozen=True, slots=True)
class _Document:
    """Asks for the PDF of the first invoice."""


@dataclass(frozen=True, slots=True)
class _Memory:
    """Asks for the most bytes that were used beyond what the imports took."""


class Worker(AbstractContextManager["Worker"]):
    """Starts a process for a contender and talks to it."""

    def __init__(self, entry: Entry, lines: int) -> None:
        self.entry, self.lines = entry, lines
        context = get_context("spawn")
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(
            target=_work, args=(theirs, entry.module, lines), daemon=True
        )
        self._process.start()
        theirs.close()

    def ready(self) -> None:
        """Waits until it can draw. Raises NotInstalled, which says what is missing."""
        if not self._pipe.poll(_PATIENCE):
            raise WorkerDied(f"{self.entry.name} did not start within {_PATIENCE:.0f} seconds")
        if reason := self._receive():
            raise NotInstalled(f"{reason} ({self.entry.hint})")

    def document(self) -> bytes:
        """Gives the PDF of the first invoice."""
        self._pipe.send(_Document())
        return cast("bytes", self._receive())

    def start(self, seconds: float) -> None:
        """Lets it draw the next invoices for so many seconds; `finish` gives the times."""
        self._pipe.send(_Busy(seconds))

    def finish(self) -> list[float]:
        """Waits for what `start` began; gives the seconds of each drawing."""
        return cast("list[float]", self._receive())

    def memory(self) -> int:
        """Gives the most bytes that were used beyond what the imports took."""
        self._pipe.send(_Memory())
        return cast("int", self._receive())

    def _receive(self) -> object:
        try:
            return self._pipe.recv()
        except EOFError as ended:
            raise WorkerDied(f"{self.entry.name} failed; its error is above") from ended

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Ends the process."""
        self._pipe.close()
        self._process.terminate()
        self._process.join()


def samples(lines: int) -> list[Invoice]:
    """Makes the invoices of so many lines that contenders draw in turn."""
    number = max(_FEWEST_SAMPLES, min(_MOST_SAMPLES, _SAMPLE_LINES // lines))
    return [sample_invoice(lines, each) for each in range(number)]


def _work(pipe: Connection[Any, Any], module: str, lines: int) -> None:
    invoices = samples(lines)
    try:
        contender = cast("Contender", import_module(f"benchmarks.rivals.{module}"))
    except (ImportError, OSError) as missing:  # OSError: a library that is no Python package
        pipe.send(" ".join(str(missing).split())[:80])
        return
    imported = resident()
    draw = contender.prepare()
    turn = cycle(invoices)
    pipe.send("")
    while True:
        try:
            asked = pipe.recv()
        except EOFError:
            return
        match asked:
            case _Busy(seconds):
                pipe.send(_draw_for(draw, turn, seconds))
            case _Document():
                pipe.send(draw(next(turn)))
            case _Memory():
                pipe.send(peak() - imported)


def _draw_for(draw: Draw, turn: Iterator[Invoice], seconds: float) -> list[float]:
    times: list[float] = []
    end = perf_counter() + seconds
    while True:
        invoice = next(turn)
        began = perf_counter()
        draw(invoice)
        ended = perf_counter()
        times.append(ended - began)
        if ended >= end:
            return times
