"""Layouts: what stands where on an invoice's pages, one file for each layout.

A layout is a Template: its measures and type (`design`), and the few functions that draw what is
its own. All else comes from the parts that layouts share (`parts`).
"""

from __future__ import annotations

from server.domain.invoice import Invoice
from server.rendering.layouts.composing import Sheets, compose_with
from server.rendering.layouts.letterhead import LETTERHEAD
from server.rendering.layouts.modern import MODERN

__all__ = ["LAYOUTS", "Sheets", "compose"]

#: By the name and version that invoices record.
LAYOUTS = {"letterhead-1": LETTERHEAD, "modern-1": MODERN}


def compose(invoice: Invoice, watermark: str = "") -> Sheets:
    """Lays an invoice out as the layout that it names wants it.

    Raises ValueError if this release does not have that layout.
    """
    template = LAYOUTS.get(invoice.layout)
    if template is None:
        raise ValueError(f"unknown layout {invoice.layout!r} of invoice {invoice.number}")
    return compose_with(template, invoice, watermark)
