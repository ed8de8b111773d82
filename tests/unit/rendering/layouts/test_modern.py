"""modern-1: parties side by side, and the sum where the eye looks first."""

from dataclasses import replace
from decimal import Decimal

import pytest

from server.domain.party import Party, PostalAddress
from server.domain.settings import SUPPORTED_LANGUAGES
from server.rendering import render_pdf
from tests.builders.invoices import BUYER, make_invoice, make_line
from tests.golden.reading import text_of, texts_of
from tests.unit.rendering.layouts.reading import place_of

DELIVERY = Party("Lager Nord", PostalAddress(("Havnegade 4",), "8000", "Aarhus", "", "DK"))


def drawn(*args, **changes):
    return render_pdf(make_invoice(*args, layout="modern-1", **changes))


def shown(*args, **changes):
    return text_of(drawn(*args, **changes))


def test_seller_buyer_and_delivery_stand_side_by_side():
    document = drawn(2, delivery=DELIVERY)
    seller, buyer, delivery = (
        place_of(document, text) for text in ("Verkäufer", "Kunde", "Lieferanschrift")
    )
    assert seller[0] < buyer[0] < delivery[0]
    assert seller[1] == pytest.approx(buyer[1], abs=0.5)
    assert seller[1] == pytest.approx(delivery[1], abs=0.5)


def test_the_text_is_read_from_the_top_to_the_bottom():
    text = shown(2, delivery=DELIVERY)
    order = (
        "Nordlicht Handel",
        "Rechnung",
        "RE-2025-00042",
        "Verkäufer",
        "Möwe & Söhne OHG",
        "Rechnungsdatum 03.11.2025",
        "Zu zahlen 444,58 € Zahlbar bis 17.11.2025",
        "Pos. Artikel Menge",
        "1 Leinenhemd „Amrum“, naturweiß",
        "2 Stück 49,50 19 % 99,00",
        "Zahlung",
        "Nettobetrag 373,60 €",
        "Vielen Dank",
        "Seite 1 von 1",
        "Amtsgericht Hamburg",
    )
    places = [text.find(expected) for expected in order]
    assert -1 not in places
    assert places == sorted(places)


def test_the_facts_are_those_of_the_letterhead():
    text = shown(1, buyer=replace(BUYER, vat_id="DE987654321"), buyer_reference="REF-7")
    for expected in (
        "Lieferdatum 02.11.2025",
        "Fällig am 17.11.2025",
        "Bestellnummer B-100234",
        "Kundennummer K-20815",
        "Ihre USt-IdNr. DE987654321",
        "Ihre Referenz REF-7",
        "USt-IdNr. DE123456789",
        "IBAN DE89 3704 0044 0532 0130 00",
    ):
        assert expected in text


def test_the_sum_is_seen_before_the_lines():
    text = shown(2)
    assert text.index("Zu zahlen 444,58 €") < text.index("Pos.")


def test_what_is_paid_is_called_paid_with_its_amount():
    text = shown(2, paid="all")
    assert text.index("Bezahlt 444,58 €") < text.index("Pos.")
    assert "Zahlbar bis" not in text


def test_a_refund_is_called_one():
    text = shown(2, type_code="381")
    assert text.index("Zu erstatten 444,58 €") < text.index("Pos.")
    assert "Zahlbar" not in text


def test_a_credit_balance_is_shown_without_its_sign():
    text = shown((make_line(1, quantity=Decimal(-2)),), adjustments=())
    assert text.index("Guthaben 117,81 €") < text.index("Pos.")


@pytest.mark.parametrize("language", SUPPORTED_LANGUAGES)
def test_every_language_has_its_words(language):
    text = shown(2, language=language, type_code="381", delivery=DELIVERY)
    assert "RE-2025-00042" in text
    assert "{" not in text


@pytest.mark.parametrize(("lines", "pages"), [(1, 1), (9, 1), (60, 4)])
def test_lines_fill_as_few_pages_as_they_need(lines, pages):
    assert len(texts_of(drawn(lines))) == pages


def test_both_countries_are_named_where_they_differ():
    abroad = replace(BUYER, address=replace(BUYER.address, country="AT"))
    text = shown(1, buyer=abroad)
    assert "20457 Hamburg Deutschland" in text
    assert "26506 Norden Österreich" in text
