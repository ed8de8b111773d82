"""What a shop decides about its pages, in every layout."""

import re
from contextlib import closing
from dataclasses import replace

import pypdfium2
import pytest

from server.domain.branding import LAYOUT_VERSIONS, Paper, Typeface
from server.rendering import render_pdf
from server.rendering.layouts import LAYOUTS, compose
from tests.builders.invoices import BUYER, SELLER, make_invoice
from tests.golden.reading import text_of, texts_of
from tests.unit.rendering.layouts.reading import branded, operators
from tests.unit.rendering.pictures import png

pytestmark = pytest.mark.parametrize("layout", LAYOUTS)


def shown(layout, lines=2, draft=None, **branding):
    return text_of(render_pdf(branded(lines, layout=layout, branding=branding, **(draft or {}))))


def test_each_version_that_invoices_record_is_a_layout(layout):
    assert layout in LAYOUT_VERSIONS.values()


@pytest.mark.parametrize(("paper", "size"), [(Paper.A4, (595, 842)), (Paper.LETTER, (612, 792))])
def test_pages_have_the_papers_size(layout, paper, size):
    document = render_pdf(branded(40, layout=layout, branding={"paper": paper}))
    with closing(pypdfium2.PdfDocument(document)) as pdf:
        assert {tuple(round(side) for side in page.get_size()) for page in pdf} == {size}


def test_the_opening_text_stands_above_the_lines_and_the_closing_text_below(layout):
    text = shown(layout, opening_text="Guten Tag!\nHier ist sie.", closing_text="Auf bald!")
    assert text.index("Guten Tag! Hier ist sie.") < text.index("Pos.")
    assert text.index("Auf bald!") > text.index("Zahlung")


def test_an_opening_text_longer_than_a_page_is_shown_whole(layout):
    opening = "\n".join(f"Absatz {number}." for number in range(120))
    pages = texts_of(render_pdf(branded(2, layout=layout, branding={"opening_text": opening})))
    assert len(pages) > 1
    assert all(f"Absatz {number}." in " ".join(pages) for number in range(120))
    assert "Pos." in pages[-1]


def test_the_brands_name_stands_where_there_is_no_logo(layout):
    assert "Mein Laden" in shown(layout, brand_name="Mein Laden")
    assert "Mein Laden" not in shown(layout, brand_name="Mein Laden", logo=png(90, 60))


def test_a_logo_is_drawn_on_the_first_page_only(layout):
    pages = operators(branded(40, layout=layout, branding={"logo": png(90, 60)}))
    assert [page.count("/Logo Do") for page in pages] == [1, *[0] * (len(pages) - 1)]


def test_a_logo_too_thin_to_be_drawn_is_not_in_the_file_either(layout):
    thin, seen = (
        render_pdf(branded(layout=layout, branding={"logo": logo}))
        for logo in (png(40, 1), png(90, 60))
    )
    assert b"/Subtype/Image" in seen
    assert b"/Subtype/Image" not in thin


@pytest.mark.parametrize("paper", Paper)
@pytest.mark.parametrize("typeface", Typeface)
def test_a_companys_long_legal_name_is_whole(layout, typeface, paper):
    name = (
        "Gesellschaft für die Verwaltung von Grundstücken und Gebäuden an der unteren Elbe und "
        "Weser mbH & Co. KG a. A. in Liquidation"
    )
    draft = {"buyer": replace(BUYER, name=name)}
    assert name in shown(layout, draft=draft, typeface=typeface, paper=paper)


@pytest.mark.parametrize("role", ["buyer", "delivery"])
def test_long_names_end_in_an_ellipsis_and_leave_the_address_whole(layout, role):
    street = "Straße des siebzehnten Juni " * 6 + "Nummer 123"
    address = replace(BUYER.address, lines=(street, "Hinterhaus", "Aufgang 4"), country="AT")
    party = replace(
        BUYER, name="Verwaltung " * 90 + "Name", contact_name="Frau " * 24 + "Kern", address=address
    )
    shown_text = shown(layout, draft={role: party})
    assert "Name" not in shown_text
    assert "Verwaltung…" in shown_text
    for part in ("Nummer 123", "Hinterhaus", "Aufgang 4", "26506 Norden", "Österreich"):
        assert part in shown_text


COLUMNS = ("Nordlicht\nHamburg", "Bank\nDE89", "Team", "USt-IdNr. DE 123 456 789\n46/123/45678")


@pytest.mark.parametrize("number", range(1, 5))
def test_a_shops_own_footer_takes_the_place_of_the_sellers_data(layout, number):
    text = shown(layout, footer_columns=COLUMNS[:number])
    assert "Seite 1 von 1 Nordlicht Hamburg" in text
    assert "Amtsgericht Hamburg" not in text


def test_the_footer_stands_on_every_page(layout):
    pages = texts_of(render_pdf(branded(40, layout=layout, branding={"footer_columns": COLUMNS})))
    assert all(page.endswith("46/123/45678") for page in pages)


def test_a_footer_that_leaves_out_the_tax_ids_is_given_them(layout):
    text = shown(layout, footer_columns=("Nordlicht\nHamburg",))
    assert text.endswith("Hamburg USt-IdNr. DE123456789 Steuernummer 46/123/45678")


def test_tax_ids_that_the_footer_says_are_not_said_twice(layout):
    text = shown(layout, footer_columns=COLUMNS)
    assert "DE123456789" not in text
    assert text.count("46/123/45678") == 1


def test_a_watermark_is_on_every_page_below_all_text(layout):
    pages = operators(branded(40, layout=layout, branding={}), "VORSCHAU")
    assert len(pages) > 1
    for page in pages:
        assert page.index("(VORSCHAU) Tj") < page.rindex("\nBT")
    assert all("VORSCHAU" not in page for page in operators(branded(layout=layout, branding={})))


def test_no_panel_covers_the_watermark_and_it_covers_neither_logo_nor_code(layout):
    invoice = branded(layout=layout, branding={"logo": png(90, 60)}, girocode=True)
    (page,) = operators(invoice, "VORSCHAU")
    watermark = page.index("(VORSCHAU) Tj")
    code = page.index(" cm\n")
    assert page.rfind(" re f", 0, code) < watermark < page.index("/Logo Do")
    assert watermark < code


@pytest.mark.parametrize("paper", Paper)
@pytest.mark.parametrize("word", ["NÁHLED", "PRÉ-VISUALIZAÇÃO", "W"])
def test_a_watermark_stays_on_the_page(layout, paper, word):
    sheets = compose(branded(layout=layout, branding={"paper": paper}), word)
    (content, *_) = operators(branded(layout=layout, branding={"paper": paper}), word)
    ((x, y), *_) = re.findall(r"([\d.]+) ([\d.]+) Tm", content)
    assert 0 < float(x) < sheets.width / 2
    assert 0 < float(y) < sheets.height / 2


def test_fixed_parts_that_were_drawn_for_one_shop_are_not_shown_for_another(layout):
    other = replace(SELLER, name="Andere GmbH", email="post@andere.example")
    assert "Andere GmbH" in shown(layout, draft={"seller": other})
    assert "Andere GmbH" not in shown(layout)
    assert "Page 1 of 1" in shown(layout, draft={"language": "en"})


def test_an_unknown_layout_is_refused(layout):
    with pytest.raises(ValueError, match=f"unknown layout '{layout}9'"):
        compose(replace(make_invoice(1), layout=f"{layout}9"))
