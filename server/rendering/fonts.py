"""The shipped fonts, read once per process.

Every document embeds its fonts, and every character is checked against them before it is drawn:
a PDF/A file may not rely on the reader's fonts, nor show a missing glyph.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

_FOLDER = Path(__file__).with_name("fonts")


class Weight(StrEnum):
    """How heavy a text is; the value is the font's name, in the file and in the PDF."""

    REGULAR = "InterTabular-Regular"
    STRONG = "InterTabular-SemiBold"


@dataclass(frozen=True, slots=True)
class Face:
    """A font that is ready to be measured and embedded."""

    font: TTFont
    #: Width of each character that the font can draw, for size 1.
    advances: Mapping[str, float]

    def width(self, text: str, size: float) -> float:
        """Measures a cleaned text in points."""
        return sum(map(self.advances.__getitem__, text)) * size


@cache
def face(weight: Weight) -> Face:
    """Loads a font, once per process."""
    # Only used characters are embedded: without asciiReadable the subset does not begin with all
    # of ASCII.
    font = TTFont(weight.value, str(_FOLDER / f"{weight.value}.ttf"), asciiReadable=0)
    pdfmetrics.registerFont(font)
    glyphs: Mapping[int, int] = font.face.charToGlyph
    # Whole thousandths, as a PDF's table of widths needs them: what is measured is what is shown.
    widths = {code: round(width) for code, width in font.face.charWidths.items()}
    font.face.charWidths = widths
    drawable = (code for code, glyph in glyphs.items() if glyph and code >= ord(" "))
    return Face(font, {chr(code): widths[code] / 1000 for code in drawable})


@cache
def repertoire() -> frozenset[str]:
    """Tells which characters can be drawn in every weight."""
    return frozenset.intersection(*(frozenset(face(weight).advances) for weight in Weight))
