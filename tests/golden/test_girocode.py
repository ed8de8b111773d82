"""The GiroCode, read back from the drawn page by another program."""

from contextlib import closing
from dataclasses import replace

import pypdfium2
import pytest
import zxingcpp

from server.domain.branding import LAYOUT_VERSIONS
from server.domain.party import BankAccount
from server.domain.settings import SUPPORTED_LANGUAGES
from server.rendering import render_pdf, render_preview
from server.rendering.labels import labels_for
from tests.builders.invoices import SELLER, make_invoice


def codes_of(document):
    with closing(pypdfium2.PdfDocument(document)) as pdf:
        pictures = [page.render(scale=3).to_pil() for page in pdf]
    return [code for picture in pictures for code in zxingcpp.read_barcodes(picture)]


def test_the_code_fills_in_a_transfer():
    (code,) = codes_of(render_pdf(make_invoice(2, girocode=True)))
    assert code.text.split("\n") == [
        *("BCD", "002", "1", "SCT", "COBADEFFXXX", "Nordlicht Handel GmbH"),
        *("DE89370400440532013000", "EUR444.58", "", "", "RE-2025-00042"),
    ]


def test_a_long_name_is_cut_and_a_bank_code_may_be_missing():
    account = BankAccount(holder="Größe " * 20, iban="DE89 3704 0044 0532 0130 00")
    seller = replace(SELLER, bank_account=account)
    (code,) = codes_of(render_pdf(make_invoice(2, girocode=True, seller=seller)))
    fields = code.text.split("\n")
    assert fields[4:7] == ["", ("Größe " * 20)[:70], "DE89370400440532013000"]


@pytest.mark.parametrize("lines", range(1, 11))
def test_every_amount_can_be_read(lines):
    invoice = make_invoice(lines, girocode=True, number=f"R-{lines * 7919}")
    (code,) = codes_of(render_pdf(invoice))
    assert f"EUR{invoice.draft.totals.due}" in code.text
    assert code.text.endswith(invoice.number)


@pytest.mark.parametrize(
    "changes",
    [
        {"girocode": False},
        {"girocode": True, "paid": "all"},
        {"girocode": True, "paid": "9999"},
        {"girocode": True, "currency": "CHF"},
        {"girocode": True, "type_code": "381"},
        {"girocode": True, "seller": replace(SELLER, bank_account=None)},
    ],
)
def test_there_is_no_code_where_nothing_can_be_transferred(changes):
    assert codes_of(render_pdf(make_invoice(2, **changes))) == []


@pytest.mark.parametrize("layout", LAYOUT_VERSIONS.values())
@pytest.mark.parametrize("language", SUPPORTED_LANGUAGES)
def test_the_code_of_a_preview_says_only_that_it_is_one(layout, language):
    invoice = make_invoice(2, girocode=True, layout=layout, language=language)
    (code,) = codes_of(render_preview(invoice))
    assert code.text.strip() == labels_for(language).preview
