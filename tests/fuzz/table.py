"""The table at the end of the rounds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import chain

from tests.fuzz.tally import Tally

HEAD = ("auth", "kind", "inputs", "found", "a second", "slowest (s)", "outcomes")
#: Outcomes that are named; the others are counted together.
NAMED = 9


def table(
    tallies: Mapping[str, Mapping[str, Tally]],
    memory: Mapping[str, Mapping[str, tuple[float, float]]],
) -> str:
    """Lays out the tallies by auth and kind with a sum, and what memory did."""
    every = list(chain.from_iterable(kinds.values() for kinds in tallies.values()))
    rows = [HEAD, *_rows(tallies), _row("all", "all", _sum(every))]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEAD))]
    lines = [
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |"
        for row in rows
    ]
    lines.insert(1, "| " + " | ".join("-" * width for width in widths) + " |")
    for auth, processes in memory.items():
        for name, (before, after) in processes.items():
            lines.append(
                f"{auth}: the {name} held {before:.0f} MiB after half, {after:.0f} at the end"
            )
    return "\n".join((*lines, ""))


def _rows(tallies: Mapping[str, Mapping[str, Tally]]) -> Iterator[tuple[str, ...]]:
    for auth, kinds in tallies.items():
        for kind, tally in kinds.items():
            yield _row(auth, kind, tally)


def _row(auth: str, kind: str, tally: Tally) -> tuple[str, ...]:
    pace = f"{tally.inputs / tally.seconds:.0f}" if tally.seconds else "-"
    most = tally.outcomes.most_common(NAMED)
    named = [f"{outcome} {count}" for outcome, count in most]
    if rest := tally.outcomes.total() - sum(count for _, count in most):
        named.append(f"others {rest}")
    counts = (str(tally.inputs), str(len(tally.found)), pace, f"{tally.slowest:.1f}")
    return (auth, kind, *counts, ", ".join(named) if kind != "all" else "")


def _sum(tallies: list[Tally]) -> Tally:
    total = Tally()
    for tally in tallies:
        total.add(tally)
    return total
