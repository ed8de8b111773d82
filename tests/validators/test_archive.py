"""Every document can be archived: each sample, in each language, on one page and on many."""

from dataclasses import replace

import facturx
import pytest
from lxml import etree

from server.domain.invoice import CREDIT_NOTE
from server.domain.settings import SUPPORTED_LANGUAGES
from server.rendering import render_pdf, render_preview
from tests.builders.invoices import make_invoice
from tests.validators.archive import archive_problems
from tests.validators.archive_cases import (
    LOOKS,
    NAMES,
    PAGES,
    PAIRS,
    in_look,
    sample_invoices,
    scripts,
    seldom,
)
from tests.validators.scenarios import credit, example_drafts


def refused(invoices):
    """Gives what is wrong with the documents of invoices, by their names."""
    found = {name: archive_problems(render_pdf(invoice), invoice) for name, invoice in invoices}
    return {name: problems for name, problems in found.items() if problems}


@pytest.mark.parametrize("pages", PAGES)
@pytest.mark.parametrize("language", SUPPORTED_LANGUAGES)
def test_every_sample_can_be_archived(language, pages):
    invoices = sample_invoices(language, pages)
    assert len(invoices) >= 18
    assert {invoice.draft.branding.layout for invoice in invoices.values()} == {
        layout for layout, _, _ in LOOKS
    }
    assert refused(invoices.items()) == {}


@pytest.mark.parametrize("number", [0, 4, 8])
def test_credit_notes_can_be_archived(number):
    notes = {
        name: in_look(credit(draft), number + place)
        for place, (name, draft) in enumerate(example_drafts().items())
    }
    assert {note.type_code for note in notes.values()} == {CREDIT_NOTE}
    assert refused(notes.items()) == {}


@pytest.mark.parametrize("script", NAMES)
def test_every_script_can_be_archived(script):
    assert refused(enumerate(scripts(script))) == {}


def test_what_is_seldom_can_be_archived():
    assert refused(seldom().items()) == {}


@pytest.mark.parametrize("number", PAIRS)
def test_a_preview_is_as_sound_and_holds_no_e_invoice(number):
    invoice = in_look(make_invoice(3), number)
    without = replace(invoice, draft=replace(invoice.draft, embedded=None))
    assert archive_problems(render_preview(invoice), without) == []


@pytest.mark.parametrize("type_code", ["380", "381"])
def test_another_program_takes_the_e_invoice_out_and_finds_it_valid(type_code):
    document = render_pdf(make_invoice(3, type_code=type_code))
    name, xml = facturx.get_xml_from_pdf(document, check_xsd=True)
    assert name == "factur-x.xml"
    assert facturx.get_level(etree.fromstring(xml)) == "en16931"
