"""letterhead-1: what DIN 5008 form B wants, on A4."""

from dataclasses import replace

import pytest

from server.domain.branding import Paper
from server.domain.party import Party, PostalAddress
from server.rendering import render_pdf
from tests.builders.invoices import BUYER
from tests.golden.reading import text_of
from tests.unit.rendering.layouts.reading import MM, branded, operators, place_of, rules

A4_HEIGHT = 297


def marks(invoice):
    """Gives how far below the upper edge the marks in the left margin are, in millimetres."""
    (content, *_) = operators(invoice)
    return [round(A4_HEIGHT - level / MM, 1) for left, _, level in rules(content) if left < 20 * MM]


def test_the_address_shows_in_the_window_of_an_envelope():
    left, top = place_of(render_pdf(branded(branding={})), "Möwe & Söhne OHG")
    assert left == pytest.approx(25, abs=1)
    assert 62.7 <= top <= 66


def test_the_senders_line_stands_above_the_address_inside_the_window():
    left, top = place_of(render_pdf(branded(branding={})), "Nordlicht Handel GmbH · Speicher")
    assert left == pytest.approx(25, abs=1)
    assert 45 <= top <= 62.7


def test_a4_is_marked_where_it_is_folded_and_punched():
    assert marks(branded(branding={})) == [105.0, 148.5, 210.0]


def test_letter_is_not_marked():
    assert marks(branded(branding={"paper": Paper.LETTER})) == []


def test_only_the_first_page_is_marked():
    pages = operators(branded(40, branding={}))
    assert len(pages) > 1
    assert [left for left, _, _ in rules(pages[1]) if left < 20 * MM] == []


def test_a_long_address_pushes_the_title_down():
    lines = tuple(f"Gebäude {number}" for number in range(1, 10))
    long = replace(BUYER, address=replace(BUYER.address, lines=lines))
    document = render_pdf(branded(branding={}, buyer=long))
    assert place_of(document, "26506 Norden")[1] < place_of(document, "Rechnung RE-2025")[1] - 5
    ordinary = render_pdf(branded(branding={}))
    assert place_of(ordinary, "Rechnung RE-2025")[1] == pytest.approx(89, abs=2)


def test_many_facts_push_the_title_down():
    document = render_pdf(branded(branding={}, buyer_reference="Referenz " * 200))
    assert place_of(document, "Ihre Referenz")[1] < place_of(document, "Rechnung RE-2025")[1] - 15


def test_the_text_is_read_from_the_top_to_the_bottom():
    delivery = Party("Lager Nord", PostalAddress(("Havnegade 4",), "8000", "Aarhus", "", "DK"))
    text = text_of(render_pdf(branded(branding={"opening_text": "Guten Tag!"}, delivery=delivery)))
    order = (
        "Nordlicht Handel",
        "Nordlicht Handel GmbH · Speicherstraße 12",
        "Möwe & Söhne OHG",
        "Rechnungsnummer RE-2025-00042",
        "Rechnung RE-2025-00042",
        "Lieferanschrift Lager Nord",
        "Guten Tag!",
        "Pos. Artikel Menge",
        "1 Leinenhemd „Amrum“, naturweiß",
        "2 Stück 49,50 19 % 99,00",
        "Zahlung",
        "Nettobetrag 373,60 €",
        "Zu zahlen",
        "Seite 1 von 1",
        "Amtsgericht Hamburg",
    )
    places = [text.find(expected) for expected in order]
    assert -1 not in places
    assert places == sorted(places)
