"""Writes shaped text as PDF operators."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from functools import lru_cache

from server.rendering.typography.scripts.harfbuzz import Loaded, loaded
from server.rendering.typography.scripts.ignorable import IGNORABLE
from server.rendering.typography.scripts.pieces import Glyph, Shaped

_THOUSAND = 1000
#: Thousandths of an em that a glyph may stay too high or too low by, half a point on an invoice:
#: nobody sees it, while readers tear apart what stands on several heights.
_MOST_SLIP = 70


def show(shaped: Shaped, resource: str, size: float) -> str:
    """Writes the operators that show text from where the text matrix puts it."""
    opened = loaded(shaped.font)
    line = _Line(opened, size)
    for glyphs in _words(shaped.glyphs):
        said = IGNORABLE.sub("", "".join(glyph.text for glyph in glyphs))
        if _say_themselves(opened, glyphs, said):
            line.draw(glyphs)
        else:
            line.begin(said)
            line.draw(glyphs)
            line.end()
    return f"/{resource} {size:g} Tf {line.finish()}"


def _words(glyphs: Sequence[Glyph]) -> Iterator[Sequence[Glyph]]:
    """Groups glyphs into the smallest parts that say something by themselves."""
    start = 0
    for end in range(1, len(glyphs) + 1):
        if end == len(glyphs) or (glyphs[end].text and not _is_mark(glyphs[end].text[0])):
            yield glyphs[start:end]
            start = end


def _say_themselves(font: Loaded, glyphs: Sequence[Glyph], said: str) -> bool:
    """Tells whether the font's table says of each glyph what it stands for.

    Glyphs of a letter and its points that run to the left come the last one first, and readers turn
    them round; what is said for all of them together, some would turn round, too.
    """
    meanings = [_meaning(font, glyph) for glyph in reversed(glyphs)]
    return all(meanings) and "".join(meanings) == said


@lru_cache(maxsize=4096)
def _is_mark(character: str) -> bool:
    return unicodedata.category(character).startswith("M")


def _meaning(font: Loaded, glyph: Glyph) -> str:
    """Gives what the font's table says about a glyph."""
    return font.meanings.get(glyph.id, glyph.text if font.source.distinct else "")


class _Line:
    """Operators for glyphs side by side, as few as possible."""

    def __init__(self, font: Loaded, size: float) -> None:
        self._advance = font.advance
        self._size = size
        self._operators: list[str] = []
        self._shown: list[str] = []
        #: How far the next glyph lies from where the reader's pen is, in thousandths of an em.
        self._owed = 0
        self._rise = 0

    def begin(self, said: str) -> None:
        """Begins glyphs that show this text together (14.9.4)."""
        self._flush()
        text = said.encode("utf-16-be").hex().upper()
        self._operators.append(f"/Span<</ActualText<FEFF{text}>>>BDC")

    def end(self) -> None:
        """Ends them."""
        self._flush()
        self._operators.append("EMC")

    def draw(self, glyphs: Sequence[Glyph]) -> None:
        """Draws glyphs (9.4.3)."""
        for glyph in glyphs:
            rise = glyph.y_offset if abs(glyph.y_offset) > _MOST_SLIP else 0
            if rise != self._rise:
                self._flush()
                self._rise = rise
                self._operators.append(f"{self._rise * self._size / _THOUSAND:.2f} Ts")
            moved = self._owed + glyph.x_offset
            self._shown.append(f"{-moved}<{glyph.id:04X}>" if moved else f"<{glyph.id:04X}>")
            self._owed = glyph.advance - self._advance(glyph.id) - glyph.x_offset

    def finish(self) -> str:
        """Gives the operators; the pen is left where the text ends."""
        if self._owed:
            self._shown.append(f"{-self._owed}")
        self._flush()
        if self._rise:
            self._operators.append("0 Ts")
        return " ".join(self._operators)

    def _flush(self) -> None:
        if self._shown:
            self._operators.append(f"[{''.join(self._shown).replace('><', '')}]TJ")
            self._shown = []
