"""Makes text drawable, and breaks it into lines.

Shop data holds anything: control characters, emoji, words of 2,000 letters. Whatever comes in,
what comes out has a glyph for each character, and no line is wider than its column.
"""

from __future__ import annotations

import unicodedata

from server.rendering.fonts import Weight, face, repertoire

#: Stands for a character the fonts lack; the shipped fonts draw it as a white square.
SUBSTITUTE = "\N{REPLACEMENT CHARACTER}"
_ELLIPSIS = "…"
_DROPPED_CATEGORIES = frozenset({"Cf"})  # joiners, direction marks, soft hyphens: never visible
_BLANK_CATEGORIES = frozenset({"Cc", "Zs", "Zl", "Zp"})
_VARIATION_SELECTORS = range(0xFE00, 0xFE10)


class _Drawable(dict[int, str]):
    """What str.translate puts in a character's place, worked out when first met."""

    def __missing__(self, code: int) -> str:
        drawn = self[code] = _drawn(code)
        return drawn


def _drawn(code: int) -> str:
    character = chr(code)
    category = unicodedata.category(character)
    known = repertoire()
    if category in _DROPPED_CATEGORIES or code in _VARIATION_SELECTORS:
        return ""
    if character in known:
        return character
    if category in _BLANK_CATEGORIES:
        return " "
    plain = unicodedata.normalize("NFKC", character)
    return plain if known.issuperset(plain) else SUBSTITUTE


_DRAWABLE = _Drawable()


def clean(text: str) -> str:
    """Gives text in NFC with every character drawable; cleaning twice changes nothing."""
    if text.isascii() and text.isprintable():
        return text
    return unicodedata.normalize("NFC", text).translate(_DRAWABLE)


def width(text: str, weight: Weight, size: float) -> float:
    """Measures text in points, as it will be drawn."""
    return face(weight).width(clean(text), size)


def wrap(
    text: str, weight: Weight, size: float, limit: float, most: int | None = None
) -> list[str]:
    """Breaks text into lines no wider than limit points; a word that is wider is cut.

    Beyond `most` lines the text ends in an ellipsis: for texts that decorate, never for those
    the law asks for. Text without a visible character gives no line.
    """
    measure = face(weight).width
    blank = measure(" ", size)
    lines: list[str] = []
    line, used = "", 0.0
    for word in filter(None, clean(text).split(" ")):  # a no-break space stays
        needed = measure(word, size)
        if line and used + blank + needed <= limit:
            line, used = f"{line} {word}", used + blank + needed
            continue
        if line:
            lines.append(line)
        *full, line = _cut(word, weight, size, limit) if needed > limit else [word]
        lines += full
        used = measure(line, size) if full else needed
    if line:
        lines.append(line)
    return lines if most is None else _shortened(lines, most, weight, size, limit)


def paragraphs(text: str, weight: Weight, size: float, limit: float) -> list[str]:
    """Wraps text line by line; an empty line stays as an empty string."""
    wrapped: list[str] = []
    for source in text.strip().splitlines():
        wrapped += wrap(source, weight, size, limit) or [""]
    return wrapped


def _cut(word: str, weight: Weight, size: float, limit: float) -> list[str]:
    advances = face(weight).advances
    pieces: list[str] = []
    start, used = 0, 0.0
    for index, character in enumerate(word):
        advance = advances[character] * size
        if used + advance > limit and index > start:
            pieces.append(word[start:index])
            start, used = index, 0.0
        used += advance
    pieces.append(word[start:])
    return pieces


def _shortened(lines: list[str], most: int, weight: Weight, size: float, limit: float) -> list[str]:
    if len(lines) <= most:
        return lines
    last = lines[most - 1]
    while last and width(last + _ELLIPSIS, weight, size) > limit:
        last = last[:-1]
    return [*lines[: most - 1], last.rstrip() + _ELLIPSIS]
