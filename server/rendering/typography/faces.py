"""The shipped fonts, read once per process.

Every document embeds its fonts, and every character is checked against them before it is drawn:
an archived file may not rely on the reader's fonts, nor show a missing glyph.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path

from reportlab.pdfbase.ttfonts import TTFontFile

from server.domain.branding import Typeface
from server.rendering.typography.repertoire import tables

_FOLDER = Path(__file__).parent.parent / "fonts"


class Weight(StrEnum):
    """How heavy a text is; the value is the part of the font file's name that says so."""

    REGULAR = "Regular"
    STRONG = "SemiBold"


#: Marks, characters that only steer others, line ends, and private ones.
_NOT_ALONE = frozenset({"Mn", "Mc", "Me", "Cc", "Cf", "Cs", "Co", "Zl", "Zp"})
#: The name of each family's font files, before the weight.
FILES = {
    Typeface.INTER: "InterTabular",
    Typeface.NOTO_SANS: "NotoSans",
    Typeface.NOTO_SERIF: "NotoSerif",
}


@dataclass(frozen=True, slots=True, eq=False)
class ByteFont:
    """A part of a face: a font of some characters with one byte for each."""

    #: What pages call it, such as R0.
    resource: str
    #: The code of each character.
    codes: Mapping[str, int]


@dataclass(frozen=True, slots=True, eq=False)
class Face:
    """A family in one weight, ready to be measured and drawn."""

    typeface: Typeface
    weight: Weight
    #: The whole font, as it was read.
    source: TTFontFile
    #: Width of each character that the font draws by itself, in thousandths of the size, as a
    #: PDF's table of widths has them: what is measured is what is shown. Whole numbers, since a
    #: sum of fractions is not the same in every Python.
    advances: Mapping[str, int]
    fonts: tuple[ByteFont, ...]
    #: What the first font shows.
    first: frozenset[str]
    #: What of it is written as it is, in ISO 8859-1.
    common: frozenset[str]
    #: Translates all of it to its codes there.
    recoded: Mapping[int, int]
    #: Every drawable character with its font and, as a character, its code there.
    places: Mapping[str, tuple[ByteFont, str]]

    def width(self, text: str) -> float:
        """Measures text of drawable characters, for size 1. Raises KeyError for any other."""
        return sum(map(self.advances.__getitem__, text)) / 1000


def _stands_alone(code: int) -> bool:
    """Tells whether a character is drawn by itself, and not left out, placed or made blank."""
    return code >= ord(" ") and unicodedata.category(chr(code)) not in _NOT_ALONE


@cache
def face(typeface: Typeface, weight: Weight) -> Face:
    """Loads a font, once per process."""
    source = TTFontFile(str(_FOLDER / f"{FILES[typeface]}-{weight.value}.ttf"))
    drawable = [chr(c) for c, glyph in source.charToGlyph.items() if glyph and _stands_alone(c)]
    letter = weight.value[0]
    fonts = tuple(
        ByteFont(f"{letter}{index}", codes) for index, codes in enumerate(tables(drawable))
    )
    first = fonts[0].codes
    return Face(
        typeface=typeface,
        weight=weight,
        source=source,
        advances={c: round(source.charWidths[ord(c)]) for c in drawable},
        fonts=fonts,
        first=frozenset(first),
        common=frozenset(c for c, code in first.items() if code == ord(c)),
        # Even what stays the same: str.translate is slow where a character is missing.
        recoded={ord(c): code for c, code in first.items()},
        places={c: (font, chr(code)) for font in fonts for c, code in font.codes.items()},
    )
