"""Finds what is written across a page: text that rises, as no other text of an invoice does."""

from __future__ import annotations

from contextlib import closing

import pypdfium2


def watermarks_of(document: bytes) -> list[str]:
    """Gives the text that stands across each page; empty where there is none."""
    with closing(pypdfium2.PdfDocument(document)) as pdf:
        return [_watermark(page) for page in pdf]


def _watermark(page: pypdfium2.PdfPage) -> str:
    items = page.get_objects(textpage=page.get_textpage())
    texts = (item for item in items if isinstance(item, pypdfium2.PdfTextObj))
    # A word whose letters are in several fonts is several objects.
    return "".join(text.extract() for text in texts if text.get_matrix().b > 0)
