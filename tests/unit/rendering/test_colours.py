"""The accent colour of a shop."""

import pytest

from server.rendering.colours import palette


def parts(operators):
    return [float(part) for part in operators.split()[:3]]


def test_the_shops_colour_is_the_accent():
    assert palette("#FF0000").accent.fill == "1.000 0.000 0.000 rg"
    assert palette("#FF0000").accent.stroke == "1.000 0.000 0.000 RG"


@pytest.mark.parametrize("wrong", ["", "red", "#12345", "#1234567", "123456", "#GGGGGG"])
def test_what_is_no_colour_gives_the_layouts_own(wrong):
    assert palette(wrong) == palette("#14506B")


@pytest.mark.parametrize("light", ["#FFFF00", "#FFFFFF", "#7FDBFF"])
def test_a_light_colour_is_darkened_for_text_only(light):
    made = palette(light)
    assert sum(parts(made.text.fill)) < sum(parts(made.accent.fill))
    assert max(parts(made.text.fill)) < 0.6


def test_a_dark_colour_is_used_for_text_as_it_is():
    made = palette("#0F4C5C")
    assert made.text == made.accent
