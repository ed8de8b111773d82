"""Resolves weak and neutral characters inside one isolating run sequence (UAX 9, X10 to I2)."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from server.rendering.typography.scripts.bidi_explicit import ISOLATES

_NEUTRAL = ("B", "S", "WS", "ON", *ISOLATES, "PDI")
_MOST_OPEN_BRACKETS = 63
#: Opening brackets whose other side is not the next character.
_DISTANT = {"[": "]", "{": "}", "⦍": "⦐", "⦏": "⦎", "\uff3b": "\uff3d", "\uff5b": "\uff5d"}

#: Pairs that the faces have; the shaper mirrors what it shapes by itself.
_LEFT, _RIGHT = "([{<«‹≤⟨⟦", ")]}>»›≥⟩⟧"
_MIRRORED = dict(zip(_LEFT + _RIGHT, _RIGHT + _LEFT, strict=True))


@dataclass(frozen=True, slots=True)
class RunSequence:
    """Characters that are resolved together, and the directions that surround them."""

    indices: list[int]
    level: int
    before: str
    after: str

    @property
    def embedding(self) -> str:
        """The direction of the sequence itself, L or R."""
        return _letter(self.level)


def sequences(
    kept: Sequence[int], classes: Sequence[str], levels: Sequence[int], base: int
) -> list[RunSequence]:
    """Joins runs of a level across isolates (BD13), and looks at their neighbours (X10)."""
    position = {index: place for place, index in enumerate(kept)}
    waiting: list[list[int]] = []
    found: list[list[int]] = []
    for run in _level_runs(kept, levels):
        continues = classes[run[0]] == "PDI" and _matches(waiting, levels, run[0])
        sequence = waiting.pop() if continues else []
        if not continues:
            found.append(sequence)
        sequence += run
        if classes[run[-1]] in ISOLATES:
            waiting.append(sequence)

    def surrounded(sequence: list[int]) -> RunSequence:
        level, first, last = levels[sequence[0]], position[sequence[0]], position[sequence[-1]]
        before = levels[kept[first - 1]] if first else base
        at_end = last + 1 == len(kept) or classes[kept[last]] in ISOLATES
        after = base if at_end else levels[kept[last + 1]]
        return RunSequence(sequence, level, _letter(max(level, before)), _letter(max(level, after)))

    # All before any is resolved, which changes the levels.
    return [surrounded(sequence) for sequence in found]


def resolve(sequence: RunSequence, text: str, types: list[str], levels: list[int]) -> None:
    """Gives the characters of a sequence their levels."""
    _weak(sequence, types)
    _brackets(sequence, text, types)
    _neutral(sequence, types)
    for index in sequence.indices:
        kind = types[index]
        if levels[index] % 2:
            levels[index] += kind != "R"  # I2
        else:
            levels[index] += 1 if kind == "R" else 2 * (kind in ("AN", "EN"))  # I1


def _letter(level: int) -> str:
    return "R" if level % 2 else "L"


def _level_runs(kept: Sequence[int], levels: Sequence[int]) -> Iterator[list[int]]:
    run: list[int] = []
    for index in kept:
        if run and levels[run[0]] != levels[index]:
            yield run
            run = []
        run.append(index)
    if run:
        yield run


def _matches(waiting: list[list[int]], levels: Sequence[int], closing: int) -> bool:
    """Tells whether a PDI ends the isolate that was opened last; drops isolates left open."""
    while waiting and levels[waiting[-1][-1]] > levels[closing]:
        waiting.pop()
    return bool(waiting) and levels[waiting[-1][-1]] == levels[closing]


def _weak(sequence: RunSequence, types: list[str]) -> None:
    indices = sequence.indices
    previous, strong = sequence.before, sequence.before
    for index in indices:
        kind = types[index]
        if kind == "NSM":  # W1
            kind = "ON" if previous in (*ISOLATES, "PDI") else previous
        previous = kind
        if kind == "EN" and strong == "AL":  # W2
            kind = "AN"
        elif kind in ("L", "R", "AL"):
            strong = kind
        types[index] = "R" if kind == "AL" else kind  # W3, early: W4 to W7 see no AL
    _separators(indices, types)
    _terminators(indices, types)
    strong = sequence.before
    for index in indices:
        kind = types[index]
        if kind in ("ES", "ET", "CS"):  # W6
            types[index] = "ON"
        elif kind == "EN" and strong == "L":  # W7
            types[index] = "L"
        elif kind in ("L", "R"):
            strong = kind


def _separators(indices: list[int], types: list[str]) -> None:
    """Makes a single sign between two numbers part of them (W4)."""
    for place in range(1, len(indices) - 1):
        left, here, right = (types[indices[place + step]] for step in (-1, 0, 1))
        if left == right and (
            (left == "EN" and here in ("ES", "CS")) or (left == "AN" and here == "CS")
        ):
            types[indices[place]] = left


def _terminators(indices: list[int], types: list[str]) -> None:
    """Makes currency and percent signs next to a number part of it (W5)."""
    start = 0
    while start < len(indices):
        end = start
        while end < len(indices) and types[indices[end]] == "ET":
            end += 1
        beside = {types[indices[place]] for place in (start - 1, end) if 0 <= place < len(indices)}
        if end > start and "EN" in beside:
            for place in range(start, end):
                types[indices[place]] = "EN"
        start = max(end, start + 1)


def _brackets(sequence: RunSequence, text: str, types: list[str]) -> None:
    """Gives pairs of brackets the direction of what they enclose (N0)."""
    embedding = sequence.embedding
    for opening, closing in sorted(_pairs(sequence.indices, text, types)):
        inside = {_strong(types[index]) for index in sequence.indices[opening + 1 : closing]}
        if embedding in inside:
            side = embedding
        elif inside & {"L", "R"}:
            context = next(
                (
                    kind
                    for index in reversed(sequence.indices[:opening])
                    if (kind := _strong(types[index]))
                ),
                sequence.before,
            )
            side = context if context != embedding else embedding
        else:
            continue
        for place in (opening, closing):
            _turn(sequence.indices, place, side, text, types)


def _turn(indices: list[int], place: int, side: str, text: str, types: list[str]) -> None:
    types[indices[place]] = side
    for index in indices[place + 1 :]:
        if unicodedata.bidirectional(text[index]) != "NSM":
            break
        types[index] = side


def _pairs(indices: list[int], text: str, types: list[str]) -> Iterator[tuple[int, int]]:
    opened: list[tuple[str, int]] = []
    for place, index in enumerate(indices):
        character = text[index]
        if types[index] != "ON" or not unicodedata.mirrored(character):
            continue
        category = unicodedata.category(character)
        if category == "Ps":
            if len(opened) == _MOST_OPEN_BRACKETS:
                return
            opened.append((_DISTANT.get(character, chr(ord(character) + 1)), place))
        elif category == "Pe":
            for depth in range(len(opened) - 1, -1, -1):
                if opened[depth][0] == character:
                    yield opened[depth][1], place
                    del opened[depth:]
                    break


def _strong(kind: str) -> str:
    return "R" if kind in ("R", "EN", "AN") else "L" if kind == "L" else ""


def _neutral(sequence: RunSequence, types: list[str]) -> None:
    """Gives neutral characters the direction on both sides, else the sequence's (N1, N2)."""
    indices = sequence.indices
    start = 0
    while start < len(indices):
        end = start
        while end < len(indices) and types[indices[end]] in _NEUTRAL:
            end += 1
        if end > start:
            left = _strong(types[indices[start - 1]]) if start else sequence.before
            right = _strong(types[indices[end]]) if end < len(indices) else sequence.after
            for place in range(start, end):
                types[indices[place]] = left if left == right else sequence.embedding
        start = max(end, start + 1)


def mirrored(character: str) -> str:
    """Gives what a character looks like where text runs from right to left (L4)."""
    return _MIRRORED.get(character, character)
