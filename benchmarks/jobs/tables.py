"""Writes tables in Markdown, which reads well in a terminal, too."""

from __future__ import annotations

from collections.abc import Sequence


def table(head: Sequence[str], rows: Sequence[Sequence[str]], texts: int = 1) -> str:
    """Gives a table whose first columns are texts and whose others are numbers."""
    rule = ["---"] * texts + ["---:"] * (len(head) - texts)
    return "\n".join(f"| {' | '.join(row)} |" for row in (head, rule, *rows))


def percent(part: float, whole: float) -> str:
    """Gives a share."""
    return f"{part / whole:.0%}"


def milliseconds(seconds: float) -> str:
    """Gives a short time."""
    return f"{seconds * 1000:.2f}"


def rate(per_second: float) -> str:
    """Gives how many there are in a second."""
    return f"{per_second:,.0f}/s"
