"""Draws invoices: an Invoice in, the bytes of its document out, and nothing else touched.

Rendering is pure. The same invoice gives the same bytes in every process and thread, so a
document can be made again at any time and storing it twice is harmless.
"""

from __future__ import annotations

from server.rendering.document import render_document
from server.rendering.render_pdf import render_pdf, render_preview, warm_up

__all__ = ["render_document", "render_pdf", "render_preview", "warm_up"]
