"""Cleaning, measuring and wrapping text."""

import pytest

from server.rendering.fonts import Weight, face, repertoire
from server.rendering.text import SUBSTITUTE, clean, paragraphs, width, wrap

SIZE = 8.0


def lines_of(text, limit=100.0, most=None):
    return wrap(text, Weight.REGULAR, SIZE, limit, most)


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
        ("茶", SUBSTITUTE),
        ("\U0001f600", SUBSTITUTE),
        ("half \ud83d", f"half {SUBSTITUTE}"),
    ],
)
def test_text_is_made_drawable(text, expected):
    assert clean(text) == expected


def test_whatever_comes_in_can_be_drawn_and_stays_as_it_is_when_cleaned_again():
    everything = "".join(map(chr, range(0x3000))) + "".join(map(chr, range(0xFE00, 0x10100)))
    cleaned = clean(everything)
    assert set(cleaned) <= repertoire()
    assert clean(cleaned) == cleaned


def test_the_fonts_can_draw_the_substitute():
    assert SUBSTITUTE in repertoire()


@pytest.mark.parametrize("weight", Weight)
def test_all_digits_are_equally_wide(weight):
    assert len({face(weight).advances[digit] for digit in "0123456789"}) == 1


def test_words_are_kept_whole_and_no_line_is_too_wide():
    text = "Segeltuchtasche mit Lederriemen und sehr viel Platz für alles " * 5
    lines = lines_of(text)
    assert " ".join(lines).split() == text.split()
    assert all(width(line, Weight.REGULAR, SIZE) <= 100 for line in lines)


def test_a_word_that_is_wider_than_the_column_is_cut():
    word = "Donaudampfschifffahrtsgesellschaft" * 10
    lines = lines_of(f"Die {word} fährt")
    assert "".join(lines).replace(" ", "") == f"Die{word}fährt"
    assert all(width(line, Weight.REGULAR, SIZE) <= 100 for line in lines)


def test_a_column_narrower_than_a_letter_still_ends():
    assert lines_of("ab", limit=0.5) == ["a", "b"]


def test_a_no_break_space_does_not_break():
    assert lines_of("aaaa\N{NO-BREAK SPACE}bbbb cccc", limit=42) == [
        "aaaa\N{NO-BREAK SPACE}bbbb",
        "cccc",
    ]


def test_text_without_anything_to_see_gives_no_line():
    assert lines_of(" \t\u200b\n") == []


def test_text_that_may_not_be_longer_ends_in_an_ellipsis():
    lines = lines_of("eins zwei drei vier fünf sechs sieben acht neun zehn", limit=60, most=2)
    assert len(lines) == 2
    assert lines[-1].endswith("…")
    assert width(lines[-1], Weight.REGULAR, SIZE) <= 60


def test_paragraphs_keep_their_line_breaks():
    assert paragraphs("Danke.\n\nBis bald.\n", Weight.REGULAR, SIZE, 200) == [
        "Danke.",
        "",
        "Bis bald.",
    ]
