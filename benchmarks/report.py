"""Writes results down: for the terminal, as Markdown, as JSON, and into a document."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path

from rich.box import SIMPLE
from rich.console import Console
from rich.table import Table

from benchmarks.contenders import OURS
from benchmarks.machine import machine
from benchmarks.measure import CORES, Result
from benchmarks.memory import MIB

_BEGIN, _END = "<!-- bench_rendering: begin -->", "<!-- bench_rendering: end -->"
_HEAD = (
    "what",
    "PDF/A-3b",
    "XML",
    "ms",
    "best",
    "ratio",
    "bytes",
    "pages",
    "MiB",
    "1 process",
    f"{CORES} processes",
)
_TEXT_COLUMNS = 3  # the others are numbers
_NARROWEST = 110


def print_tables(results: Sequence[Result]) -> None:
    """Prints a table for each number of lines."""
    # A narrow window gets long lines rather than half numbers.
    console = Console(width=max(_NARROWEST, Console().width))
    for lines, group in groupby(results, key=lambda result: result.lines):
        table = Table(
            title=f"{lines} lines", title_justify="left", box=SIMPLE, padding=(0, 0, 0, 1)
        )
        for index, name in enumerate(_HEAD):
            table.add_column(name, justify="left" if index < _TEXT_COLUMNS else "right")
        rows, missing = _rows(list(group))
        for row in rows:
            table.add_row(*row)
        console.print(table)
        for sentence in missing:
            console.print(sentence, markup=False)
    console.print(_about(results), markup=False)


def markdown(results: Sequence[Result]) -> str:
    """Gives the tables as Markdown, with what they were measured on."""
    parts = [_about(results)]
    rule = ["---"] * _TEXT_COLUMNS + ["---:"] * (len(_HEAD) - _TEXT_COLUMNS)
    for lines, group in groupby(results, key=lambda result: result.lines):
        rows, missing = _rows(list(group))
        table = "\n".join(f"| {' | '.join(row)} |" for row in (_HEAD, rule, *rows))
        parts += [f"### {lines} lines", table, *missing]
    return "\n\n".join(parts) + "\n"


def as_json(results: Sequence[Result]) -> str:
    """Gives everything that was counted, in seconds and bytes."""
    return json.dumps(
        {
            "machine": machine(),
            "at": datetime.now(UTC).isoformat(timespec="seconds"),
            "results": [_fields(result) for result in results],
        },
        indent=2,
    )


def write_into(document: Path, results: Sequence[Result]) -> None:
    """Puts the tables between a document's markers. Raises ValueError if it has none."""
    text = document.read_text(encoding="utf-8")
    before, begin, rest = text.partition(_BEGIN)
    _, end, after = rest.partition(_END)
    if not begin or not end:
        raise ValueError(f"{document} has no lines {_BEGIN} and {_END} to write between")
    written = f"{before}{begin}\n\n{markdown(results)}\n{end}{after}"
    document.write_text(written, encoding="utf-8")


def _rows(results: list[Result]) -> tuple[list[list[str]], list[str]]:
    """Gives the cells of each that ran, and a sentence for each that did not."""
    ours = next((each for each in results if each.entry is OURS and each.times), None)
    rows = [_cells(each, ours) for each in results if each.times]
    missing = [
        f"{each.entry.name} was not measured: {each.missing}." for each in results if each.missing
    ]
    return rows, missing


def _cells(result: Result, ours: Result | None) -> list[str]:
    file = result.file
    assert file is not None, "whoever was timed was checked"
    return [
        result.entry.name,
        f"breaks {file.broken_rules}" if file.broken_rules else "valid",
        "yes" if file.holds_xml else "no",
        _milliseconds(result.median),
        _milliseconds(result.best),
        f"{result.median / ours.median:.1f}" if ours else "",
        f"{file.size:,}",
        str(file.pages),
        f"{result.memory / MIB:.1f}",
        _rate(1 / result.median),
        _rate(result.all_cores),
    ]


def _milliseconds(seconds: float) -> str:
    value = seconds * 1000
    return f"{value:.2f}" if value < 10 else f"{value:,.1f}"  # noqa: PLR2004 - three digits


def _rate(value: float) -> str:
    return f"{value:,.0f}/s" if value >= 10 else f"{value:.1f}/s"  # noqa: PLR2004 - two digits


def _about(results: Sequence[Result]) -> str:
    versions: dict[str, str] = {}
    for result in results:
        versions |= result.entry.versions
    packages = ", ".join(f"{name} {version}" for name, version in sorted(versions.items()))
    return f"Measured on {datetime.now(UTC):%Y-%m-%d}: {machine()}; {packages}."


def _fields(result: Result) -> dict[str, object]:
    fields: dict[str, object] = {"contender": result.entry.key, "lines": result.lines}
    if result.missing or result.file is None:
        return fields | {"missing": result.missing}
    return fields | {
        "median": result.median,
        "best": result.best,
        "drawings": len(result.times),
        "bytes": result.file.size,
        "pages": result.file.pages,
        "broken_rules": result.file.broken_rules,
        "holds_xml": result.file.holds_xml,
        "memory": result.memory,
        "per_second_with_all_cores": result.all_cores,
        "versions": result.entry.versions,
    }
