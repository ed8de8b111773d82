"""Applies embeddings, overrides and isolates to the levels of a line (UAX 9, X1 to X8)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

ISOLATES = ("LRI", "RLI", "FSI")
#: What each of these asks for: 0 from left to right, 1 from right to left.
_SIDES = {"LRE": 0, "LRO": 0, "LRI": 0, "RLE": 1, "RLO": 1, "RLI": 1}
_OVERRIDES = {"LRO": "L", "RLO": "R"}
_STRONG = {"L": 0, "R": 1, "AL": 1}
_DEEPEST = 125


class _Status(NamedTuple):
    level: int
    #: L or R for all that stands inside; empty for none.
    override: str
    isolate: bool


def first_strong(classes: Sequence[str], *, isolated: bool = False) -> int:
    """Gives the side of the first strong character outside isolates, 0 if there is none (P2).

    `isolated`: looks no further than the end of the isolate that begins here.
    """
    depth = 0
    for kind in classes:
        if kind in ISOLATES:
            depth += 1
        elif kind == "PDI":
            if depth == 0 and isolated:
                return 0
            depth = max(depth - 1, 0)
        elif depth == 0 and kind in _STRONG:
            return _STRONG[kind]
    return 0


def explicit(classes: Sequence[str], base: int) -> tuple[list[int], list[str]]:
    """Gives each character's level, and its class where an override changes it."""
    nesting = _Nesting(base)
    levels: list[int] = []
    types: list[str] = []
    for index, kind in enumerate(classes):
        if kind in ("PDI", "PDF"):
            nesting.close(kind)
        status = nesting.status
        levels.append(base if kind == "B" else status.level)
        overridden = status.override and kind not in ("B", "BN")
        types.append(status.override if overridden else kind)
        if kind in _SIDES or kind == "FSI":
            side = _SIDES.get(kind)
            if side is None:
                side = first_strong(classes[index + 1 :], isolated=True)
            nesting.open(kind, side)
    return levels, types


class _Nesting:
    """What is open at a place of the line."""

    def __init__(self, base: int) -> None:
        self._stack = [_Status(base, "", isolate=False)]
        # Beyond the deepest level nothing is opened, only counted, to match what closes it.
        self._lost_isolates = 0
        self._lost_embeddings = 0

    @property
    def status(self) -> _Status:
        """What holds here."""
        return self._stack[-1]

    def open(self, kind: str, side: int) -> None:
        """Begins an embedding, an override or an isolate."""
        isolate = kind in ISOLATES
        level = self.status.level
        deeper = level + 1 if level % 2 != side else level + 2
        if deeper <= _DEEPEST and not self._lost_isolates and not self._lost_embeddings:
            self._stack.append(_Status(deeper, _OVERRIDES.get(kind, ""), isolate))
        elif isolate:
            self._lost_isolates += 1
        elif not self._lost_isolates:
            self._lost_embeddings += 1

    def close(self, kind: str) -> None:
        """Ends the last isolate (PDI), or the last embedding or override (PDF)."""
        if kind == "PDI":
            self._close_isolate()
        elif not self._lost_isolates:
            if self._lost_embeddings:
                self._lost_embeddings -= 1
            elif not self.status.isolate and len(self._stack) > 1:
                self._stack.pop()

    def _close_isolate(self) -> None:
        if self._lost_isolates:
            self._lost_isolates -= 1
        elif any(status.isolate for status in self._stack):
            self._lost_embeddings = 0
            while not self._stack.pop().isolate:
                pass
