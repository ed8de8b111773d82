"""A preview says across every page that it is none of the books' invoices, in each language."""

import re
from dataclasses import replace

import pytest

from server.domain.branding import LAYOUT_VERSIONS
from server.domain.settings import SUPPORTED_LANGUAGES
from server.rendering import render_pdf, render_preview
from server.rendering.labels import labels_for
from tests.builders.invoices import make_invoice
from tests.golden.reading import texts_of
from tests.golden.watermarks import watermarks_of


@pytest.mark.parametrize("language", SUPPORTED_LANGUAGES)
@pytest.mark.parametrize("layout", LAYOUT_VERSIONS.values())
def test_the_watermark_stands_on_every_page_and_is_read_back(language, layout):
    invoice = make_invoice(60)
    draft = replace(invoice.draft, language=language)
    invoice = replace(invoice, draft=draft, layout=layout)
    word = labels_for(language).preview
    document = render_preview(invoice)
    pages = texts_of(document)
    assert len(pages) > 1
    assert watermarks_of(document) == [word] * len(pages)
    assert word == word.upper()


def test_it_leaves_the_rest_of_the_page_as_it_will_be():
    invoice = make_invoice(60)
    word = labels_for(invoice.draft.language).preview
    shown = [page.replace(word, "", 1).split() for page in texts_of(render_preview(invoice))]
    assert shown == [page.split() for page in texts_of(render_pdf(invoice))]


@pytest.mark.parametrize("layout", LAYOUT_VERSIONS.values())
@pytest.mark.parametrize("number", ["R1", "RE-2025-00042", "RECHNUNG-2025-0000042"])
def test_its_pages_break_where_the_invoices_will(layout, number):
    for lines in (*range(1, 24), 60):
        invoice = make_invoice(lines, girocode=True, layout=layout, number=number)
        word = labels_for(invoice.draft.language).preview
        preview = render_preview(replace(invoice, number=word))
        assert rows_of(preview) == rows_of(render_pdf(invoice)), lines


def rows_of(document):
    """Gives the articles on each page, and what else may turn over."""
    told = re.compile(r"NL-\d+|GiroCode|Nettobetrag|Vielen Dank")
    return [told.findall(page) for page in texts_of(document)]


def test_an_invoice_has_no_watermark():
    assert not any(watermarks_of(render_pdf(make_invoice(60))))
