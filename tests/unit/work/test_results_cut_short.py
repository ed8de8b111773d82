"""A process that is killed while it sends what it drew keeps nobody waiting for the rest."""

import gc
import os
import signal
import struct
from concurrent.futures.process import BrokenProcessPool
from multiprocessing.queues import SimpleQueue
from typing import Any

import pytest

from server.domain.document import DocumentFormat
from server.work.lone_process import LoneProcess
from server.work.render_pool import RenderPool
from tests.builders.invoices import make_invoice
from tests.fakes.outside import as_bytes, fake_document, fake_preview, nothing

PDF = DocumentFormat.PDF


def die_while_sending():
    """Begins a message of a thousand bytes in the pipe for results, sends ten, and dies.

    What was frozen would not be found: nothing in these processes may be.
    """
    queue: Any
    (queue,) = (found for found in gc.get_objects() if isinstance(found, SimpleQueue))
    os.write(queue._writer.fileno(), struct.pack("!i", 1000) + bytes(10))
    os.kill(os.getpid(), signal.SIGKILL)


def draw(invoice, format):
    """Draws, but for one number. At module level, to be found by its name in the process."""
    if invoice.number == "DIES":
        die_while_sending()
    return fake_document(invoice, format)


@pytest.mark.parametrize("processes", [1, 2])
def test_the_others_are_drawn_and_so_are_later_ones(processes):
    pool = RenderPool(draw, fake_preview, nothing, processes)
    try:
        good, bad = (make_invoice(2, number=number) for number in ("RE-1", "DIES"))
        drawn, failed = pool.render([(good, PDF), (bad, PDF)], as_bytes)
        assert drawn == fake_document(good, PDF)
        assert isinstance(failed, RuntimeError)
        assert pool.render([(good, PDF)], as_bytes) == [fake_document(good, PDF)]
    finally:
        pool.close()


def test_one_that_works_alone_is_known_to_have_ended_long_before_its_time_is_over():
    process = LoneProcess(nothing, seconds=3600)
    with pytest.raises(BrokenProcessPool):
        process.run(die_while_sending)
    process.close()
