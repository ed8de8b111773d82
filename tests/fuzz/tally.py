"""What came of inputs, and what was found wrong with the answers to them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

#: Characters of an input that are shown; a file keeps the rest.
SHOWN = 2000


@dataclass(frozen=True)
class Finding:
    """Something that must not be, and the input that brought it to light."""

    #: Which input of its kind and round it was, counted from 0; -1 where it was not a single one.
    number: int
    what: str
    sent: str = ""

    def __str__(self) -> str:
        """Tells it with its input, cut where that is long."""
        where = f"input {self.number}: " if self.number >= 0 else ""
        cut = f" … ({len(self.sent)} characters)" if len(self.sent) > SHOWN else ""
        return f"{where}{self.what}\n        {self.sent[:SHOWN]}{cut}"


@dataclass
class Tally:
    """What came of all inputs of a kind."""

    inputs: int = 0
    #: How often each outcome came: a status, or what became of an order.
    outcomes: Counter[str] = field(default_factory=Counter)
    found: list[Finding] = field(default_factory=list)
    seconds: float = 0.0
    #: The longest that an answer took, in seconds.
    slowest: float = 0.0

    def answered(self, outcome: str, seconds: float = 0.0) -> None:
        """Counts an input with its outcome."""
        self.inputs += 1
        self.outcomes[outcome] += 1
        self.slowest = max(self.slowest, seconds)

    def find(self, number: int, what: str, sent: object = "") -> None:
        """Notes that something is wrong."""
        self.found.append(Finding(number, what, str(sent)))

    def add(self, other: Tally) -> None:
        """Adds what came of further inputs."""
        self.inputs += other.inputs
        self.outcomes += other.outcomes
        self.found += other.found
        self.seconds += other.seconds
        self.slowest = max(self.slowest, other.slowest)
