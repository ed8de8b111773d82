"""Cleaning, measuring and wrapping text that the face draws by itself."""

import pytest

from server.domain.branding import Typeface
from server.rendering.typography.cleaning import plain
from server.rendering.typography.faces import Weight, face
from server.rendering.typography.style import Style
from server.rendering.typography.wrapping import paragraphs, wrap

FACE = face(Typeface.INTER, Weight.REGULAR)
STYLE = Style(FACE, 8, 10)
TRACKED = Style(FACE, 8, 10, 0.5)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain", "plain"),
        ("Grüße", "Grüße"),
        ("e\N{COMBINING ACUTE ACCENT}", "é"),
        ("a\tb\nc\x00d\x85e", "a b c d e"),
        ("zero\u200bwidth\ufeff\u00ad", "zerowidth"),
        ("\u202etrick", "trick"),
        ("heart \u2764\ufe0f", "heart \u2764"),
        ("ＡＢ①", "AB①"),
        ("half \ud83d", "half  "),
        ("茶", None),
        ("\U0001f600", None),
    ],
)
def test_text_is_made_plain_where_it_can_be(text, expected):
    assert plain(text, FACE) == expected


@pytest.mark.parametrize("typeface", Typeface)
def test_what_only_steers_is_not_drawn_in_any_typeface(typeface):
    one = face(typeface, Weight.REGULAR)
    assert plain("Pro\u00addukt\u2028name\u2029", one) == "Produkt name "
    assert not set("\u00ad\u200b\u200e\u2028\u2029\ufeff") & one.advances.keys()


def test_what_is_plain_stays_as_it_is_when_cleaned_again():
    everything = [plain(chr(code), FACE) for code in (*range(0x3000), *range(0xFE00, 0x10100))]
    drawable = [text for text in everything if text is not None]
    assert set("".join(drawable)) <= FACE.advances.keys()
    assert [plain(text, FACE) for text in drawable] == drawable


def test_words_are_kept_whole_and_no_line_is_too_wide():
    text = "Segeltuchtasche mit Lederriemen und sehr viel Platz für alles " * 5
    for style in (STYLE, TRACKED):
        lines = wrap(text, style, 100)
        assert " ".join(lines).split() == text.split()
        assert all(style.width(line) <= 100 for line in lines)


def test_a_line_that_just_fits_is_not_broken():
    text = "Segeltuchtasche mit Riemen"
    assert wrap(text, STYLE, STYLE.width(text)) == [text]
    assert wrap(text, STYLE, STYLE.width(text) - 0.01) == ["Segeltuchtasche mit", "Riemen"]


def test_a_word_that_is_wider_than_the_column_is_cut():
    word = "Donaudampfschifffahrtsgesellschaft" * 10
    lines = wrap(f"Die {word} fährt", STYLE, 100)
    assert "".join(lines).replace(" ", "") == f"Die{word}fährt"
    assert all(STYLE.width(line) <= 100 for line in lines)


def test_a_column_narrower_than_a_letter_still_ends():
    assert wrap("ab", STYLE, 0.5) == ["a", "b"]


def test_a_no_break_space_does_not_break():
    lines = wrap("aaaa\N{NO-BREAK SPACE}bbbb cccc", STYLE, 42)
    assert lines == ["aaaa\N{NO-BREAK SPACE}bbbb", "cccc"]


def test_blanks_are_not_doubled_and_control_characters_are_blanks():
    assert wrap("  eins \t zwei\n drei ", STYLE, 200) == ["eins zwei drei"]


def test_text_without_anything_to_see_gives_no_line():
    assert wrap("", STYLE, 100) == []
    assert wrap(" \t\u200b\n", STYLE, 100) == []


def test_text_that_may_not_be_longer_ends_in_an_ellipsis():
    text = "eins zwei drei vier fünf sechs sieben acht neun zehn"
    lines = wrap(text, STYLE, 60, most=2)
    assert len(lines) == 2
    assert lines[-1].endswith("…")
    assert STYLE.width(lines[-1]) <= 60
    assert not wrap(text, STYLE, 600, most=1)[-1].endswith("…")


def test_paragraphs_keep_their_line_breaks():
    assert paragraphs("Danke.\n\nBis bald.\n", STYLE, 200) == ["Danke.", "", "Bis bald."]


def test_tracking_counts_in_the_width():
    assert TRACKED.width("abc") == pytest.approx(STYLE.width("abc") + 1.5)
