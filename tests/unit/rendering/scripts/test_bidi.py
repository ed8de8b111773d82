"""The bidirectional algorithm agrees with Unicode's own cases."""

from pathlib import Path

import pytest

from server.rendering.typography.scripts.bidi import levels, visual_order
from server.rendering.typography.scripts.bidi_runs import mirrored

_CASES = Path(__file__).with_name("bidi_cases.txt").read_text().splitlines()
_BY_FIRST_STRONG = 2


@pytest.mark.parametrize("case", [case for case in _CASES if not case.startswith("#")])
def test_levels_and_order_are_those_that_unicode_expects(case):
    codes, base, _, expected, order = case.split(";")
    text = "".join(chr(int(code, 16)) for code in codes.split())
    found = levels(text, None if int(base) == _BY_FIRST_STRONG else int(base))
    wanted = expected.split()
    shown = [index for index, level in enumerate(wanted) if level != "x"]
    assert [found[index] for index in shown] == [int(wanted[index]) for index in shown]
    ordered = visual_order([found[index] for index in shown])
    assert [shown[place] for place in ordered] == [int(index) for index in order.split()]


def test_a_line_of_latin_has_one_level():
    assert levels("Tea (500 g)") == [0] * 11


def test_a_number_in_hebrew_runs_from_left_to_right():
    assert levels("תה 500") == [1, 1, 1, 2, 2, 2]


@pytest.mark.parametrize(("one", "other"), ["()", "[]", "{}", "<>", "«»", "≤≥"])
def test_brackets_are_mirrored_both_ways(one, other):
    assert mirrored(one) == other
    assert mirrored(other) == one


def test_letters_are_not_mirrored():
    assert mirrored("a") == "a"
