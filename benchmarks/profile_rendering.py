"""Prints where the time of an invoice goes: by part, then by function.

    python -m benchmarks.profile_rendering --lines 120

The parts are timed by the clock, without a profiler. The functions are by cProfile, which makes
small ones look up to three times as expensive as they are: good for a ranking, not for a sum.
"""

from __future__ import annotations

from cProfile import Profile
from pathlib import Path
from pstats import Stats
from time import perf_counter
from typing import Final

import click
from rich.box import SIMPLE
from rich.console import Console
from rich.table import Table

from benchmarks.samples import sample_invoice
from benchmarks.stages import Stages
from server.domain.invoice import Invoice
from server.rendering import render_pdf, warm_up

_ROOT = Path(__file__).parents[1]
_RENDERING = "server.rendering.render_pdf"
_PARTS: Final = {
    f"{_RENDERING}:render_xml": "write the XML",
    f"{_RENDERING}:compose": "lay out: format, wrap, paginate",
    "server.rendering.pdf.pen:Pen.operators": "join a page's operators",
    "deflate:zlib_compress": "compress",
    f"{_RENDERING}:write_file": "assemble the file",
}
_NARROWEST = 100
_REST = "draw the pages, and the rest"


@click.command()
@click.option("--lines", type=click.IntRange(1), default=12, show_default=True)
@click.option("--invoices", type=click.IntRange(1), default=300, show_default=True)
@click.option("--top", type=click.IntRange(1), default=25, show_default=True)
def main(lines: int, invoices: int, top: int) -> None:
    """Print where the time of an invoice goes."""
    samples = [sample_invoice(lines, number) for number in range(invoices)]
    warm_up()
    for invoice in samples[:10]:
        render_pdf(invoice)
    console = Console(width=max(_NARROWEST, Console().width))
    console.print(_stages_table(samples))
    console.print(_functions_table(samples, top))


def _stages_table(samples: list[Invoice]) -> Table:
    """Gives the fastest drawing of each part: the others' times hold what else the machine does."""
    best = dict.fromkeys((*_PARTS.values(), _REST), float("inf"))
    whole = float("inf")
    for invoice in samples:
        began = perf_counter()
        render_pdf(invoice)
        whole = min(whole, perf_counter() - began)
        stages = Stages(_PARTS, _REST)
        with stages.watching():
            stages.call(lambda invoice=invoice: render_pdf(invoice))  # type: ignore[misc]
        best = {part: min(best[part], seconds) for part, seconds in stages.seconds.items()}
    table = Table(title=f"One invoice: {whole * 1e6:,.0f} µs", box=SIMPLE)
    table.add_column("part")
    table.add_column("µs", justify="right")
    table.add_column("share", justify="right")
    total = sum(best.values())
    for part, seconds in best.items():
        table.add_row(part, f"{seconds * 1e6:,.0f}", f"{seconds / total:.0%}")
    return table


def _functions_table(samples: list[Invoice], top: int) -> Table:
    profile = Profile()
    profile.enable()
    for invoice in samples:
        render_pdf(invoice)
    profile.disable()
    table = Table(title="Functions, by their own time (cProfile)", box=SIMPLE)
    table.add_column("function", no_wrap=True)
    for name in ("calls each", "µs each", "share"):
        table.add_column(name, justify="right")
    stats = Stats(profile).stats  # type: ignore[attr-defined]  # its stubs leave it out
    total = sum(own for _, _, own, _, _ in stats.values())
    ranking = sorted(stats.items(), key=lambda item: -item[1][2])[:top]
    for (file, line, name), (_, calls, own, _, _) in ranking:
        each = len(samples)
        table.add_row(
            _place(file, line, name),
            f"{calls / each:,.1f}",
            f"{own / each * 1e6:,.1f}",
            f"{own / total:.0%}",
        )
    return table


def _place(file: str, line: int, name: str) -> str:
    if not line:
        return name
    path = Path(file)
    shown = path.relative_to(_ROOT) if path.is_relative_to(_ROOT / "server") else path.name
    return f"{shown}:{line} {name}"


if __name__ == "__main__":
    main()
