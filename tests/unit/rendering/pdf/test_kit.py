"""The kit: the beginning of every file of a shop, with nothing of any invoice."""

import re

import pytest

from server.domain.branding import Typeface
from server.rendering.images import logo_of
from server.rendering.pdf.kit import kit_for
from tests.unit.rendering.pictures import png


@pytest.mark.parametrize("typeface", Typeface)
@pytest.mark.parametrize("logo", [None, png(20, 10), png(20, 10, (1, 2, 3, 255))])
def test_every_object_stands_where_its_reference_says(typeface, logo):
    kit = kit_for(typeface, logo and logo_of(logo))
    lines = kit.references.splitlines(keepends=True)
    assert len(lines) == kit.next_number - 1
    for number, line in enumerate(lines, 1):
        assert re.fullmatch(r"\d{10} 00000 n \n", line)
        assert kit.beginning.startswith(b"%d 0 obj\n" % number, int(line[:10]))


def test_a_kit_is_made_once():
    logo = logo_of(png(20, 10))
    assert kit_for(Typeface.INTER, logo) is kit_for(Typeface.INTER, logo)


def test_each_typeface_has_its_own_fonts():
    beginnings = {kit_for(typeface, None).beginning for typeface in Typeface}
    assert len(beginnings) == len(Typeface)


def test_an_opaque_logo_needs_no_mask():
    opaque, translucent = (
        kit_for(Typeface.INTER, logo_of(png(20, 10, (1, 2, 3, alpha)))) for alpha in (255, 90)
    )
    assert b"/SMask" not in opaque.beginning
    assert b"/SMask" in translucent.beginning
