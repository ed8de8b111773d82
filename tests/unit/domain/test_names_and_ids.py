"""What is taken as a tenant's name, as an id, and as a unit of quantity."""

import pytest

from server.domain.errors import InvalidInput
from server.domain.job import id_problem
from server.domain.order import LocalizedText
from server.domain.tenant import parse_tenant
from server.domain.units import unit_code


@pytest.mark.parametrize("name", ["abc", "acme2", "a" * 16])
def test_a_tenants_name_is_taken(name):
    assert parse_tenant(name) == name


@pytest.mark.parametrize(
    "name",
    ["", "ab", "a" * 17, "Acme", "1abc", "ac-me", "acme\n", "äcme", "acme ", "ab٣"],
)
def test_what_is_no_tenants_name_is_refused(name):
    with pytest.raises(InvalidInput) as caught:
        parse_tenant(name)
    assert caught.value.violations[0].field == "tenant"
    assert caught.value.reason == "INVALID_TENANT"


@pytest.mark.parametrize("text", ["EON1200", "a b", "x" * 128, "ä/…?#%", " "])
def test_ids_are_taken_as_they_are(text):
    assert not id_problem(text)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "must not be empty"),
        ("x" * 129, "must have at most 128 characters"),
        ("a\nb", "must not contain control characters"),
        ("a\x00", "must not contain control characters"),
        ("a\x85", "must not contain control characters"),
        ("a\u2028", "must not contain control characters"),
        ("a\ud800", "must not contain control characters"),
    ],
)
def test_what_is_wrong_with_an_id_is_said(text, problem):
    assert id_problem(text) == problem


@pytest.mark.parametrize(
    ("name", "code"),
    [
        *[("", "C62"), ("piece", "C62"), (" KG ", "KGM"), ("H87", "H87"), ("m²", "MTK")],
        *[("PCE", "C62"), ("what?", "C62"), ("carton", "C62")],
    ],
)
def test_units_are_written_as_the_standard_wants_them(name, code):
    assert unit_code(name) == code


@pytest.mark.parametrize(
    ("language", "text"),
    [("de-CH", "Rüebli"), ("de-AT", "Karotte"), ("de", "Karotte"), ("fr", "Carrot")],
)
def test_a_text_is_given_in_the_nearest_language(language, text):
    names = LocalizedText("Carrot", (("de-CH", "Rüebli"), ("de", "Karotte")))
    assert names.in_language(language) == text


def test_a_text_without_a_default_is_given_in_any_language():
    assert LocalizedText("", (("fr", "carotte"),)).in_language("de") == "carotte"
    assert not LocalizedText().in_language("de")
