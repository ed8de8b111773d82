"""Numbers, money, percents and dates by language and region."""

from datetime import date
from decimal import Decimal

import pytest

from server.rendering.formats import base_language, formats_for

NBSP = "\N{NO-BREAK SPACE}"
MINUS = "\N{MINUS SIGN}"


@pytest.mark.parametrize(
    ("language", "value", "currency", "expected"),
    [
        ("de", "1234567.8", "EUR", f"1.234.567,80{NBSP}€"),
        ("en", "1234567.8", "EUR", "€1,234,567.80"),
        ("en", "12", "USD", "US$12.00"),
        ("en-US", "12", "USD", "$12.00"),
        ("de-CH", "1234.5", "CHF", "CHF 1’234.50".replace(" ", NBSP)),
        ("en", "1234.5", "KWD", f"KWD{NBSP}1,234.500"),
        ("de", "1234", "JPY", f"1.234{NBSP}¥"),
        ("de", "-0.01", "EUR", f"{MINUS}0,01{NBSP}€"),
        ("en", "-1234", "EUR", f"{MINUS}€1,234.00"),
        ("de", "-0.00", "EUR", f"0,00{NBSP}€"),
    ],
)
def test_money_has_its_currencys_decimals_and_its_regions_separators(
    language, value, currency, expected
):
    written = formats_for(language).money(Decimal(value), currency)
    assert written.replace(" ", NBSP) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("1", "1"),
        ("2.500", "2,5"),
        ("100", "100"),
        ("1E+3", "1.000"),
        ("0.000", "0"),
        ("-3.0", f"{MINUS}3"),
        ("1234.567", "1.234,567"),
    ],
)
def test_a_quantity_has_no_trailing_zeros(value, expected):
    assert formats_for("de").quantity(Decimal(value)) == expected


@pytest.mark.parametrize(
    ("value", "currency", "expected"),
    [
        ("9.9", "EUR", "9,90"),
        ("9.123400", "EUR", "9,1234"),
        ("9.1234567", "EUR", "9,123457"),
        ("120", "JPY", "120"),
        ("120.5", "JPY", "120,5"),
        ("1.5", "KWD", "1,500"),
    ],
)
def test_a_unit_price_has_the_decimals_it_needs_but_six_at_most(value, currency, expected):
    assert formats_for("de").unit_price(Decimal(value), currency) == expected


def test_percents_follow_the_language():
    assert formats_for("de").percent(Decimal("19.00")) == f"19{NBSP}%"
    assert formats_for("en").percent(Decimal("2.5")) == "2.5%"


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("de", "03.11.2025"),
        ("en", "3 Nov 2025"),
        ("en-US", "Nov 3, 2025"),
        ("nl", "3 nov 2025"),
        ("pt", "03/11/2025"),
        ("sv", "3 Nov 2025"),
    ],
)
def test_dates_follow_language_and_region(language, expected):
    assert formats_for(language).day(date(2025, 11, 3)) == expected


def test_countries_are_named_in_the_language_and_unknown_ones_name_themselves():
    assert formats_for("de").country("FR") == "Frankreich"
    assert formats_for("en").country("FR") == "France"
    assert formats_for("en").country("Q9") == "Q9"


@pytest.mark.parametrize(
    ("tag", "expected"),
    [
        ("de", "de"),
        ("de-AT", "de"),
        ("DE_at", "de"),
        ("en-GB", "en"),
        ("fr-BE", "fr"),
        ("sv", "en"),
        ("", "en"),
    ],
)
def test_the_base_language_decides_and_unknown_ones_are_english(tag, expected):
    assert base_language(tag) == expected
