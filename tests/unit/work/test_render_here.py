"""Rendering in place is as safe as in a pool: what is deadly ends one process, or none if alone."""

import ctypes
import os
from concurrent.futures.process import BrokenProcessPool
from contextlib import closing
from pathlib import Path

import pytest

from server.domain.document import DocumentFormat
from server.domain.errors import LimitExceeded
from server.work.lone_process import LoneProcess
from server.work.render_alone import TRIES_ALONE
from server.work.render_here import TOGETHER, RenderHere
from tests.builders.invoices import make_invoice
from tests.fakes.outside import as_bytes, fake_document, fake_preview, nothing

PDF = DocumentFormat.PDF
SECONDS = 2


def draw(invoice, format):
    """Draws an invoice, or does what its number says. At module level, to be found by name."""
    what, _, folder = invoice.number.partition(" ")
    if folder:
        Path(folder, str(os.getpid())).touch()
    if what == "HANGS":
        # As a C library does that never comes back: no other thread of Python's can run.
        ctypes.PyDLL(None).sleep(3600)
    if what == "DIES":
        os._exit(1)
    return fake_document(invoice, format)


def tasks(*numbers):
    return [(make_invoice(2, number=number), PDF) for number in numbers]


def render(numbers, *, alone=False):
    """Renders where it is called, and gives what came of it."""
    renderer = RenderHere(draw, fake_preview, nothing, SECONDS)
    return renderer.render(tasks(*numbers), as_bytes, alone=alone)


def test_any_number_of_documents_come_in_their_order():
    numbers = [f"RE-{n}" for n in range(2 * TOGETHER + 1)]
    assert render(numbers) == [fake_document(*task) for task in tasks(*numbers)]


@pytest.mark.parametrize("deadly", ["DIES", "HANGS"])
def test_what_is_deadly_or_takes_too_long_ends_the_process_that_draws_it(deadly):
    with closing(LoneProcess(nothing)) as process:
        with pytest.raises(BrokenProcessPool):
            process.run(render, ["RE-1", deadly, "RE-2"])
        assert process.run(render, ["RE-1"]) == [fake_document(*tasks("RE-1")[0])]


def test_alone_what_is_deadly_is_tried_and_fails_by_itself(tmp_path):
    good, bad, late, fine = render(["RE-1", f"DIES {tmp_path}", "HANGS", "RE-2"], alone=True)
    assert isinstance(good, bytes)
    assert isinstance(fine, bytes)
    assert isinstance(bad, RuntimeError)
    assert len(list(tmp_path.iterdir())) == TRIES_ALONE
    assert isinstance(late, LimitExceeded)
    assert late.reason == "RENDERING_TOO_LONG"


def test_the_time_of_the_last_document_is_over_with_it():
    with closing(LoneProcess(nothing)) as process:
        assert process.run(render, ["RE-1"])
        assert process.run(outlive_the_limit)


def outlive_the_limit():
    """Works for longer than a document may take."""
    return ctypes.PyDLL(None).sleep(SECONDS + 1) == 0
