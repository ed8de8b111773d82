"""Whatever somebody typed stays inside its element, and is read back as it was, but cleaned."""

import sys

import pytest
from hypothesis import example, given
from lxml import etree

from server.rendering.xml.nodes import attribute, clean, document, leaf, node, required
from tests.unit.rendering.xml.texts import HOSTILE, TEXTS

ALL_CHARACTERS = [chr(code) for code in range(sys.maxunicode + 1)]


def read(element):
    """Parses an element that has no prefix."""
    return etree.fromstring(element.encode())


@given(TEXTS)
@example(" \x00 ")
@example("]]>")
@example("\r\n\t")
def test_a_text_is_read_back_cleaned(text):
    written = leaf("Name", text)
    if not clean(text):
        assert written == ""
        return
    assert read(written).text == clean(text)
    assert len(read(written)) == 0


@given(TEXTS)
def test_an_attribute_is_read_back_cleaned(value):
    found = read(leaf("ID", "1", schemeID=value))
    assert dict(found.attrib) == ({"schemeID": clean(value)} if clean(value) else {})
    assert attribute("schemeID", value) == "" or clean(value)


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_breaks_out_of_its_element(text):
    element = read(node(0, "Item", leaf("Name", text, code=text), leaf("Value", "1")))
    assert [child.tag for child in element] == (["Name", "Value"] if clean(text) else ["Value"])


def test_every_character_that_xml_can_hold_is_kept_and_no_other():
    # In pieces that lie inside of letters, so that blanks are not at the edge.
    for start in range(0, len(ALL_CHARACTERS), 0x1000):
        text = f"a{''.join(ALL_CHARACTERS[start : start + 0x1000])}z"
        assert read(leaf("Name", text)).text == clean(text)
        assert read(leaf("ID", "1", schemeID=text)).get("schemeID") == clean(text)


def test_each_character_alone_is_written_as_among_others():
    # Plain texts take a shorter way, which must come to the same.
    for character in ALL_CHARACTERS:
        if clean(character) and character not in "&<>":
            assert leaf("N", character) == f"<N>{character}</N>"
        elif character not in "&<>":
            assert leaf("N", character) == ""


def test_an_element_that_says_nothing_is_left_out_unless_the_schema_wants_it():
    assert leaf("Name", " \x0b ", code="x") == ""
    assert node(2, "Item", "", leaf("Name", "")) == ""
    assert required(2, "Item", "") == "<Item/>"
    assert leaf("ID", "1", schemeID=" ") == "<ID>1</ID>"


def test_a_text_of_several_lines_keeps_its_own_indentation():
    element = node(3, "Item", node(4, "Note", leaf("Text", "one\n two\n\nthree")))
    assert read(element)[0][0].text == "one\n two\n\nthree"


def test_a_document_declares_what_its_elements_use():
    xml = document("rsm:CrossIndustryInvoice", ("rsm", "ram"), [leaf("ram:ID", "ä")])
    assert xml.decode() == (
        "<?xml version='1.0' encoding='UTF-8'?>\n"
        '<rsm:CrossIndustryInvoice xmlns:rsm="urn:un:unece:uncefact:data:standard:'
        'CrossIndustryInvoice:100" xmlns:ram="urn:un:unece:uncefact:data:standard:'
        'ReusableAggregateBusinessInformationEntity:100">\n'
        "  <ram:ID>ä</ram:ID>\n"
        "</rsm:CrossIndustryInvoice>\n"
    )
