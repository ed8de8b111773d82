"""Draws a hundred thousand invoices of many shops and prints the memory: it must stay flat.

    python -m benchmarks.soak_rendering --invoices 20000

Exits with status 1 if memory grows after the first part, in which caches fill.
"""

from __future__ import annotations

import sys
from itertools import islice
from time import perf_counter

import click
from rich.console import Console
from rich.progress import track

from benchmarks.crowd import crowd, drawable_scripts
from benchmarks.memory import MIB, resident
from server.rendering import render_pdf, warm_up

_STEP = 5_000


@click.command()
@click.option("--invoices", type=click.IntRange(3 * _STEP), default=100_000, show_default=True)
@click.option(
    "--warm",
    type=click.IntRange(1),
    default=2 * _STEP,
    show_default=True,
    help="Invoices after which memory must not grow any more.",
)
@click.option(
    "--most", type=float, default=16, show_default=True, help="MiB by which it may, all the same."
)
@click.option("--seed", type=int, default=0, show_default=True)
def main(invoices: int, warm: int, most: float, seed: int) -> None:
    """Draw many different invoices and print the memory; exit with 1 if it grows."""
    scripts, refused = drawable_scripts()
    click.echo(f"Scripts: {', '.join(scripts)}.")
    for sentence in refused:
        click.echo(f"Left out, {sentence}")
    warm_up()
    settled, highest = 0, 0
    drawn, size, began = 0, 0, perf_counter()
    steps = track(range(invoices // _STEP), console=Console(stderr=True), transient=True)
    endless = crowd(scripts, seed)
    for _ in steps:
        for invoice in islice(endless, _STEP):
            size += len(render_pdf(invoice))
        drawn += _STEP
        memory = resident()
        settled = memory if drawn <= warm else settled
        highest = max(highest, memory) if drawn > warm else memory
        pace = drawn / (perf_counter() - began)
        click.echo(f"{drawn:8,} invoices  {memory / MIB:7.1f} MiB  {pace:5.0f}/s")
    growth = (highest - settled) / MIB
    click.echo(
        f"{size / drawn / 1024:.1f} KiB each; memory grew by {growth:.1f} MiB after {warm:,}."
    )
    if growth > most:
        click.echo(f"That is more than {most:g} MiB: something is kept for ever.", err=True)
        sys.exit(1)


if __name__ == "__main__":
    main()
