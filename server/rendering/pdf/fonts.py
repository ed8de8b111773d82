"""Writes a face's single-byte fonts, each once per process.

TrueType fonts with a table of their own codes (ISO 32000-1, 9.6.6.4: symbolic), cut down to their
characters, and with the way back to Unicode so that text can be searched and copied.
"""

from __future__ import annotations

from functools import lru_cache

from server.rendering.pdf.mapping import to_unicode
from server.rendering.pdf.objects import stream
from server.rendering.typography.faces import ByteFont, Face

_SYMBOLIC, _NONSYMBOLIC = 4, 32
_CODES = 256


def font_bodies(face: Face, font: ByteFont, number: int) -> list[bytes]:
    """Gives the bodies of the objects number to number + 3, the first of them the font."""
    name, descriptor, to_unicode, file = _written(face, font)
    codes = sorted(font.codes.values())
    characters = {code: character for character, code in font.codes.items()}
    widths = " ".join(
        str(face.advances[characters[code]] if code in characters else 0)
        for code in range(codes[0], codes[-1] + 1)
    )
    dictionary = (
        f"<</Type/Font/Subtype/TrueType/BaseFont/{name}/FirstChar {codes[0]}/LastChar {codes[-1]}"
        f"/Widths[{widths}]/FontDescriptor {number + 1} 0 R/ToUnicode {number + 2} 0 R>>"
    )
    described = f"<<{descriptor}/FontFile2 {number + 3} 0 R>>"
    return [dictionary.encode(), described.encode(), to_unicode, file]


@lru_cache(maxsize=128)
def _written(face: Face, font: ByteFont) -> tuple[str, str, bytes, bytes]:
    """Gives the font's name, the entries of its descriptor, its way to Unicode and its file."""
    source = face.source
    characters = {code: character for character, code in font.codes.items()}
    # Codes that nobody writes lead to the glyph for missing characters.
    program = source.makeSubset([ord(characters.get(code, "\0")) for code in range(_CODES)])
    # Six capitals mark a font that is cut down (9.6.4); they tell the parts of a face apart.
    tag = f"INVJ{chr(65 + face.fonts.index(font) // 26)}{chr(65 + face.fonts.index(font) % 26)}"
    name = f"{tag}+{source.name.decode() if isinstance(source.name, bytes) else source.name}"
    box = " ".join(f"{edge:.0f}" for edge in source.bbox)
    descriptor = (
        f"/Type/FontDescriptor/FontName/{name}/Flags {source.flags & ~_NONSYMBOLIC | _SYMBOLIC}"
        f"/FontBBox[{box}]/ItalicAngle {source.italicAngle:.0f}/Ascent {source.ascent:.0f}"
        f"/Descent {source.descent:.0f}/CapHeight {source.capHeight:.0f}/StemV {source.stemV:.0f}"
    )
    file = stream(f"/Length1 {len(program)}", program, once=True)
    return name, descriptor, stream("", to_unicode(characters, 1), once=True), file
