"""Single-byte fonts: every code shows its character, as wide as it was measured."""

import io
import zlib

import pytest
from fontTools.ttLib import TTFont

from server.domain.branding import Typeface
from server.rendering.pdf.fonts import font_bodies
from server.rendering.pdf.mapping import to_unicode
from server.rendering.typography.faces import Weight, face
from tests.validators.archive.cmap import characters_of


def program_in(body):
    """Takes the font program out of a stream."""
    return TTFont(io.BytesIO(zlib.decompressobj().decompress(body.partition(b"stream\n")[2])))


@pytest.mark.parametrize("typeface", Typeface)
@pytest.mark.parametrize("weight", Weight)
def test_the_parts_of_a_face_hold_each_of_its_characters_once(typeface, weight):
    made = face(typeface, weight)
    held = [character for font in made.fonts for character in font.codes]
    assert sorted(held) == sorted(made.advances)
    assert len({font.resource for font in made.fonts}) == len(made.fonts)


@pytest.mark.parametrize("typeface", Typeface)
def test_widths_are_those_that_text_is_measured_with(typeface):
    made = face(typeface, Weight.REGULAR)
    for font in made.fonts:
        dictionary, *_, file = font_bodies(made, font, 7)
        widths = dictionary.partition(b"/Widths[")[2].partition(b"]")[0].split()
        first = int(dictionary.partition(b"/FirstChar ")[2].split(b"/")[0])
        program = program_in(file)
        table, measures = program["cmap"].tables[0].cmap, program["hmtx"]
        units = program["head"].unitsPerEm
        for character, code in font.codes.items():
            told = int(widths[code - first])
            assert made.width(character) == pytest.approx(told / 1000)
            assert abs(measures[table[code]][0] * 1000 / units - told) < 1


def test_the_objects_refer_to_each_other():
    made = face(Typeface.INTER, Weight.STRONG)
    bodies = font_bodies(made, made.fonts[0], 40)
    assert len(bodies) == 4
    assert b"/FontDescriptor 41 0 R/ToUnicode 42 0 R" in bodies[0]
    assert b"/FontFile2 43 0 R" in bodies[1]


def test_codes_lead_back_to_their_characters():
    characters = {code: chr(0x400 + code) for code in range(1, 250)} | {250: "🍵"}
    assert characters_of(to_unicode(characters, 1)) == characters
