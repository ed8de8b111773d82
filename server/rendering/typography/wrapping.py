"""Breaks text into lines that fit their column."""

from __future__ import annotations

from server.rendering.typography.cleaning import plain
from server.rendering.typography.scripts import wrap_text
from server.rendering.typography.style import Style

_ELLIPSIS = "…"


def wrap(text: str, style: Style, limit: float, most: int | None = None) -> list[str]:
    """Breaks text into lines no wider than limit points; a word that is wider is cut.

    Beyond `most` lines the text ends in an ellipsis: for texts that decorate, never for those
    the law asks for. Text without a visible character gives no line.
    """
    try:
        em = style.face.width(text)
    except KeyError:
        cleaned = plain(text, style.face)
        if cleaned is not None:
            return wrap(cleaned, style, limit, most)
        lines = wrap_text(text, style, limit)
    else:
        if em * style.size + len(text) * style.tracking <= limit and "  " not in text:
            line = text.strip(" ")  # a no-break space stays
            return [line] if line else []
        lines = _wrapped(text, style, limit)
    return lines if most is None or len(lines) <= most else _shortened(lines, most, style, limit)


def paragraphs(text: str, style: Style, limit: float) -> list[str]:
    """Wraps text line by line; an empty line stays as an empty string."""
    wrapped: list[str] = []
    for source in text.strip().splitlines():
        wrapped += wrap(source, style, limit) or [""]
    return wrapped


def _wrapped(text: str, style: Style, limit: float) -> list[str]:
    measure, size, tracking = style.face.width, style.size, style.tracking
    blank = measure(" ") * size + tracking
    lines: list[str] = []
    line, used = "", 0.0
    for word in filter(None, text.split(" ")):
        needed = measure(word) * size + len(word) * tracking
        if line and used + blank + needed <= limit:
            line, used = f"{line} {word}", used + blank + needed
            continue
        if line:
            lines.append(line)
        *full, line = _cut(word, style, limit) if needed > limit else [word]
        lines += full
        used = style.width(line) if full else needed
    if line:
        lines.append(line)
    return lines


def _cut(word: str, style: Style, limit: float) -> list[str]:
    pieces: list[str] = []
    start, used = 0, 0.0
    for index, character in enumerate(word):
        advance = style.face.width(character) * style.size + style.tracking
        if used + advance > limit and index > start:
            pieces.append(word[start:index])
            start, used = index, 0.0
        used += advance
    pieces.append(word[start:])
    return pieces


def _shortened(lines: list[str], most: int, style: Style, limit: float) -> list[str]:
    last = lines[most - 1]
    while last and style.width(last + _ELLIPSIS) > limit:
        last = last[:-1]
    return [*lines[: most - 1], last.rstrip() + _ELLIPSIS]
