"""Draws invoices, some of which do to their process what a bad font or library could."""

import ctypes
import multiprocessing
import os
import signal
import time
from pathlib import Path

from server.domain.document import DocumentFormat
from tests.builders.invoices import make_invoice
from tests.fakes.outside import fake_document

#: Seconds that a SLOW one takes.
SLOW = 1.25


def draw(invoice, format):
    """Draws an invoice, or does what its number says. At module level, to be found by name."""
    what, _, folder = invoice.number.partition(" ")
    if folder:
        Path(folder, str(os.getpid())).touch()
    if what == "LOOPS":
        while True:
            pass
    if what == "ORPHANED":
        waiter = multiprocessing.parent_process()
        assert waiter
        assert waiter.pid
        os.kill(waiter.pid, signal.SIGKILL)
    if what in ("HANGS", "ORPHANED"):
        # As a C library does that never comes back: no other thread of Python's can run.
        ctypes.PyDLL(None).sleep(3600)
    if what == "DIES":
        os._exit(1)
    if what == "SLOW":
        time.sleep(SLOW)  # not to wait for anything: it is what takes long
    if what == "RAISES":
        raise ValueError("a name that is nobody's business")
    return fake_document(invoice, format)


def tasks(*numbers):
    """Gives an invoice of each number to draw; `WORD FOLDER` leaves its process's id there."""
    return [(make_invoice(2, number=number), DocumentFormat.PDF) for number in numbers]
