"""The shipped fonts, and how their characters are spread over single-byte fonts."""

import pytest

from server.domain.branding import Typeface
from server.rendering.typography.faces import Weight, face
from server.rendering.typography.repertoire import tables

FACES = [(typeface, weight) for typeface in Typeface for weight in Weight]
LANGUAGES = (
    "äöüßÄÖÜ„“‚‘–—…€ éèêëàâçîïôùûœŒ«» àìòù ñ¿¡áíóú ĳ ąćęłńóśźżĄĆĘŁŃÓŚŹŻ ãõâêç čďěňřšťůžČĎĚŇŘŠŤŮŽ "
    "ąčęėįšųūž āčēģīķļņšūž őűŐŰ ăâîșț ğışİ æøåÆØÅ þðÞÐ"
)
GREEK = "αβγδεζηθικλμνξοπρστυφχψωςάέήίόύώΑΒΓΔ"
CYRILLIC = "абвгдеёжзийклмнопрстуфхцчшщъыьэюяіїєґўђљњћџАБВГД"


@pytest.mark.parametrize(("typeface", "weight"), FACES)
def test_every_european_language_is_drawn_by_the_face_itself(typeface, weight):
    drawable = face(typeface, weight).advances.keys()
    assert set(LANGUAGES + GREEK + CYRILLIC) - set(drawable) == set()


@pytest.mark.parametrize(("typeface", "weight"), FACES)
def test_all_digits_are_equally_wide(typeface, weight):
    assert len({face(typeface, weight).advances[digit] for digit in "0123456789"}) == 1


@pytest.mark.parametrize(("typeface", "weight"), FACES)
def test_every_character_has_one_place(typeface, weight):
    one = face(typeface, weight)
    placed = [character for font in one.fonts for character in font.codes]
    assert sorted(placed) == sorted(one.advances)
    assert all(len(set(font.codes.values())) == len(font.codes) for font in one.fonts)


def test_the_first_font_holds_what_western_european_invoices_are_written_with():
    one = face(Typeface.INTER, Weight.REGULAR)
    german = "Rechnung (Möwe & Söhne), „Bücher“ – 12,50\N{NO-BREAK SPACE}€ [50\\100] −3"
    assert {one.places[character][0] for character in german} == {one.fonts[0]}
    assert one.common.issuperset("Möwe & Söhne, 12.50")


def test_no_character_gets_a_code_that_a_pdf_string_would_misread():
    for table in tables(map(chr, range(32, 0x3000))):
        assert not set(table.values()) & set(b"()\\\r\n\0")
        assert max(table.values()) < 256


def test_characters_without_a_place_in_latin_1_leave_the_others_theirs():
    first, *_ = tables("A(ü€)\\")
    assert first["A"] == ord("A")
    assert first["ü"] == ord("ü")
    others = {first["("], first[")"], first["\\"], first["€"]}
    assert others.isdisjoint(map(ord, "Aü()\\"))
