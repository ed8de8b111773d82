"""Checks number sequences, above all that no two can ever give the same number."""

from __future__ import annotations

import re
import string
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from server.domain.numbering import (
    COUNTRY_PLACEHOLDER,
    PLACEHOLDER,
    TIME_PLACEHOLDERS,
    NumberSequence,
)

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_TEXT_LENGTH = 200
_MOST_DIGITS = 18
_LONGEST_ARRAY = 100
_LARGEST_COUNTER = 10**18 - 1
_DIGITS = frozenset(string.digits)
_LETTERS = frozenset(string.ascii_uppercase)


def sequence_problems(sequences: Sequence[NumberSequence]) -> Iterator[tuple[str, str]]:
    """Gives every wrong field of the sequences with what is wrong about it."""
    if not sequences:
        yield "number_sequences", "must hold at least one sequence"
    for index, sequence in enumerate(sequences):
        path = f"number_sequences[{index}]"
        for field, problem in _own_problems(sequence):
            yield f"{path}.{field}", problem
        for other in sequences[:index]:
            if other.name == sequence.name:
                yield f"{path}.name", f"{sequence.name!r} stands twice; names must differ"
            elif overlap(other, sequence):
                problem = f"could give the same number as {other.name!r}: begin it differently"
                yield f"{path}.pre_text", problem


def _own_problems(sequence: NumberSequence) -> Iterator[tuple[str, str]]:
    if not _NAME.fullmatch(sequence.name):
        yield "name", "must be 1 to 64 letters, digits, '-', '_' or '.'"
    if not 1 <= sequence.number_of_digits <= _MOST_DIGITS:
        yield "number_of_digits", f"must be 1 to {_MOST_DIGITS}"
    if not 0 <= sequence.start_value <= _LARGEST_COUNTER:
        yield "start_value", f"must be 0 to {_LARGEST_COUNTER}"
    last = sequence.max_value
    if last is not None and not sequence.start_value <= last <= _LARGEST_COUNTER:
        yield "max_value", f"must be start_value to {_LARGEST_COUNTER}"
    yield from _text_problems(sequence)
    for name, placeholder in sequence.placeholders.items():
        if not PLACEHOLDER.fullmatch(name):
            yield f"placeholders[{name}]", "must be named with two underscores around: __name__"
        for field, text in (
            ("default", placeholder.default),
            ("site_path", placeholder.site_path),
            ("delimiter", placeholder.delimiter),
        ):
            if len(text) > _TEXT_LENGTH or _CONTROL.search(text):
                problem = f"must have at most {_TEXT_LENGTH} characters and no control characters"
                yield f"placeholders[{name}].{field}", problem
        if not 1 <= placeholder.array_limit <= _LONGEST_ARRAY:
            yield f"placeholders[{name}].array_limit", f"must be 1 to {_LONGEST_ARRAY}"


def _text_problems(sequence: NumberSequence) -> Iterator[tuple[str, str]]:
    known = {*sequence.placeholders, *TIME_PLACEHOLDERS, COUNTRY_PLACEHOLDER}
    for field, text in (
        ("pre_text", sequence.pre_text),
        ("post_text", sequence.post_text),
        ("sequence_key", sequence.sequence_key),
    ):
        if len(text) > _TEXT_LENGTH:
            yield field, f"must have at most {_TEXT_LENGTH} characters"
        if _CONTROL.search(text):
            yield field, "must not contain control characters"
        for name in PLACEHOLDER.findall(text):
            if name not in known:
                yield field, f"{name} is no built-in placeholder and not declared in placeholders"
    if hidden := _hidden_resets(sequence):
        problem = f"numbers would repeat: put {hidden} into pre_text or post_text, too"
        yield "sequence_key", problem


def _hidden_resets(sequence: NumberSequence) -> str:
    """Names the placeholders of the key that the number itself does not show."""
    shown = set(PLACEHOLDER.findall(sequence.pre_text + sequence.post_text))
    return ", ".join(p for p in PLACEHOLDER.findall(sequence.sequence_key) if p not in shown)


@dataclass(frozen=True, slots=True)
class _Step:
    """One character of a number: which ones are possible (None: any), and whether it repeats."""

    characters: frozenset[str] | None
    repeats: bool = False


def overlap(one: NumberSequence, other: NumberSequence) -> bool:
    """Tells whether two sequences could give the same number.

    Both are read as patterns and walked side by side; own placeholders may be any text.
    """
    left, right = _pattern(one), _pattern(other)
    seen: set[tuple[int, int]] = set()
    waiting = [(0, 0)]
    while waiting:
        pair = waiting.pop()
        if pair in seen:
            continue
        seen.add(pair)
        i, j = pair
        if i == len(left) and j == len(right):
            return True
        if i < len(left) and left[i].repeats:
            waiting.append((i + 1, j))
        if j < len(right) and right[j].repeats:
            waiting.append((i, j + 1))
        if i < len(left) and j < len(right) and _meet(left[i], right[j]):
            waiting.append((i if left[i].repeats else i + 1, j if right[j].repeats else j + 1))
    return False


def _meet(one: _Step, other: _Step) -> bool:
    if one.characters is None or other.characters is None:
        return True
    return not one.characters.isdisjoint(other.characters)


def _pattern(sequence: NumberSequence) -> list[_Step]:
    counter = [_Step(_DIGITS)] * sequence.number_of_digits + [_Step(_DIGITS, repeats=True)]
    return [
        *_text_pattern(sequence.pre_text, sequence),
        *counter,
        *_text_pattern(sequence.post_text, sequence),
    ]


def _text_pattern(text: str, sequence: NumberSequence) -> Iterator[_Step]:
    end = 0
    for match in PLACEHOLDER.finditer(text):
        yield from (_Step(frozenset(c)) for c in text[end : match.start()])
        name = match.group()
        if name not in sequence.placeholders and name in TIME_PLACEHOLDERS:
            yield from [_Step(_DIGITS)] * TIME_PLACEHOLDERS[name][1]
        elif name not in sequence.placeholders and name == COUNTRY_PLACEHOLDER:
            yield from [_Step(_LETTERS)] * 2
        else:
            yield _Step(None, repeats=True)
        end = match.end()
    yield from (_Step(frozenset(c)) for c in text[end:])
