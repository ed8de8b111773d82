"""An invoice gets its PDF and every format that its site had when it was issued."""

import hashlib

import pytest

from server.domain.document import DocumentFormat
from server.domain.errors import LimitExceeded
from server.domain.job import JobOrderStatus
from tests.builders.settings import make_seller, make_settings, make_site
from tests.fakes.outside import Crash, as_bytes, fake_document, nothing

PDF, FACTUR_X, XRECHNUNG = (
    DocumentFormat.PDF,
    DocumentFormat.FACTUR_X,
    DocumentFormat.XRECHNUNG_UBL,
)
NUMBER = "RE-2026-00001"


def save_formats(shop, *formats):
    """Saves a site with what such formats need."""
    site = make_site(
        formats=formats,
        default_buyer_reference="04011000-12345-67",
        seller=make_seller(contact_name="Inga Petersen", phone="+49 40 5550123"),
    )
    shop.save(make_settings(site))


@pytest.fixture
def shop_with_formats(shop):
    save_formats(shop, FACTUR_X, XRECHNUNG)
    shop.sell("A")
    return shop


def test_every_format_becomes_a_document(shop_with_formats):
    shop = shop_with_formats
    job = shop.start("A")
    shop.work()
    ((invoice, documents),) = shop.invoices()
    described = {d.format: (d.media_type, d.file_name) for d in documents}
    assert described == {
        PDF: ("application/pdf", f"{NUMBER}.pdf"),
        FACTUR_X: ("application/xml", f"{NUMBER}-factur-x.xml"),
        XRECHNUNG: ("application/xml", f"{NUMBER}-xrechnung-ubl.xml"),
    }
    for document in documents:
        data = shop.documents.files[document.key]
        assert data == fake_document(invoice, document.format)
        assert document.sha256 == hashlib.sha256(data).hexdigest()
        assert document.size == len(data)
    (outcome,) = shop.outcomes(job)
    assert outcome.status is JobOrderStatus.SUCCESS
    assert outcome.pdf_sha256 == next(d.sha256 for d in documents if d.format is PDF)


def test_settings_changed_after_a_crash_change_no_document(shop_with_formats):
    shop = shop_with_formats
    job = shop.start("A")

    def crash():
        raise Crash

    shop.renderer.before = crash
    with pytest.raises(Crash):
        shop.process_chunk(shop.claimed())
    shop.renderer.before = nothing
    save_formats(shop)
    shop.restart()
    shop.work()
    ((_, documents),) = shop.invoices()
    assert {document.format for document in documents} == {PDF, FACTUR_X, XRECHNUNG}
    assert shop.outcomes(job)[0].status is JobOrderStatus.SUCCESS


def test_an_invoice_that_has_all_its_documents_gets_no_more(shop_with_formats):
    shop = shop_with_formats
    job = shop.start("A")
    shop.work()
    save_formats(shop, DocumentFormat.XRECHNUNG_CII)
    rendered = list(shop.renderer.rendered)
    again = shop.start("A")
    shop.work()
    assert shop.renderer.rendered == rendered
    (first,), (second,) = shop.outcomes(job), shop.outcomes(again)
    assert second.status is JobOrderStatus.SUCCESS
    assert second.pdf_sha256 == first.pdf_sha256


@pytest.mark.parametrize(
    ("refused", "named"),
    [
        ({XRECHNUNG}, "its XRechnung UBL could not be made"),
        ({PDF}, "its PDF could not be made"),
        ({FACTUR_X, XRECHNUNG}, "its Factur-X and XRechnung UBL could not be made"),
    ],
)
def test_a_format_that_fails_fails_the_order_and_a_new_job_makes_only_that(
    shop_with_formats, refused, named
):
    shop = shop_with_formats
    shop.sell("B")
    shop.renderer.refused_formats = refused
    job = shop.start("A")
    shop.work()
    (outcome,) = shop.outcomes(job)
    assert outcome.status is JobOrderStatus.FAILURE
    assert f"Invoice {NUMBER} was issued, but {named} because of a fault" in outcome.message
    assert outcome.reason == "INTERNAL"
    ((_, documents),) = shop.invoices()
    assert {document.format for document in documents} == {PDF, FACTUR_X, XRECHNUNG} - refused
    shop.renderer.refused_formats = set()
    shop.renderer.rendered.clear()
    again = shop.start("A")
    shop.work()
    (outcome,) = shop.outcomes(again)
    assert (outcome.status, outcome.invoice_number) == (JobOrderStatus.SUCCESS, NUMBER)
    assert set(shop.renderer.rendered) == {(NUMBER, format) for format in refused}
    ((_, documents),) = shop.invoices()
    pdf = next(document for document in documents if document.format is PDF)
    assert outcome.pdf_sha256 == pdf.sha256
    assert len(documents) == 3


def test_an_invoice_that_takes_too_long_to_draw_fails_its_order_alone_and_can_be_tried_again(shop):
    shop.sell("A", "B")
    job = shop.start("A", "B")
    draw = shop.renderer.render
    late = LimitExceeded("Drawing it takes more than 60 seconds.", reason="RENDERING_TOO_LONG")

    def too_long_for_a(wanted, finish, **more):
        rendered = [
            late if invoice.draft.order_id == "A" else data
            for (invoice, _), data in zip(wanted, draw(wanted, as_bytes), strict=True)
        ]
        return finish(wanted, rendered)

    shop.renderer.render = too_long_for_a
    shop.work()
    a, b = shop.outcomes(job)
    assert (a.status, a.reason) == (JobOrderStatus.FAILURE, "RENDERING_TOO_LONG")
    assert a.message == (
        f"Invoice {NUMBER} was issued, but its PDF could not be made. Drawing it takes more than "
        "60 seconds. The order can safely be tried again in a new job."
    )
    assert b.status is JobOrderStatus.SUCCESS
    shop.renderer.render = draw
    again = shop.start("A")
    shop.work()
    assert shop.outcomes(again)[0].status is JobOrderStatus.SUCCESS
    assert shop.outcomes(again)[0].invoice_number == NUMBER
