"""A preview says across every page that it is none of the books' invoices, in each language."""

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


def test_an_invoice_has_no_watermark():
    assert not any(watermarks_of(render_pdf(make_invoice(60))))
