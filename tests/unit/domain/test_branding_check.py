"""Branding is checked when it is saved: texts, the footer's duties, the logo's address."""

import pytest

from server.domain.branding import Branding, Image
from server.domain.branding_check import LOGO_BYTES, branding_problems, is_logo_url
from tests.builders.settings import make_seller

SELLER = make_seller(vat_id="DE136695976", tax_number="46/123/45678")


def problems(seller=SELLER, **branding):
    return dict(branding_problems(Branding(**branding), seller))


def footer_problem(*columns, seller=SELLER):
    return problems(seller, footer_columns=columns).get("footer_columns")


def test_a_branding_with_everything_is_accepted():
    assert not problems(
        brand_name="Nordlicht",
        primary_color="#a0B1c2",
        opening_text="Guten Tag,\r\nwir berechnen:",
        closing_text="Danke.\nBis bald!\n",
        logo=Image("0" * 64, b"x" * LOGO_BYTES),
        logo_url="https://shop.example/logo.png?v=2#top",
        footer_columns=("Nordlicht GmbH\nKiel", "USt-IdNr.: DE 136 695 976", "Bank"),
    )


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("primary_color", "red"),
        ("primary_color", "#12345"),
        ("brand_name", "\x1b[31m"),
        ("opening_text", "x" * 2001),
        ("opening_text", "a\x00b"),
        ("closing_text", "x" * 2001),
        ("closing_text", "a\x00b"),
        ("logo", Image("0" * 64, b"x" * (LOGO_BYTES + 1))),
        ("logo_url", "http://shop.example/logo.png"),
        ("logo_url", "shop.example/logo.png"),
        ("logo_url", "https://"),
    ],
)
def test_a_wrong_field_is_named(field, value):
    assert list(problems(**{field: value})) == [field]


@pytest.mark.parametrize(
    "url",
    [
        *("https://shop.example", "HTTPS://shop.example/a", "https://[2606:4700::1]/x"),
        "https://x.example/" + "x" * 1982,
    ],
)
def test_an_https_address_may_be_fetched_from(url):
    assert is_logo_url(url)


@pytest.mark.parametrize(
    "url",
    [
        *("", "http://a.example/", "ftp://a.example/", "//a.example/", "https:/a.example/"),
        *("https:///path", "https://?q", "https://#f", " https://a.example/"),
        *("https://a.example/\n", "https://a.example/a b", "https://ä.example/", "https://a/ä"),
        *("https://a.example/\x00", "https://x.example/" + "x" * 1983),
    ],
)
def test_anything_else_is_no_address(url):
    assert not is_logo_url(url)


@pytest.mark.parametrize(
    "shown",
    [
        "USt-IdNr. DE136695976",
        "USt-IdNr. DE 136 695 976",
        "ust-idnr. de136695976",
        "St.-Nr. 46/123/45678",
        "St.-Nr. 46 / 123 / 45678",
        "Umsatzsteuer-ID\nDE\u00a0136\u202f695976",
    ],
)
def test_a_footer_that_shows_one_of_the_sellers_ids_is_accepted_however_it_is_spaced(shown):
    assert footer_problem("Nordlicht", shown) is None


@pytest.mark.parametrize(
    "columns",
    [
        ("Nordlicht GmbH",),
        ("USt-IdNr. DE136695977",),
        ("USt-IdNr. DE136", "695976"),
    ],
)
def test_a_footer_without_the_sellers_ids_is_refused(columns):
    assert "VAT id or tax number" in (footer_problem(*columns) or "")


def test_an_id_that_the_seller_does_not_have_is_not_shown_by_every_footer():
    only_vat = make_seller(vat_id="DE136695976", tax_number=" ")
    assert footer_problem("Nordlicht GmbH", seller=only_vat)
    only_number = make_seller(vat_id="", tax_number="46/123/45678")
    assert footer_problem("Nordlicht GmbH", seller=only_number)
    assert footer_problem("46/123/45678", seller=only_number) is None


def test_a_footer_has_up_to_four_columns():
    assert footer_problem("a", "b", "c", "DE136695976") is None
    assert footer_problem("a", "b", "c", "d", "DE136695976") == "must be at most 4"


@pytest.mark.parametrize(
    "column", ["", " \n ", "x" * 501, "\n".join("x" * 13), "a\x07", "tab\there"]
)
def test_a_column_that_cannot_be_set_is_named(column):
    found = problems(footer_columns=("DE136695976", column))
    assert list(found) == ["footer_columns[1]"]


def test_a_column_may_have_500_characters_and_12_lines():
    lines = "\r\n".join(["DE136695976", *("x" * 11)])
    assert not problems(footer_columns=(lines, "x" * 500))
