"""The table at the end of the rounds."""

from __future__ import annotations

from collections.abc import Iterator
from statistics import median
from typing import Any

HEAD = ("engine", "kind", "rounds", "blows", "found", "take-over median / worst (s)")


def table(tallies: dict[str, Any]) -> str:
    """Lays out the tallies of each engine by kind, with a sum for each."""
    rows = [HEAD, *(row for engine, kinds in tallies.items() for row in _rows(engine, kinds))]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEAD))]
    lines = [
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |"
        for row in rows
    ]
    rule = "| " + " | ".join("-" * width for width in widths) + " |"
    return "\n".join((lines[0], rule, *lines[1:], ""))


def _rows(engine: str, kinds: dict[str, Any]) -> Iterator[tuple[str, ...]]:
    for kind, tally in kinds.items():
        yield _row(engine, kind, [tally])
    yield _row(engine, "all", list(kinds.values()))


def _row(engine: str, kind: str, tallies: list[dict[str, Any]]) -> tuple[str, ...]:
    sums = [sum(tally[what] for tally in tallies) for what in ("rounds", "blows")]
    found = sum(len(tally["found"]) for tally in tallies)
    taken = [seconds for tally in tallies for seconds in tally["take_overs"]]
    times = f"{median(taken):.1f} / {max(taken):.1f}" if taken else "-"
    return (engine, kind, str(sums[0]), str(sums[1]), str(found), times)
