"""The bytes of an invoice: all of them, or the part that is asked for."""

import pytest

from server.domain.document import DocumentFormat
from server.domain.errors import InvalidInput, NotFound, OutOfRange
from server.domain.tenant import Tenant
from server.service.download_invoice import DownloadInvoice
from tests.builders.settings import make_settings, make_site

ACME, PDF, NUMBER = Tenant("acme"), DocumentFormat.PDF, "RE-2026-00001"
FACTUR_X = DocumentFormat.FACTUR_X


@pytest.fixture
def download(shop):
    shop.sell("A")
    shop.start("A")
    shop.work()
    return DownloadInvoice(shop.database, shop.documents, shop.clock)


def test_a_part_or_all_of_a_document_is_given(download, shop):
    document, pieces = download(ACME, NUMBER, PDF)
    data = b"".join(pieces)
    assert data == shop.documents.files[document.key]
    size = document.size
    for offset, length, expected in (
        (0, 10, data[:10]),
        (10, 0, data[10:]),
        (size - 1, 100, data[-1:]),
        (size, 0, b""),
    ):
        _, pieces = download(ACME, NUMBER, PDF, document.sha256, offset, length)
        assert b"".join(pieces) == expected
    with pytest.raises(OutOfRange):
        download(ACME, NUMBER, PDF, offset=size + 1)


@pytest.mark.parametrize(("offset", "length", "field"), [(-1, 0, "offset"), (0, -1, "length")])
def test_a_negative_range_is_refused(download, offset, length, field):
    with pytest.raises(InvalidInput) as caught:
        download(ACME, NUMBER, PDF, offset=offset, length=length)
    assert caught.value.violations[0].field == field


@pytest.mark.parametrize(
    ("tenant", "number", "sha256"),
    [(ACME, "RE-2026-00002", ""), (Tenant("other"), NUMBER, ""), (ACME, NUMBER, "0" * 64)],
)
@pytest.mark.parametrize("format", [PDF, None])
def test_what_the_tenant_does_not_have_is_not_found(download, tenant, number, sha256, format):
    with pytest.raises(NotFound):
        download(tenant, number, format, sha256)


def test_without_a_format_the_document_is_the_one_of_the_hash_or_else_the_pdf(shop):
    shop.save(make_settings(make_site(formats=(FACTUR_X,))))
    shop.sell("A")
    shop.start("A")
    shop.work()
    download = DownloadInvoice(shop.database, shop.documents, shop.clock)
    ((_, documents),) = shop.invoices()
    assert {document.format for document in documents} == {PDF, FACTUR_X}
    for document in documents:
        found, pieces = download(ACME, NUMBER, None, document.sha256)
        assert (found, b"".join(pieces)) == (document, shop.documents.files[document.key])
        assert download(ACME, NUMBER, document.format)[0] == document
        other = PDF if document.format is FACTUR_X else FACTUR_X
        with pytest.raises(NotFound):
            download(ACME, NUMBER, other, document.sha256)
    assert download(ACME, NUMBER, None)[0].format is PDF
