"""Writes a script font with the glyphs that a document uses, as a composite font (9.7)."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from server.rendering.pdf.mapping import to_unicode
from server.rendering.pdf.objects import stream
from server.rendering.typography.scripts.harfbuzz import loaded
from server.rendering.typography.scripts.pieces import ScriptFont

_SYMBOLIC = 4


def font_objects(font: ScriptFont, glyphs: Mapping[int, str], number: int) -> list[bytes]:
    """Gives the bodies of the objects number, number + 1, ...; the first one is the font."""
    opened = loaded(font)
    ids = sorted(glyphs)
    program, new_ids = opened.cut_down({opened.drawn(glyph) for glyph in ids})
    meanings = {glyph: opened.meanings.get(glyph, glyphs[glyph]) for glyph in ids}
    name = f"{_tag(ids)}+{font.resource.replace('-', '')}"
    parent = (
        f"<</Type/Font/Subtype/Type0/BaseFont/{name}/Encoding/Identity-H"
        f"/DescendantFonts[{number + 1} 0 R]/ToUnicode {number + 2} 0 R>>"
    )
    widths = " ".join(f"{glyph}[{opened.advance(glyph)}]" for glyph in ids)
    descendant = (
        f"<</Type/Font/Subtype/CIDFontType2/BaseFont/{name}"
        f"/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>"
        f"/FontDescriptor {number + 3} 0 R/DW 0/W[{widths}]/CIDToGIDMap {number + 4} 0 R>>"
    )
    descriptor = (
        f"<</Type/FontDescriptor/FontName/{name}/Flags {_SYMBOLIC}{opened.metrics}/StemV 80"
        f"/FontFile2 {number + 5} 0 R>>"
    )
    places = bytearray(2 * (ids[-1] + 1))
    for glyph in ids:
        places[2 * glyph : 2 * glyph + 2] = new_ids[opened.drawn(glyph)].to_bytes(2, "big")
    return [
        parent.encode(),
        descendant.encode(),
        stream("", to_unicode(meanings, 2)),
        descriptor.encode(),
        stream("", bytes(places)),
        stream(f"/Length1 {len(program)}", program),
    ]


def _tag(ids: list[int]) -> str:
    """Gives the six capitals that mark a font that is cut down (9.6.4)."""
    digest = hashlib.sha256(repr(ids).encode()).digest()
    return "".join(chr(ord("A") + byte % 26) for byte in digest[:6])
