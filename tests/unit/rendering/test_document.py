"""Every format has somebody who renders it, and the pool brings each to its own result."""

from contextlib import contextmanager

import pytest
from lxml import etree

from server.domain.document import DocumentFormat
from server.rendering import render_document, render_preview, warm_up
from server.work.render_here import RenderHere
from server.work.render_pool import RenderPool
from tests.builders.invoices import make_invoice
from tests.fakes.outside import as_bytes

INVOICES = [make_invoice(2, number=f"RE-{number}") for number in range(3)]
TASKS = [(invoice, format) for invoice in INVOICES for format in DocumentFormat]


def number_in(document: bytes) -> str:
    """Reads the invoice's number from its XML, CII or UBL."""
    root = etree.fromstring(document)
    # CII holds it in the second block, the first element of the document's header.
    number = root.find("{*}ID") if root.find("{*}ID") is not None else root[1][0]
    assert number is not None
    return number.text or ""


@pytest.mark.parametrize("format", DocumentFormat)
def test_a_document_is_of_its_format_and_the_same_every_time(format):
    document = render_document(INVOICES[0], format)
    assert document.startswith(b"%PDF-" if format is DocumentFormat.PDF else b"<?xml")
    assert document == render_document(INVOICES[0], format)


def test_no_two_formats_are_the_same():
    assert len({render_document(INVOICES[0], format) for format in DocumentFormat}) == 5


@contextmanager
def in_processes(draw):
    pool = RenderPool(draw, render_preview, warm_up, 2)
    yield pool
    pool.close()


@contextmanager
def here(draw):
    yield RenderHere(draw, render_preview, warm_up)


@pytest.fixture(params=[in_processes, here])
def renderer_of(request):
    return request.param


def test_a_renderer_gives_each_result_in_its_place(renderer_of):
    with renderer_of(render_document) as renderer:
        results = renderer.render(TASKS, as_bytes)
    assert results == [render_document(*task) for task in TASKS]
    for (invoice, format), document in zip(TASKS, results, strict=True):
        assert isinstance(document, bytes)
        assert format is DocumentFormat.PDF or number_in(document) == invoice.number


def broken(invoice, format):
    """Renders nothing but PDFs. At module level, to be found by its name in another process."""
    if format is not DocumentFormat.PDF:
        raise ValueError(f"no {format}")
    return invoice.number.encode()


def test_what_fails_takes_nothing_else_with_it(renderer_of):
    with renderer_of(broken) as renderer:
        results = renderer.render(TASKS[:3], as_bytes)
    assert results[0] == b"RE-0"
    assert [str(result) for result in results[1:]] == [
        "ValueError: no FACTUR_X",
        "ValueError: no XRECHNUNG_CII",
    ]
