"""Draws the same invoices with us and with others, in turn, and prints how long each takes.

    python -m benchmarks.bench_rendering --lines 12 --rounds 3

Every contender draws the same content with the same font and logo, warm, in a process of its own;
what each draws is read back and validated first. "ms" counts from the invoice as a value to the
bytes of the PDF, the median; "ratio" is to ours; "MiB" is the most memory beyond the imports.
"""

from __future__ import annotations

import os
from pathlib import Path

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from benchmarks.contenders import ENTRIES
from benchmarks.measure import CORES, Result, measure, steps
from benchmarks.report import as_json, markdown, print_tables, write_into

_KEYS = [entry.key for entry in ENTRIES]


@click.command()
@click.option(
    "--lines",
    multiple=True,
    type=click.IntRange(1, 9999),
    default=(12, 120, 1000),
    show_default=True,
    help="Lines of the invoices; may be given several times.",
)
@click.option("--rounds", type=click.IntRange(1), default=10, show_default=True)
@click.option(
    "--only",
    multiple=True,
    type=click.Choice(_KEYS),
    help="Who takes part; may be given several times. All of them by default.",
)
@click.option("--json", "form", flag_value="json", help="Print JSON.")
@click.option("--markdown", "form", flag_value="markdown", help="Print Markdown.")
@click.option(
    "--write",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A document to put the tables into, between its markers.",
)
def main(
    lines: tuple[int, ...], rounds: int, only: tuple[str, ...], form: str | None, write: Path | None
) -> None:
    """Draw the same invoices with us and with others, and print how long each takes."""
    _warn_if_busy()
    results = _measure_all(lines, rounds, only)
    if form == "json":
        click.echo(as_json(results))
    elif form == "markdown":
        click.echo(markdown(results), nl=False)
    else:
        print_tables(results)
    if write is not None:
        write_into(write, results)


def _warn_if_busy() -> None:
    load = os.getloadavg()[0]
    if load > CORES / 2:
        click.echo(f"This machine is busy (load {load:.1f}): times will vary.", err=True)


def _measure_all(lines: tuple[int, ...], rounds: int, only: tuple[str, ...]) -> list[Result]:
    entries = [entry for entry in ENTRIES if not only or entry.key in only]
    columns = (
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.fields[now]}"),
    )
    results: list[Result] = []
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("", total=len(lines) * steps(entries, rounds), now="")

        def tell(now: str) -> None:
            progress.update(task, advance=1, now=now)

        for each in lines:
            results += measure(entries, each, rounds, tell)
    return results


if __name__ == "__main__":
    main()
