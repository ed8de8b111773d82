"""Names of units and payment methods, and labels that are complete."""

import string
from dataclasses import fields
from decimal import Decimal
from pathlib import Path

import pytest

from server.domain.branding import Typeface
from server.domain.settings import SUPPORTED_LANGUAGES
from server.rendering.labels import labels_for
from server.rendering.typography.faces import Weight, face
from server.rendering.units import unit_name


@pytest.mark.parametrize(
    ("code", "quantity", "language", "expected"),
    [
        ("C62", "1", "de", "Stück"),
        ("H87", "3", "de-AT", "Stück"),
        ("C62", "1", "en", "pc"),
        ("C62", "1.5", "en", "pcs"),
        ("C62", "-1", "en", "pc"),
        ("DAY", "2", "de", "Tage"),
        ("DAY", "1", "de", "Tag"),
        ("KGM", "2", "fr", "kg"),
        ("MTK", "2", "de", "m²"),
        ("ZZ9", "2", "de", "ZZ9"),
    ],
)
def test_a_unit_is_named_by_its_code(code, quantity, language, expected):
    assert unit_name(code, Decimal(quantity), language) == expected


@pytest.mark.parametrize(
    ("method", "expected"),
    [
        ("paypal", "PayPal"),
        ("Credit-Card", "Kreditkarte"),
        ("INVOICE", "Rechnung"),
        ("apple_pay", "Apple pay"),
        ("", ""),
    ],
)
def test_a_payment_method_is_named_in_the_language(method, expected):
    assert labels_for("de").method(method) == expected


@pytest.mark.parametrize("language", SUPPORTED_LANGUAGES)
def test_every_language_fills_the_same_places_and_names_the_same_things(language):
    ours, english = labels_for(language), labels_for("en")
    for name in ("methods", "titles", "units"):
        assert getattr(ours, name).keys() == getattr(english, name).keys()
    for field in fields(ours):
        value, expected = getattr(ours, field.name), getattr(english, field.name)
        assert value
        if isinstance(value, str):
            assert places(value) == places(expected), field.name


@pytest.mark.parametrize("language", SUPPORTED_LANGUAGES)
def test_the_fonts_hold_every_letter_of_every_language(language):
    words = Path("server/rendering/words", f"{language}.json").read_text(encoding="utf-8")
    for typeface in Typeface:
        for weight in Weight:
            assert set(words) - {"\n"} <= face(typeface, weight).advances.keys()


@pytest.mark.parametrize(
    ("quantity", "language", "expected"),
    [
        ("1", "pl", "rolka"),
        ("3", "pl", "rolki"),
        ("12", "pl", "rolek"),
        ("22", "pl", "rolki"),
        ("1.5", "cs", "role"),
        ("5", "cs", "rolí"),
        ("1.5", "fr", "rouleau"),
        ("2", "fr", "rouleaux"),
    ],
)
def test_plurals_follow_the_language(quantity, language, expected):
    assert unit_name("XRO", Decimal(quantity), language) == expected


def places(text):
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}
