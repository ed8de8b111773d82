"""Makes the document: pages from the layout, and the properties a reader program shows.

Nothing of the moment or the machine enters a document: its time stamp is the invoice's, its id
a hash of what is in it, and the library's settings are given here rather than taken from its
configuration files or the environment.
"""
# ruff: noqa: SLF001 - the library offers no public way to give a document its time stamp

from __future__ import annotations

import hashlib
import io
from datetime import UTC
from threading import Lock
from types import SimpleNamespace

from reportlab import rl_config
from reportlab.pdfgen.canvas import Canvas

from server.domain.invoice import Invoice
from server.domain.settings import SUPPORTED_LANGUAGES
from server.rendering.fonts import Weight, face
from server.rendering.formats import base_language, formats_for
from server.rendering.labels import labels_for
from server.rendering.layout import classic
from server.rendering.layout.measures import PAGE_HEIGHT, PAGE_WIDTH
from server.rendering.pen import Pen
from server.rendering.text import clean

# Compressed bytes need no second encoding as ASCII, which only makes a file larger.
rl_config.useA85 = 0

_PDF_VERSION = (1, 7)
_LAYOUTS = {"classic-1": classic.compose}
_PRODUCER = "InvoiceJobs"
# A font is read from one position at a time: two documents made by two threads would move it
# under each other. Rendering holds the interpreter anyway, so taking turns costs nothing.
_turn = Lock()


def warm_up() -> None:
    """Loads fonts and locales, so that a worker's first invoice is as fast as the next ones."""
    for weight in Weight:
        face(weight)
    for language in SUPPORTED_LANGUAGES:
        formats_for(language)
        labels_for(language)
    clean("ä")


def render_pdf(invoice: Invoice) -> bytes:
    """Draws an invoice as a PDF; the same invoice always gives the same bytes.

    Raises ValueError if it names a layout that this release does not have.
    """
    compose = _LAYOUTS.get(invoice.layout)
    if compose is None:
        raise ValueError(f"unknown layout {invoice.layout!r} of invoice {invoice.number}")
    with _turn:
        sink = io.BytesIO()
        canvas = _canvas(sink, invoice)
        pen = Pen(canvas, PAGE_HEIGHT)
        for draw_page in compose(invoice):
            draw_page(pen)
            canvas.showPage()
        canvas.save()
        return sink.getvalue()


def _canvas(sink: io.BytesIO, invoice: Invoice) -> Canvas:
    draft = invoice.draft
    canvas = Canvas(
        sink,
        pagesize=(PAGE_WIDTH, PAGE_HEIGHT),
        pageCompression=1,
        invariant=1,
        pdfVersion=_PDF_VERSION,
        # Any other initial font would be Helvetica, mentioned in each document though unused.
        initialFontName=face(Weight.REGULAR).font.fontName,  # type: ignore[arg-type]
        lang=base_language(draft.language),
    )
    _stamp(canvas, invoice)
    labels, formats = labels_for(draft.language), formats_for(draft.language)
    title = labels.titles.get(invoice.type_code, labels.titles["380"])
    canvas.setTitle(_property(f"{title} {invoice.number}"))
    canvas.setAuthor(_property(draft.seller.name))
    order = f", {labels.order_number} {draft.order_number or draft.order_id}"
    about = f"{title} {invoice.number}, {formats.day(invoice.issue_date)}{order}"
    canvas.setSubject(_property(about))
    canvas.setCreator(_PRODUCER)
    canvas.setProducer(_PRODUCER)
    return canvas


def _property(text: str) -> str:
    """Gives text that can be encoded: JSON may hold half a surrogate pair, a PDF may not."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _stamp(canvas: Canvas, invoice: Invoice) -> None:
    """Dates the document by the invoice, and seeds its id with the invoice's number."""
    moment = invoice.issued_at
    # A time without a zone is UTC by contract; the machine's zone must not come in.
    moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    document = canvas._doc  # type: ignore[attr-defined]
    document._timeStamp = SimpleNamespace(YMDhms=moment.timetuple()[:6], dhh=0, dmm=0)
    seed = f"{invoice.number}\0{moment.isoformat()}"
    document.signature = hashlib.md5(seed.encode(errors="backslashreplace"), usedforsecurity=False)
