"""Sorts more texts than memory holds, in temporary files.

So the keys of all documents are read in short transactions, and are at hand in order afterwards,
without an index that every document stored would have to be entered into.
"""

from __future__ import annotations

import heapq
import tempfile
from collections.abc import Iterator
from typing import IO, Self

#: Texts that are sorted in memory at once. A hundred million make 400 files, which a process may
#: have open.
RUN = 250_000


class SortedOnDisk:
    """Takes texts without line breaks one by one, and gives them sorted by code point."""

    def __init__(self, run: int = RUN) -> None:
        self._run = run
        self._held: list[str] = []
        self._files: list[IO[str]] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Removes what lies on disk."""
        for file in self._files:
            file.close()

    def add(self, text: str) -> None:
        """Takes a text."""
        self._held.append(text)
        if len(self._held) >= self._run:
            self._put_aside()

    def __iter__(self) -> Iterator[str]:
        """Gives all texts sorted. Do so once, when all are there."""
        self._held.sort()
        runs = (_lines(file) for file in self._files)
        return heapq.merge(*runs, self._held)

    def _put_aside(self) -> None:
        # It has no name, so nothing is left of it whatever ends this process.
        file = tempfile.TemporaryFile("w+", encoding="utf-8", newline="\n")  # noqa: SIM115
        self._files.append(file)
        file.writelines(f"{text}\n" for text in sorted(self._held))
        self._held.clear()


def _lines(file: IO[str]) -> Iterator[str]:
    file.seek(0)
    for line in file:
        yield line[:-1]
