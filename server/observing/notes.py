"""Carries what a process measured of its work to the process that tells of it.

Whoever reads the metrics, or the traces, asks one process; the work is done by others.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeAlias

from process.trace import Tracer
from server.observing.metrics import Metrics


@dataclass(frozen=True, slots=True)
class Noted:
    """What was measured since the last time: small enough for a pipe."""

    #: Names of `Metrics`, labels and values.
    measures: list[tuple[str, tuple[str, ...], float]] = field(default_factory=list)
    #: Steps of a trace: name, begin and end in nanoseconds since 1970.
    steps: list[tuple[str, int, int]] = field(default_factory=list)

    def tell(self, metrics: Metrics, tracer: Tracer) -> None:
        """Measures the same here, and adds the steps to the current span."""
        for name, labels, value in self.measures:
            measure = getattr(metrics, name)
            if labels:
                measure = measure(*labels)
            (measure.observe if hasattr(measure, "observe") else measure.inc)(value)
        for step in self.steps:
            tracer.step(*step)


class Notes:
    """Stands in for metrics and tracer where work is done, and notes what they are told."""

    def __init__(self) -> None:
        self._noted = Noted()
        self.write_wait_seconds = _Measure(self, "write_wait_seconds")
        self.write_seconds = _Measure(self, "write_seconds")
        self.number_draw_seconds = _Measure(self, "number_draw_seconds")

    def stage_seconds(self, stage: str) -> _Measure:
        """Measures a stage."""
        return _Measure(self, "stage_seconds", (stage,))

    def issued(self, kind: str) -> _Measure:
        """Counts numbers that were given."""
        return _Measure(self, "issued", (kind,))

    def outcomes(self, outcome: str, reason: str) -> _Measure:
        """Counts outcomes."""
        return _Measure(self, "outcomes", (outcome, reason))

    def step(self, name: str, begin: int, end: int) -> None:
        """Notes a step of the trace."""
        self._noted.steps.append((name, begin, end))

    def note(self, name: str, labels: tuple[str, ...], value: float) -> None:
        """Notes a value of a measure."""
        self._noted.measures.append((name, labels, value))

    def take(self) -> Noted:
        """Gives what was noted since the last time."""
        noted, self._noted = self._noted, Noted()
        return noted


@dataclass(frozen=True, slots=True)
class _Measure:
    """One measure with its labels."""

    notes: Notes
    name: str
    labels: tuple[str, ...] = ()

    def observe(self, amount: float) -> None:
        """Notes seconds."""
        self.notes.note(self.name, self.labels, amount)

    def inc(self, amount: float = 1) -> None:
        """Notes a count."""
        self.notes.note(self.name, self.labels, amount)


#: What the work tells of itself to.
Measures: TypeAlias = Metrics | Notes
