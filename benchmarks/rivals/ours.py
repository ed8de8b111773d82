"""InvoiceJobs: PDF/A-3b with the XML inside, in one pass."""

from __future__ import annotations

from benchmarks.rivals.contender import Draw
from server.rendering import render_pdf, warm_up


def prepare() -> Draw:
    """Loads fonts and locales, as a worker process does at its start."""
    warm_up()
    return render_pdf
