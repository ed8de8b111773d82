"""Finds out which parts of a line run from right to left: the Unicode bidirectional algorithm.

UAX 9, revision 48: the rules are named as there. What comes out are embedding levels, even for left
to right, odd for right to left, since shaping needs runs in logical order.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

from server.rendering.typography.scripts.bidi_explicit import ISOLATES, explicit, first_strong
from server.rendering.typography.scripts.bidi_runs import resolve, sequences

#: Rule X9 removes these.
_REMOVED = ("LRE", "LRO", "RLE", "RLO", "PDF", "BN")
#: Without these, all runs from left to right.
_TURNING = frozenset({"R", "AL", "AN", *ISOLATES, "LRE", "LRO", "RLE", "RLO"})
#: Where nothing else stands, all runs from right to left if the paragraph does.
_LEFTWARD = frozenset({"R", "AL", "NSM", "WS", "ON", "CS", "ES", "ET", "S", "B", "BN"})
_BLANKS = ("WS", *ISOLATES, "PDI", *_REMOVED)


def classes_of(text: str) -> list[str]:
    """Gives each character's bidirectional class; unknown characters count as letters."""
    return [unicodedata.bidirectional(character) or "L" for character in text]


def direction(classes: Sequence[str]) -> int:
    """Gives a paragraph's level by its first strong character (P2, P3), 0 if it has none."""
    return first_strong(classes)


def levels(text: str, base: int | None = None) -> list[int]:
    """Gives each character's level in a line that is a paragraph by itself."""
    classes = classes_of(text)
    base = direction(classes) if base is None else base
    if not base and _TURNING.isdisjoint(classes):
        return [0] * len(classes)
    if base == 1 and _LEFTWARD.issuperset(classes):
        return [1] * len(classes)
    found, types = explicit(classes, base)
    kept = [index for index, kind in enumerate(classes) if kind not in _REMOVED]
    for sequence in sequences(kept, classes, found, base):
        resolve(sequence, text, types, found)
    _fill_removed(classes, found, base)
    _level_blanks(classes, found, base)
    return found


def visual_order(run_levels: Sequence[int]) -> list[int]:
    """Gives the indices of runs from left to right (L2)."""
    order = list(range(len(run_levels)))
    odd = [level for level in run_levels if level % 2]
    for level in range(max(run_levels, default=0), min(odd, default=1) - 1, -1):
        start = 0
        while start < len(order):
            end = start
            while end < len(order) and run_levels[order[end]] >= level:
                end += 1
            order[start:end] = order[start:end][::-1]
            start = end + 1
    return order


def _fill_removed(classes: Sequence[str], found: list[int], base: int) -> None:
    """Gives removed characters the level of what precedes them, so that they split no run."""
    for index, kind in enumerate(classes):
        if kind in _REMOVED:
            found[index] = found[index - 1] if index else base


def _level_blanks(classes: Sequence[str], found: list[int], base: int) -> None:
    """Puts blanks at the end of the line or before a tab where the paragraph puts them (L1)."""
    trailing = True
    for index in range(len(classes) - 1, -1, -1):
        if classes[index] in ("S", "B"):
            trailing = True
            found[index] = base
        elif classes[index] in _BLANKS:
            if trailing:
                found[index] = base
        else:
            trailing = False
