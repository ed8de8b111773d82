"""Prints results: tables for people on a terminal, the messages' own JSON form for programs."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from datetime import UTC
from typing import Any
from unicodedata import category

import orjson
from google.protobuf.json_format import MessageToDict
from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp
from rich import box
from rich.console import Console, RenderableType
from rich.progress import BarColumn, MofNCompleteColumn, Progress, ProgressColumn, TextColumn
from rich.table import Table
from rich.text import Text

#: Wide enough that nothing is folded where a program or a file reads along.
_UNFOLDED_WIDTH = 10_000

_STYLES = {"SUCCESS": "green", "DONE": "green", "FAILURE": "red", "PENDING": "yellow"}


def results() -> Console:
    """Gives the console of results: stdout."""
    return _console(stderr=False)


def notes() -> Console:
    """Gives the console of messages and progress: stderr."""
    return _console(stderr=True)


def _console(*, stderr: bool) -> Console:
    # Names and ids are data: brackets and colons in them mean nothing to us.
    console = Console(stderr=stderr, markup=False, emoji=False, highlight=False)
    if not console.is_terminal:
        console.width = _UNFOLDED_WIDTH
    return console


def printable(text: str) -> str:
    """Replaces what would steer the terminal, such as escape sequences, in foreign text."""
    return "".join(
        "\N{REPLACEMENT CHARACTER}" if category(c).startswith("C") and c != "\n" else c
        for c in text
    )


def as_dict(message: Message) -> dict[str, Any]:
    """Gives a message in its proto3 JSON form, with fields that hold their default."""
    return MessageToDict(message, always_print_fields_with_no_presence=True)


def print_json(value: object) -> None:
    """Prints one JSON document on a line of its own."""
    results().file.write(orjson.dumps(value).decode() + "\n")


def print_table(columns: Sequence[str], rows: Iterable[Sequence[str]], *, empty: str) -> None:
    """Prints a table; a column whose name begins with > stands at the right.

    Where there are no rows it prints empty, a sentence.
    """
    console = results()
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for name in columns:
        right = name.startswith(">")
        table.add_column(
            name.removeprefix(">"), justify="right" if right else "left", overflow="fold"
        )
    for row in rows:
        table.add_row(*(styled(cell) for cell in row))
    _print(console, table if table.row_count else empty)


def print_fields(fields: Iterable[tuple[str, str]]) -> None:
    """Prints names and values, one pair a line; empty values are left out."""
    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_column(style="bold")
    table.add_column(overflow="fold")
    for name, value in fields:
        if value:
            table.add_row(name, styled(value))
    _print(results(), table)


def _print(console: Console, shown: RenderableType) -> None:
    """Prints without the blanks that rich fills lines with, which only a terminal hides."""
    with console.capture() as capture:
        console.print(shown)
    lines = capture.get().split("\n")
    console.file.write("\n".join(line.rstrip(" ") for line in lines))


def styled(cell: str) -> Text:
    """Colours the words that tell how something went."""
    return Text(printable(cell), style=_STYLES.get(cell, ""))


def amount(value: str, currency: str) -> str:
    """Writes an amount with its currency; empty where there is none."""
    return f"{value} {currency}" if value else ""


def moment(time: Timestamp) -> str:
    """Writes a time in UTC to the second; empty where there is none."""
    if not time.seconds:
        return ""
    return time.ToDatetime(UTC).strftime("%Y-%m-%d %H:%M:%SZ")


def progress_bar(*columns: ProgressColumn) -> Progress:
    """Makes a progress bar on stderr that shows itself on a terminal only."""
    console = notes()
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        *(columns or (MofNCompleteColumn(),)),
        console=console,
        disable=not console.is_terminal,
        transient=True,
        # Results go to stdout while the bar is on stderr; rich would send both to stderr. Where
        # both are the same screen, that keeps the bar below them.
        redirect_stdout=sys.stdout.isatty(),
    )
