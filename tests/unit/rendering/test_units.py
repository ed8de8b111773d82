"""Names of units and payment methods, and labels that are complete."""

import string
from dataclasses import fields
from decimal import Decimal

import pytest

from server.rendering.labels import labels_for
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


def test_both_languages_fill_the_same_places_and_name_the_same_methods():
    german, english = labels_for("de"), labels_for("en")
    assert german.methods.keys() == english.methods.keys()
    assert german.titles.keys() == english.titles.keys()
    for field in fields(german):
        ours, theirs = getattr(german, field.name), getattr(english, field.name)
        assert ours
        assert theirs
        if isinstance(ours, str):
            assert places(ours) == places(theirs), field.name


def places(text):
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}
