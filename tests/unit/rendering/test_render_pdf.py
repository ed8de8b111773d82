"""The document: its properties, its e-invoice, what it is refused for."""

from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pypdfium2
import pytest

from server.rendering import render_pdf, warm_up
from tests.builders.invoices import SELLER, make_invoice
from tests.unit.rendering.pictures import branded, png


def properties_of(document):
    with closing(pypdfium2.PdfDocument(document)) as pdf:
        return pdf.get_metadata_dict()


def test_an_invoice_drawn_before_does_not_show_in_the_next():
    alone = render_pdf(make_invoice(1))
    render_pdf(make_invoice(60, language="en", branding=branded(png(90, 60))))
    assert render_pdf(make_invoice(1)) == alone


def test_warming_up_twice_does_no_harm():
    warm_up()
    warm_up()
    assert render_pdf(make_invoice(1)).startswith(b"%PDF-1.7")


def test_the_properties_name_invoice_and_seller():
    properties = properties_of(render_pdf(make_invoice(1)))
    assert properties["Title"] == "Rechnung RE-2025-00042"
    assert properties["Author"] == "Nordlicht Handel GmbH"
    assert properties["Subject"].startswith("Rechnung RE-2025-00042, 03.11.2025")
    assert properties["CreationDate"] == "D:20251103081530+00'00'"
    assert properties["ModDate"] == properties["CreationDate"]


@pytest.mark.parametrize(
    "issued_at",
    [
        datetime(2025, 11, 3, 8, 15, 30, tzinfo=UTC),
        datetime(2025, 11, 3, 8, 15, 30),  # noqa: DTZ001 - a database may give it without
        datetime(2025, 11, 3, 10, 15, 30, tzinfo=timezone(timedelta(hours=2))),
    ],
)
def test_the_time_stamp_is_the_invoices_own_in_utc(issued_at):
    document = render_pdf(replace(make_invoice(1), issued_at=issued_at))
    assert properties_of(document)["CreationDate"] == "D:20251103081530+00'00'"


@pytest.mark.parametrize(
    ("language", "entry"),
    [("de-AT", b"/Lang(de)"), ("fr", b"/Lang(fr)"), ("sv", b"/Lang(en)")],
)
def test_the_catalogue_names_the_language(language, entry):
    assert entry in render_pdf(make_invoice(1, language=language))


def test_compressed_bytes_are_not_encoded_a_second_time():
    assert b"ASCII85Decode" not in render_pdf(make_invoice(1, branding=branded(png(90, 60))))


def test_a_plain_invoice_embeds_one_font_a_weight_and_no_other():
    document = render_pdf(make_invoice(2))
    assert b"Helvetica" not in document
    assert document.count(b"/FontFile2") == document.count(b"/Type/FontDescriptor") == 2


def test_half_a_surrogate_pair_does_not_stop_an_invoice():
    seller = replace(SELLER, name="Tee\ud83d")
    properties = properties_of(render_pdf(make_invoice(1, number="N\ud83d1", seller=seller)))
    assert properties["Author"].strip() == "Tee"


def test_an_unknown_layout_is_refused():
    with pytest.raises(ValueError, match="classic-99"):
        render_pdf(make_invoice(1, layout="classic-99"))
