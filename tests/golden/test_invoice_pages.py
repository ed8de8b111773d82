"""How an invoice fills its pages, read back from the document."""

from dataclasses import replace
from decimal import Decimal

import pytest

from server.domain.branding import Branding, Paper, Typeface
from server.rendering import render_pdf
from server.rendering.layouts import LAYOUTS
from tests.builders.invoices import BUYER, SELLER, make_invoice, make_line
from tests.golden.reading import boxes_outside, overlaps, texts_of

HEAD = "Pos. Artikel Menge Einzelpreis"


def dressed(invoice, layout, paper, typeface):
    branding = replace(invoice.draft.branding, paper=paper, typeface=typeface)
    return replace(invoice, layout=layout, draft=replace(invoice.draft, branding=branding))


@pytest.mark.parametrize(("lines", "pages"), [(1, 1), (6, 1), (12, 1), (60, 3), (300, 13)])
def test_lines_fill_as_few_pages_as_they_need(lines, pages):
    assert len(texts_of(render_pdf(make_invoice(lines)))) == pages


@pytest.mark.parametrize("lines", [1, 12, 60, 300])
def test_every_page_repeats_the_tables_head(lines):
    for text in texts_of(render_pdf(make_invoice(lines))):
        assert HEAD in text


def test_every_page_counts_itself_and_names_the_invoice_and_its_seller():
    pages = texts_of(render_pdf(make_invoice(60)))
    for number, text in enumerate(pages, 1):
        assert f"Seite {number} von {len(pages)}" in text
        assert "Rechnung RE-2025-00042" in text
        assert "USt-IdNr. DE123456789" in text


@pytest.mark.parametrize("lines", range(1, 31))
def test_the_sums_stand_together_and_never_without_a_line(lines):
    pages = texts_of(render_pdf(make_invoice(lines, adjustments=())))
    last = pages[-1]
    assert "Nettobetrag" in last
    assert "Zu zahlen" in last
    assert HEAD in last
    assert not any("Nettobetrag" in page for page in pages[:-1])


@pytest.mark.parametrize("lines", [1, 13, 60, 300])
def test_no_line_is_lost_or_shown_twice(lines):
    named = tuple(
        make_line(position, name=f"<Artikel-{position}>") for position in range(1, lines + 1)
    )
    text = " ".join(texts_of(render_pdf(make_invoice(named))))
    assert [text.count(f"<Artikel-{position}>") for position in range(1, lines + 1)] == [1] * lines


def test_a_line_that_fits_a_page_is_not_split():
    long_name = "langer Name " * 120
    pages = texts_of(
        render_pdf(
            make_invoice((*(make_line(i) for i in range(1, 9)), make_line(9, name=long_name)))
        )
    )
    assert sum("langer Name" in page for page in pages) == 1


def test_a_line_taller_than_a_page_goes_on_on_the_next():
    name = " ".join(f"Wort{number}" for number in range(1500))
    pages = texts_of(render_pdf(make_invoice((make_line(1, name=name),))))
    assert len(pages) > 1
    text = " ".join(pages)
    assert all(f"Wort{number} " in text for number in range(1500))
    # Its numbers stand at its beginning only.
    assert sum("2 Stück" in page for page in pages) == 1


def test_a_closing_text_longer_than_a_page_goes_on_on_the_next():
    text = "\n".join(f"Absatz {number}." for number in range(120))
    branding = Branding(brand_name="Nordlicht", closing_text=text)
    pages = texts_of(render_pdf(make_invoice(1, branding=branding)))
    assert all(f"Absatz {number}." in " ".join(pages) for number in range(120))


def test_more_tax_rates_than_a_page_holds_are_all_shown():
    lines = tuple(make_line(rate + 1, tax_rate=Decimal(rate)) for rate in range(70))
    text = " ".join(texts_of(render_pdf(make_invoice(lines))))
    assert all(f"{rate} % USt. auf" in text for rate in range(70))


EXTREMES = {
    "hundreds of millions": make_invoice(
        tuple(
            make_line(
                position,
                unit_price=Decimal("123456789.123456"),
                quantity=Decimal("-1234.567"),
                discount=Decimal("-98765.43"),
            )
            for position in range(1, 5)
        )
    ),
    "one endless word": make_invoice((make_line(1, name="Ä" * 2000, item_id="7" * 300),)),
    "long parties": make_invoice(
        1,
        number="RE/" + "9" * 70,
        buyer=replace(BUYER, name="Verwaltung " * 20, customer_id="X" * 90),
        buyer_reference="Referenz " * 200,
        seller=replace(SELLER, name="Handel " * 30, management="Inga " * 200),
        branding=Branding(brand_name="Marke " * 40, closing_text="w" * 3000),
    ),
}


DRESSES = [
    pytest.param(layout, paper, typeface, id=f"{layout} {paper} {typeface}")
    for layout in LAYOUTS
    for paper in Paper
    for typeface in Typeface
]


@pytest.mark.parametrize(("layout", "paper", "typeface"), DRESSES)
@pytest.mark.parametrize("name", EXTREMES)
def test_nothing_is_drawn_outside_the_margins(name, layout, paper, typeface):
    document = render_pdf(dressed(EXTREMES[name], layout, paper, typeface))
    page = LAYOUTS[layout].design(paper, typeface)
    assert boxes_outside(document, page.left - 1, page.right + 1) == []


@pytest.mark.parametrize(("layout", "paper", "typeface"), DRESSES)
@pytest.mark.parametrize("name", [*EXTREMES, "ordinary"])
def test_no_text_is_drawn_over_another(name, layout, paper, typeface):
    invoice = EXTREMES.get(name, make_invoice(14, girocode=True, delivery=BUYER))
    assert overlaps(render_pdf(dressed(invoice, layout, paper, typeface))) == []
