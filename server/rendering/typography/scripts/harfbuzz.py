"""The door to HarfBuzz: fonts opened once per process, text shaped, fonts cut down."""

from __future__ import annotations

import re
import struct
import unicodedata
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from functools import cache, cached_property

import uharfbuzz as hb

from server.rendering.typography.scripts.ignorable import IGNORABLE
from server.rendering.typography.scripts.pieces import Glyph, ScriptFont

#: Advances and offsets come as thousandths of an em, whatever the font's own units.
_SCALE = 1000
#: The corners of a box around all glyphs, in the font's table `head`.
_CORNERS = ">4h"
#: Letters joined on either side, and lam and alef as one: each has a character of its own.
_ARABIC_FORM = re.compile("[\ufb50-\ufbb1\ufbd3-\ufd3d\ufd50-\ufdef\ufe80-\ufefc]")
#: What a ligature is spelled with: letters that run from right to left, and no marks.
_LETTERS = re.compile("[\u05d0-\u05ea\u0620-\u064a\u066e-\u06d3\u06fa-\u06ff\u0750-\u077f]+")
_FIRST_SWALLOWED = 0x0590
_JOINER = 0x200D
_KEPT_TABLES = frozenset({"glyf", "head", "hhea", "hmtx", "loca", "maxp"})


@dataclass(frozen=True, eq=False)
class Loaded:
    """An open font."""

    source: ScriptFont
    face: hb.Face
    font: hb.Font

    @cached_property
    def characters(self) -> hb.Set:
        """Collects the characters that it has."""
        return self.face.unicodes

    def draws(self, text: str) -> bool:
        """Tells whether it has a glyph for each visible character."""
        return all(ord(c) in self.characters or IGNORABLE.match(c) for c in text)

    def advance(self, glyph: int) -> int:
        """Gives the width that a PDF's table of widths says, in thousandths of an em."""
        return int(self.font.get_glyph_h_advance(self.drawn(glyph)))

    def drawn(self, glyph: int) -> int:
        """Gives the glyph that is really drawn: nothing for a swallowed letter."""
        return glyph if glyph < self.face.glyph_count else self._nothing

    @cached_property
    def _nothing(self) -> int:
        return int(self.font.get_nominal_glyph(_JOINER) or 0)

    def _swallowed(self, letter: str) -> int:
        """Numbers a letter that a ligature has swallowed, so that it can be read back."""
        return int(self.face.glyph_count) + ord(letter) - _FIRST_SWALLOWED

    @cached_property
    def meanings(self) -> dict[int, str]:
        """Says for each glyph which character it shows, where that is always the same one.

        The forms of Arabic letters mean the letters, ligatures of them the last one.
        """
        meanings: dict[int, str] = {}
        # Characters that are not just another form of one come first.
        for code in sorted(self.characters, key=lambda code: (_compatible(chr(code)), code)):
            text = chr(code)
            if _ARABIC_FORM.match(text):
                text = unicodedata.normalize("NFKC", text)[-1]
            meanings.setdefault(self.font.get_nominal_glyph(code), text)
        return meanings

    @cached_property
    def metrics(self) -> str:
        """Writes the measures that a font descriptor wants (ISO 32000-1, 9.8)."""
        extents = self.font.get_font_extents("ltr")
        height = self.font.get_metric_position_with_fallback(hb.OTMetricsTag.CAP_HEIGHT)
        units = self.face.upem / _SCALE
        corners = struct.unpack(_CORNERS, self.face.reference_table("head").data[36:44])
        box = " ".join(f"{corner / units:.0f}" for corner in corners)
        return (
            f"/FontBBox[{box}]/ItalicAngle 0/Ascent {extents.ascender}"
            f"/Descent {extents.descender}/CapHeight {height}"
        )

    def shape(self, text: str, *, rtl: bool) -> tuple[Glyph, ...]:
        """Chooses and places the glyphs of a text in one direction, from left to right."""
        buffer = _buffer(text)
        buffer.direction = "rtl" if rtl else "ltr"
        hb.shape(self.font, buffer)
        glyphs = _glyphs(text, buffer, rtl=rtl)
        return tuple(self._spelled(glyphs) if rtl and self._nothing else glyphs)

    def advances(self, text: str) -> list[int]:
        """Gives how far each character moves the pen; what joins another one moves it by 0."""
        buffer = _buffer(text)
        hb.shape(self.font, buffer)
        moved = [0] * len(text)
        infos, places = buffer.glyph_infos or [], buffer.glyph_positions or []
        for info, place in zip(infos, places, strict=True):
            moved[info.cluster] += place.x_advance
        return moved

    def _spelled(self, glyphs: Iterable[Glyph]) -> Iterator[Glyph]:
        """Spells ligatures letter by letter, from left to right, as programs read a page.

        The glyph says the last letter; those before it follow, and draw nothing.
        """
        for glyph in glyphs:
            swallowed, last = glyph.text[:-1], glyph.text[-1:]
            if not swallowed or not _LETTERS.fullmatch(glyph.text):
                yield glyph
                continue
            yield glyph._replace(text=last)
            for letter in reversed(swallowed):
                yield Glyph(self._swallowed(letter), 0, 0, 0, letter)

    def cut_down(self, glyphs: Collection[int]) -> tuple[bytes, dict[int, int]]:
        """Makes a font of these glyphs only; gives its bytes and their new ids by the old ones."""
        wanted = hb.SubsetInput()
        wanted.glyph_set.update(glyphs)
        wanted.flags = (
            hb.SubsetFlags.NO_HINTING
            | hb.SubsetFlags.NO_LAYOUT_CLOSURE
            | hb.SubsetFlags.NOTDEF_OUTLINE
        )
        wanted.drop_table_tag_set.update(self._dropped)
        if self.source.weight is not None:
            wanted.pin_axis_location(self.face, "wght", self.source.weight)
        plan = hb.SubsetPlan(self._ready, wanted)
        return plan.execute().blob.data, dict(plan.old_to_new_glyph_mapping)

    @cached_property
    def _dropped(self) -> frozenset[int]:
        """Numbers the tables that a PDF's reader does not use."""
        tags = set(self.face.table_tags) - _KEPT_TABLES
        return frozenset(int.from_bytes(tag.encode(), "big") for tag in tags)

    @cached_property
    def _ready(self) -> hb.Face:
        """Prepares what every cut needs, which takes longer than the cuts do."""
        return hb.subset_preprocess(self.face)


def _compatible(character: str) -> bool:
    return unicodedata.normalize("NFKC", character) != character


@cache
def loaded(source: ScriptFont) -> Loaded:
    """Opens a font, once per process."""
    face = hb.Face(hb.Blob.from_file_path(source.path))
    font = hb.Font(face)
    font.scale = (_SCALE, _SCALE)
    if source.weight is not None:
        font.set_variations({"wght": source.weight})
    return Loaded(source, face, font)


def _buffer(text: str) -> hb.Buffer:
    """Prepares text to be shaped in the direction of its script."""
    buffer = hb.Buffer()
    buffer.cluster_level = hb.BufferClusterLevel.MONOTONE_CHARACTERS
    buffer.flags = hb.BufferFlags.REMOVE_DEFAULT_IGNORABLES
    buffer.add_str(text)
    buffer.guess_segment_properties()
    # The language would come from the process's surroundings.
    buffer.language = "und"
    return buffer


def _glyphs(text: str, buffer: hb.Buffer, *, rtl: bool) -> Iterator[Glyph]:
    """Reads a shaped buffer, and says which of its glyphs stands for which characters."""
    infos, places = buffer.glyph_infos or [], buffer.glyph_positions or []
    starts = sorted({0, *(info.cluster for info in infos)})
    ends = dict(zip(starts, [*starts[1:], len(text)], strict=True))
    placed = list(zip(infos, places, strict=True))
    ordered = _letters_first(placed) if rtl else ((*one, 0) for one in placed)
    for info, place, shift in ordered:
        said = text[info.cluster : ends.pop(info.cluster, info.cluster)]
        yield Glyph(info.codepoint, place.x_advance, place.x_offset - shift, place.y_offset, said)


def _letters_first(
    placed: Iterable[tuple[hb.GlyphInfo, hb.GlyphPosition]],
) -> Iterator[tuple[hb.GlyphInfo, hb.GlyphPosition, int]]:
    """Puts marks after their letter, and says how far it has moved the pen.

    From right to left the shaper gives the marks first; programs that read a page put a mark on
    the letter before it.
    """
    marks: list[tuple[hb.GlyphInfo, hb.GlyphPosition]] = []
    for info, place in placed:
        if place.x_advance == 0:
            marks.append((info, place))
            continue
        yield info, place, 0
        yield from ((*mark, place.x_advance) for mark in reversed(marks))
        marks = []
    yield from ((*mark, 0) for mark in marks)
