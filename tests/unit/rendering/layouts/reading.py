"""Reads back where things stand on drawn pages."""

from __future__ import annotations

import re
from contextlib import closing

import pypdfium2

from server.domain.branding import Branding
from server.domain.invoice import Invoice
from server.rendering.layouts import compose
from server.rendering.pdf.pen import Pen, UsedFonts
from tests.builders.invoices import make_invoice

MM = 72 / 25.4


def branded(lines: int = 2, *, layout: str = "letterhead-1", branding: dict, **draft) -> Invoice:
    """Makes an invoice with a branding of these fields."""
    values = {"brand_name": "Nordlicht Handel", "primary_color": "#0F4C5C"} | branding
    return make_invoice(lines, layout=layout, branding=Branding(**values), **draft)


def place_of(document: bytes, text: str, page: int = 0) -> tuple[float, float]:
    """Tells where a text begins: from the left and from the top, in millimetres."""
    with closing(pypdfium2.PdfDocument(document)) as pdf:
        sheet = pdf[page]
        found = sheet.get_textpage().search(text).get_next()
        assert found is not None, f"{text!r} is not on the page"
        left, _, _, top = sheet.get_textpage().get_charbox(found[0])
        return left / MM, (sheet.get_height() - top) / MM


def operators(invoice: Invoice, watermark: str = "") -> list[str]:
    """Gives the operators that draw each page."""
    sheets, drawn = compose(invoice, watermark), []
    for draw_page in sheets.pages:
        pen = Pen(sheets.height, UsedFonts())
        draw_page(pen)
        drawn.append(pen.operators().decode("latin-1"))
    return drawn


def rules(content: str) -> list[tuple[float, float, float]]:
    """Gives left, right and height above the lower edge of each rule."""
    found = re.findall(r"([\d.]+) ([\d.]+) m ([\d.]+) [\d.]+ l S", content)
    return [(float(left), float(right), float(level)) for left, level, right in found]
