"""Makes the document: pages from the layout, the e-invoice inside, and what readers show of it.

Nothing of the moment or the machine enters a document: its time stamp is the invoice's, its id a
hash of what tells it from others. So the same invoice gives the same bytes, everywhere and always.
"""

from __future__ import annotations

from server.domain.branding import Typeface
from server.domain.invoice import Invoice
from server.domain.settings import SUPPORTED_LANGUAGES
from server.rendering.formats import base_language, formats_for
from server.rendering.labels import labels_for
from server.rendering.layouts import compose
from server.rendering.pdf.archive import About, printable, utc
from server.rendering.pdf.file import Content, write_file
from server.rendering.pdf.kit import kit_for
from server.rendering.pdf.pen import Pen, UsedFonts
from server.rendering.xml import render_xml


def warm_up() -> None:
    """Loads fonts and locales, so that a worker's first invoice is as fast as the next ones."""
    kit_for(Typeface.INTER, None)
    for language in SUPPORTED_LANGUAGES:
        formats_for(language)
        labels_for(language)


def render_pdf(invoice: Invoice) -> bytes:
    """Draws an invoice as PDF/A-3b, with its e-invoice inside where it has one.

    The same invoice always gives the same bytes. Raises ValueError if it names a layout that this
    release does not have.
    """
    embedded = invoice.draft.embedded
    return _render(invoice, xml=None if embedded is None else render_xml(invoice, embedded))


def render_preview(invoice: Invoice) -> bytes:
    """Draws what an invoice would look like, watermarked, with no e-invoice inside.

    Where the invoice's GiroCode will be there is one that says the watermark's word only.
    """
    watermark = labels_for(invoice.draft.language).preview
    return _render(invoice, xml=None, watermark=watermark)


def _render(invoice: Invoice, *, xml: bytes | None, watermark: str = "") -> bytes:
    sheets = compose(invoice, watermark)
    fonts = UsedFonts()
    pens = []
    for draw_page in sheets.pages:
        pen = Pen(sheets.height, fonts)
        draw_page(pen)
        pens.append(pen)
    content = Content(
        width=sheets.width,
        height=sheets.height,
        pens=pens,
        fonts=fonts,
        about=_about(invoice),
        xml=xml,
        seed=f"{invoice.number}\0{utc(invoice.issued_at).isoformat()}\0{watermark}",
    )
    return write_file(kit_for(invoice.draft.branding.typeface, sheets.logo), content)


def _about(invoice: Invoice) -> About:
    draft = invoice.draft
    labels, formats = labels_for(draft.language), formats_for(draft.language)
    title = f"{labels.titles.get(invoice.type_code, labels.titles['380'])} {invoice.number}"
    order = f"{labels.order_number} {draft.order_number or draft.order_id}"
    return About(
        title=printable(title),
        author=printable(draft.seller.name),
        subject=printable(f"{title}, {formats.day(invoice.issue_date)}, {order}"),
        language=base_language(draft.language),
        moment=utc(invoice.issued_at),
    )
