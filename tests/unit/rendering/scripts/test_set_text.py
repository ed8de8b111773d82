"""A line of any script becomes pieces that its fonts can draw."""

import string

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.domain.branding import Typeface
from server.rendering.typography.faces import Weight, face
from server.rendering.typography.scripts import Plain, SetText, Shaped, set_text
from server.rendering.typography.scripts.harfbuzz import loaded

SAMPLES = {
    "Arabic": "مرحبا بالعالم",
    "Hebrew": "שלום עולם",
    "Thai": "น้ำปลา ที่ กำลัง",
    "Devanagari": "हिन्दी क्षत्रिय प्राप्ति",
    "Japanese": "株式会社「テスト」。",
    "Simplified Chinese": "简体中文",
    "Traditional Chinese": "學習",
    "Korean": "안녕하세요",
}
_FACE = face(Typeface.INTER, Weight.REGULAR)


def _set(text: str) -> SetText:
    return set_text(text, Typeface.INTER, Weight.REGULAR)


def _shown(text: str) -> str:
    return "".join(piece.text for piece in _set(text).pieces)


def _only(line: SetText) -> Shaped:
    """Gives the line's only piece."""
    (piece,) = line.pieces
    assert isinstance(piece, Shaped)
    return piece


def _fonts(text: str) -> list[str]:
    return [p.font.resource for p in _set(text).pieces if isinstance(p, Shaped)]


@pytest.mark.parametrize("text", SAMPLES.values(), ids=SAMPLES)
@pytest.mark.parametrize("weight", Weight)
def test_a_phrase_of_one_script_is_one_piece_that_says_it(text, weight):
    piece = _only(set_text(text, Typeface.NOTO_SERIF, weight))
    assert piece.text == text
    assert all(glyph.id for glyph in piece.glyphs)


@pytest.mark.parametrize("text", SAMPLES.values(), ids=SAMPLES)
def test_the_width_is_the_sum_of_the_advances(text):
    line = _set(f"{text} (12.50 €) {text}")
    total = sum(
        sum(glyph.advance for glyph in piece.glyphs)
        if isinstance(piece, Shaped)
        else sum(_FACE.advances[character] for character in piece.text)
        for piece in line.pieces
    )
    assert line.width == pytest.approx(total / 1000)


def test_plain_text_stays_one_plain_piece():
    assert _set("Tee, 250 g").pieces == (Plain("Tee, 250 g"),)


def test_what_is_heavier_is_set_in_a_heavier_font():
    assert _only(set_text("茶", Typeface.INTER, Weight.STRONG)).font.weight == 600


def test_latin_and_numbers_in_another_script_are_drawn_by_the_face():
    assert [type(piece) for piece in _set("緑茶 ABC 12").pieces] == [Shaped, Plain]


def test_hebrew_stands_from_right_to_left_with_its_number_to_the_left():
    number, word = _set("תה 500").pieces
    assert number == Plain("500 ")
    assert word.text == "תה"


def test_brackets_around_hebrew_are_mirrored():
    assert [piece.text for piece in _set("שלום (עולם) אב").pieces] == [
        "אב",
        " (",
        "עולם",
        ") ",
        "שלום",
    ]


def test_arabic_letters_are_joined():
    alone, joined = _only(_set("ب")), _only(_set("ببب"))
    assert len({glyph.id for glyph in joined.glyphs} | {alone.glyphs[0].id}) == 4


def test_a_non_joiner_keeps_persian_letters_apart():
    joined, apart = _only(_set("میخ")), _only(_set("می\u200cخ"))
    assert [glyph.id for glyph in joined.glyphs] != [glyph.id for glyph in apart.glyphs]


def test_a_ligature_says_its_letters_one_by_one():
    piece = _only(_set("لا"))
    assert [glyph.text for glyph in piece.glyphs] == ["ا", "ل"]
    assert piece.glyphs[1].advance == 0


def test_a_devanagari_vowel_sign_moves_before_its_letter():
    piece = _only(_set("कि"))
    letter = loaded(piece.font).font.get_nominal_glyph(ord("क"))
    assert [glyph.id == letter for glyph in piece.glyphs] == [False, True]


def test_a_mark_that_no_letter_has_stands_over_it():
    letter, mark = _only(_set("q̃")).glyphs
    assert mark.advance == 0
    assert letter.advance == _FACE.advances["q"]


@pytest.mark.parametrize(
    ("text", "country"), [("お茶", "JP"), ("茶 안녕", "KR"), ("学习", "SC"), ("學習", "TC")]
)
def test_chinese_characters_take_the_form_of_the_text_s_country(text, country):
    assert set(_fonts(text)) == {f"NotoSans{country}-Regular"}


def test_a_sign_that_the_family_lacks_comes_from_inter():
    piece = _only(set_text("→", Typeface.NOTO_SERIF, Weight.REGULAR))
    assert piece.font.resource == "InterTabular-Regular"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("☕", ":coffee:"),
        ("👍🏽", ":thumbsup:"),
        ("🇩🇪", "DE"),
        ("ბარი", "bari"),
        ("1\ufe0f\u20e3", "1"),
        ("\ue000", "?"),
        ("a\x00b\u2028c\ud800d", "a b c d"),
        ("soft\u00adhyphen\ufeff", "softhyphen"),
    ],
)
def test_what_no_font_has_is_said_in_other_words(text, shown):
    assert _shown(text) == shown


@given(st.text())
@settings(deadline=None, max_examples=400)
def test_any_text_is_set_without_a_missing_glyph(text):
    for piece in _set(text).pieces:
        if isinstance(piece, Shaped):
            assert all(glyph.id for glyph in piece.glyphs)
        else:
            assert _FACE.advances.keys() >= set(piece.text)


_LETTERS = st.sampled_from(
    [
        *"".join(SAMPLES.values()),
        *string.ascii_letters,
        *"019 ()-.,/%€\u200c\u200d\u0301\u064b\u0902",
    ]
)


@given(st.text(_LETTERS, max_size=30))
@settings(deadline=None, max_examples=300)
def test_any_mixture_of_scripts_is_set_without_a_missing_glyph(text):
    for piece in _set(text).pieces:
        if isinstance(piece, Shaped):
            assert all(glyph.id for glyph in piece.glyphs)
            assert "".join(sorted("".join(g.text for g in piece.glyphs))) == "".join(
                sorted(piece.text)
            )
