"""Fonts as the file holds them: which glyph a code shows, and which characters it says."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import pikepdf
from fontTools.agl import toUnicode
from fontTools.cffLib import CFFFontSet
from fontTools.pens.recordingPen import DecomposingRecordingPen
from fontTools.ttLib import TTFont
from pikepdf import Name

from tests.validators.archive.cmap import characters_of

_SYMBOLIC = 4


@dataclass(frozen=True, eq=False)
class Program:
    """An embedded font program."""

    #: Each glyph's name in the program, by its number.
    order: list[str]
    glyphs: Any
    #: Numbers of glyphs by code, as the program's own table has them; by Unicode where it can.
    table: Mapping[int, str]
    #: Glyph numbers of CIDs, where they are not the same (CID-keyed CFF).
    by_cid: Mapping[int, int] | None = None

    def outline(self, glyph: int) -> list[Any]:
        """Gives what a glyph draws; empty for a blank."""
        pen = DecomposingRecordingPen(self.glyphs)
        self.glyphs[self.order[glyph]].draw(pen)
        return pen.value


@dataclass(frozen=True)
class Source:
    """All that a file holds of a font; equal in many files, and then read once."""

    name: str
    is_composite: bool
    is_symbolic: bool
    #: The font program and its kind; empty where it is not embedded.
    program: bytes
    kind: str
    #: The ToUnicode table.
    table: bytes
    #: The name of the encoding, or the glyphs' names by code.
    encoding: str | tuple[tuple[int, str], ...]
    #: The glyphs of CIDs; None where they are the same.
    glyphs_of_cids: bytes | None


@dataclass(frozen=True, eq=False)
class Font:
    """A font of a page's resources."""

    name: str
    #: Bytes for each code.
    width: int
    program: Program | None
    #: What ToUnicode says.
    characters: Mapping[int, str]
    glyph_of: Callable[[int], int]

    def codes(self, shown: bytes) -> Iterator[int]:
        """Cuts a shown string into codes."""
        step = self.width
        return (int.from_bytes(shown[i : i + step]) for i in range(0, len(shown), step))


def source_of(font: Any) -> Source:
    """Takes a font's dictionary apart."""
    is_composite = font.Subtype == Name.Type0
    inner = font.DescendantFonts[0] if is_composite else font
    descriptor: Any = inner.get("/FontDescriptor", {})
    program = descriptor.get("/FontFile2", descriptor.get("/FontFile3"))
    table = font.get("/ToUnicode")
    mapping = inner.get("/CIDToGIDMap")
    return Source(
        name=str(font.BaseFont),
        is_composite=is_composite,
        is_symbolic=bool(int(descriptor.get("/Flags", 0)) & _SYMBOLIC),
        program=b"" if program is None else program.read_bytes(),
        kind="" if program is None else str(program.get("/Subtype", "")),
        table=b"" if table is None else table.read_bytes(),
        encoding=str(font.Encoding) if is_composite else tuple(_encoding(font).items()),
        glyphs_of_cids=mapping.read_bytes() if isinstance(mapping, pikepdf.Stream) else None,
    )


@lru_cache(maxsize=64)
def read_font(source: Source) -> Font:
    """Reads a font's program and tables."""
    program = _program(source.program, source.kind) if source.program else None
    glyph_of = _of_composite if source.is_composite else _of_simple
    return Font(
        name=source.name,
        width=2 if source.is_composite else 1,
        program=program,
        characters=characters_of(source.table),
        glyph_of=(lambda code: 0) if program is None else glyph_of(source, program),
    )


def _program(data: bytes, kind: str) -> Program:
    if kind in {"/CIDFontType0C", "/Type1C"}:
        return _bare_cff(data)
    font = TTFont(io.BytesIO(data), lazy=True)
    return Program(font.getGlyphOrder(), font.getGlyphSet(), _byte_table(font))


def _bare_cff(data: bytes) -> Program:
    fonts = CFFFontSet()
    fonts.decompile(io.BytesIO(data), None)
    top = fonts[0]
    order = list(top.charset)
    by_cid = None
    if hasattr(top, "ROS"):
        by_cid = {0: 0} | {int(name[3:]): i for i, name in enumerate(order) if name != ".notdef"}
    return Program(order, top.CharStrings, {}, by_cid)


def _byte_table(font: TTFont) -> Mapping[int, str]:
    """Merges the tables that a single-byte font is read by; codes of (3, 0) may begin at F000."""
    if "cmap" not in font:
        return {}
    merged: dict[int, str] = {}
    for table in font["cmap"].tables:
        low = 0xFF if (table.platformID, table.platEncID) == (3, 0) else 0x10FFFF
        merged |= {code & low: name for code, name in table.cmap.items()}
    return merged


def _of_composite(source: Source, program: Program) -> Callable[[int], int]:
    if source.encoding != "/Identity-H":
        return lambda code: 0
    glyphs, by_cid, count = source.glyphs_of_cids, program.by_cid, len(program.order)
    if glyphs is not None:
        return lambda cid: int.from_bytes(glyphs[2 * cid : 2 * cid + 2])
    if by_cid is not None:
        return lambda cid: by_cid.get(cid, 0)
    return lambda cid: cid if cid < count else 0


def _of_simple(source: Source, program: Program) -> Callable[[int], int]:
    numbers = {name: number for number, name in enumerate(program.order)}
    names = dict(source.encoding) if isinstance(source.encoding, tuple) else {}

    def glyph_of(code: int) -> int:
        if source.is_symbolic or not names:
            return numbers.get(program.table.get(code, ""), 0)
        name = names.get(code, "")
        unicode = toUnicode(name)
        by_unicode = program.table.get(ord(unicode), "") if len(unicode) == 1 else ""
        return numbers.get(by_unicode, 0) or numbers.get(name, 0)

    return glyph_of


def _encoding(font: Any) -> dict[int, str]:
    """Gives the glyph names of codes; those of a named encoding only by their characters."""
    encoding = font.get("/Encoding")
    if encoding is None:
        return {}
    base = encoding if isinstance(encoding, Name) else encoding.get("/BaseEncoding", None)
    codec = {"/WinAnsiEncoding": "cp1252", "/MacRomanEncoding": "mac_roman"}.get(str(base), "ascii")
    names = {
        code: f"uni{ord(text):04X}"
        for code in range(32, 256)
        if (text := bytes([code]).decode(codec, "ignore"))
    }
    if not isinstance(encoding, Name):
        code = 0
        for item in encoding.get("/Differences", []):
            if isinstance(item, Name):
                names[code] = str(item)[1:]
                code += 1
            else:
                code = int(item)
    return names
