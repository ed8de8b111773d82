"""How the characters that a font draws are spread over single-byte fonts.

A font of at most 250 characters is written with one byte a character and is made once per
process, not once per document. The first one holds what Western European invoices are written
with, each of its characters at its place in ISO 8859-1 where it has one; the others hold what is
needed less often, by script, and are embedded only where they are used.
"""

from __future__ import annotations

from collections.abc import Iterable

#: Codes that could be misread in a PDF string: its brackets, its escape, line ends, NUL.
_AVOIDED = frozenset(b"()\\\r\n\0")
_CODES = tuple(code for code in range(1, 256) if code not in _AVOIDED)
_LATIN_1 = frozenset(chr(code) for code in (*range(0x20, 0x7F), *range(0xA0, 0x100)))
#: What else stands in the first font.
_COMMON = "()\\€–—‘’‚“”„…•−‹›™œŒŸ\u202f≈≤≥"
#: First and last character of what shares a font.
_BLOCKS = (
    ("\u0100", "\u024f"),  # Latin Extended-A and -B
    ("\u0370", "\u03ff"),  # Greek
    ("\u0400", "\u04ff"),  # Cyrillic
)


def tables(characters: Iterable[str]) -> tuple[dict[str, int], ...]:
    """Spreads a font's characters over single-byte fonts: each one's code by character."""
    left = set(characters)
    first = (_LATIN_1 | set(_COMMON)) & left
    left -= first
    groups = [_identical_where_possible(sorted(first))]
    for begin, end in _BLOCKS:
        block = {character for character in left if begin <= character <= end}
        left -= block
        groups += _in_order(sorted(block))
    return (*groups, *_in_order(sorted(left)))


def _identical_where_possible(characters: list[str]) -> dict[str, int]:
    codes = {c: ord(c) for c in characters if c in _LATIN_1 and ord(c) not in _AVOIDED}
    # From the middle up, so that control codes are taken last.
    free = sorted(set(_CODES) - set(codes.values()), key=lambda code: (code < ord(" "), code))
    others = [character for character in characters if character not in codes]
    return codes | dict(zip(others, free, strict=False))


def _in_order(characters: list[str]) -> list[dict[str, int]]:
    size = len(_CODES)
    return [
        dict(zip(characters[start : start + size], _CODES, strict=False))
        for start in range(0, len(characters), size)
    ]
