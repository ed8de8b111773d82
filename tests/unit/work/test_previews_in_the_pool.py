"""The render pool renders previews, and outlives one that ends its process."""

import os
import threading

import pytest

from server.domain.document import DocumentFormat
from server.domain.errors import LimitExceeded, Unavailable
from server.work.preview_process import PreviewProcess
from server.work.render_pool import RenderPool
from tests.builders.invoices import make_invoice
from tests.fakes.outside import as_bytes, fake_document, fake_preview, nothing


def preview(invoice):
    """Renders a preview, or what its number says. At module level, to be found in a process."""
    if invoice.number == "DIES":
        os._exit(1)
    if invoice.number == "NEVER ENDS":
        threading.Event().wait()
    if invoice.number == "FAILS":
        raise ZeroDivisionError
    return fake_preview(invoice)


@pytest.fixture
def pool():
    pool = RenderPool(fake_document, preview, nothing, 1)
    yield pool
    pool.close()


def test_a_preview_comes_from_the_pool_as_it_was_rendered(pool):
    invoice = make_invoice(2, number="VORSCHAU")
    assert pool.preview(invoice) == fake_preview(invoice)


def test_a_fault_reaches_whoever_asked_for_the_preview(pool):
    with pytest.raises(ZeroDivisionError):
        pool.preview(make_invoice(2, number="FAILS"))
    assert pool.preview(make_invoice(2))


def test_a_preview_that_ends_its_process_can_be_asked_again_and_stops_nobody_else(pool):
    for _ in range(2):
        with pytest.raises(Unavailable) as error:
            pool.preview(make_invoice(2, number="DIES"))
        assert error.value.reason == "RENDERING_FAILED"
    invoice = make_invoice(2)
    assert pool.preview(invoice) == fake_preview(invoice)
    assert pool.render([(invoice, DocumentFormat.PDF)], as_bytes) == [fake_document(invoice)]


def test_a_preview_that_takes_too_long_is_given_up_and_the_next_one_is_rendered():
    previews = PreviewProcess(preview, nothing, seconds=5)
    invoice = make_invoice(2)
    assert previews.render(invoice) == fake_preview(invoice)  # the process has started
    with pytest.raises(LimitExceeded, match="more than 5 seconds"):
        previews.render(make_invoice(2, number="NEVER ENDS"))
    assert previews.render(invoice) == fake_preview(invoice)
    previews.close()


def test_a_preview_is_not_blamed_for_a_process_that_takes_too_long_to_start(monkeypatch):
    monkeypatch.setattr("server.work.lone_process.START", 0.01)
    with pytest.raises(Unavailable, match="could not start"):
        PreviewProcess(preview, nothing).render(make_invoice(2))
