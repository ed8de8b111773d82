"""Text of any script is broken into lines that fit."""

import unicodedata

import pytest
import regex
from hypothesis import given, settings
from hypothesis import strategies as st

from server.rendering.typography.scripts import wrap_text
from tests.unit.rendering.scripts.pages import STYLE

_SAMPLES = (
    "東京都渋谷区、株式会社「テスト」。緑茶ティーバッグ（ほうじ茶）ABC 12個入り",
    "مرحبا بالعالم هذا منتج جديد رقم ١٢٣ من شركة ABC Trading",
    "สวัสดีครับภาษาไทยน้ำปลาที่กำลังจะมา",
    "हिन्दी क्षत्रिय प्राप्ति उत्पाद का नाम",
)


@pytest.mark.parametrize("text", _SAMPLES)
@pytest.mark.parametrize("limit", [40, 80, 1000])
def test_lines_fit_and_say_everything(text, limit):
    lines = wrap_text(text, STYLE, limit)
    assert all(STYLE.width(line) <= limit for line in lines)
    said = "".join(lines).replace("\u200f", "").replace("\u200e", "")
    assert said.replace(" ", "") == text.replace(" ", "")


@pytest.mark.parametrize("limit", range(40, 120, 7))
def test_no_japanese_line_begins_with_a_closing_mark_or_ends_with_an_opening_one(limit):
    for line in wrap_text(_SAMPLES[0], STYLE, limit):
        assert line[0] not in "、。」）ー"
        assert line[-1] not in "「（"


@pytest.mark.parametrize("limit", range(20, 60, 5))
def test_a_cluster_is_never_cut(limit):
    for text in _SAMPLES[2:]:
        clusters = set(regex.findall(r"\X", text))
        for line in wrap_text(text, STYLE, limit):
            assert clusters >= set(regex.findall(r"\X", line))


def test_a_line_of_latin_in_an_arabic_text_still_runs_from_right_to_left():
    *_, last = wrap_text("هذا منتج جديد من شركة ABC Trading", STYLE, 70)
    assert last.startswith("\N{RIGHT-TO-LEFT MARK}")


def test_a_zero_width_space_is_where_thai_may_break():
    assert wrap_text("สวัสดี\u200bครับ", STYLE, 40) == ["สวัสดี", "ครับ"]


def test_text_without_a_visible_character_gives_no_line():
    assert wrap_text(" \u200f\u200b ", STYLE, 100) == []


def test_a_no_break_space_is_kept():
    assert wrap_text("茶\N{NO-BREAK SPACE}12", STYLE, 100) == ["茶\N{NO-BREAK SPACE}12"]


@given(st.text(max_size=60), st.sampled_from([90, 150, 400]))
@settings(deadline=None, max_examples=200)
def test_lines_of_any_text_fit(text, limit):
    # An Arabic phrase in one character is wider than any of these columns.
    wide = any("ARABIC LIGATURE" in unicodedata.name(c, "") for c in text)
    for line in wrap_text(text, STYLE, limit):
        assert wide or STYLE.width(line) <= limit
