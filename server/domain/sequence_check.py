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
#: Each sequence is compared with every other one.
_MOST_SEQUENCES = 200
_MOST_PLACEHOLDERS = 100
_LARGEST_COUNTER = 10**18 - 1
_DIGITS = frozenset(string.digits)
_LETTERS = frozenset(string.ascii_uppercase)


def sequence_problems(sequences: Sequence[NumberSequence]) -> Iterator[tuple[str, str]]:
    """Gives every wrong field of the sequences with what is wrong about it."""
    if not sequences:
        yield "number_sequences", "must hold at least one sequence"
    if len(sequences) > _MOST_SEQUENCES:
        yield "number_sequences", f"must be at most {_MOST_SEQUENCES} sequences"
        return
    names: set[str] = set()
    sound: dict[str, _Walk] = {}
    for index, sequence in enumerate(sequences):
        path = f"number_sequences[{index}]"
        problems = [*_own_problems(sequence)]
        if sequence.name in names:
            problems.append(("name", f"{sequence.name!r} stands twice; names must differ"))
        names.add(sequence.name)
        if not problems:
            # Only these are compared: the pattern of any other may be endless.
            pattern = _pattern(sequence)
            problems += [
                ("pre_text", f"could give the same number as {other!r}: begin it differently")
                for other, walk in sound.items()
                if walk.meets(pattern)
            ]
            sound[sequence.name] = _Walk(pattern)
        for field, problem in problems:
            yield f"{path}.{field}", problem


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
    yield from _placeholder_problems(sequence)


def _placeholder_problems(sequence: NumberSequence) -> Iterator[tuple[str, str]]:
    if len(sequence.placeholders) > _MOST_PLACEHOLDERS:
        yield "placeholders", f"must be at most {_MOST_PLACEHOLDERS}"
        return
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
    return _Walk(_pattern(one)).meets(_pattern(other))


class _Walk:
    """Walks through a pattern, on all ways at once: a set of positions is a number of bits."""

    def __init__(self, pattern: list[_Step]) -> None:
        self._end = 1 << len(pattern)
        self._repeats = self._any = 0
        self._by_character: dict[str, int] = {}
        for position, step in enumerate(pattern):
            bit = 1 << position
            self._repeats |= bit if step.repeats else 0
            self._any |= bit if step.characters is None else 0
            for character in step.characters or ():
                self._by_character[character] = self._by_character.get(character, 0) | bit

    def meets(self, other: list[_Step]) -> bool:
        """Tells whether some text fits this pattern and the other."""
        reached = self._past_repeats(1)
        for step in other:
            reached = self._follow(reached, step)
            if not reached:
                return False
        return bool(reached & self._end)

    def _follow(self, reached: int, step: _Step) -> int:
        """Gives where one may be after what the step allows, from any position reached."""
        meeting = self._end - 1
        if step.characters is not None:
            meeting = self._any
            for character in step.characters:
                meeting |= self._by_character.get(character, 0)
        if not step.repeats:
            return self._moved(reached & meeting)
        while (more := reached | self._moved(reached & meeting)) != reached:
            reached = more
        return reached

    def _moved(self, positions: int) -> int:
        repeating = positions & self._repeats
        return self._past_repeats(repeating | (positions & ~self._repeats) << 1)

    def _past_repeats(self, positions: int) -> int:
        # What repeats may also come not at all.
        while (more := positions | (positions & self._repeats) << 1) != positions:
            positions = more
        return positions


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
