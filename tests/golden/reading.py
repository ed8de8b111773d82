"""Reads documents back as a reader program does."""

from __future__ import annotations

from contextlib import closing

import pypdfium2


def texts_of(document: bytes) -> list[str]:
    """Gives each page's text, line breaks as blanks and no-break blanks as plain ones."""
    with closing(pypdfium2.PdfDocument(document)) as pdf:
        return [" ".join(page.get_textpage().get_text_bounded().split()) for page in pdf]


def text_of(document: bytes) -> str:
    """Gives the text of all pages."""
    return " ".join(texts_of(document))


def boxes_outside(document: bytes, left: float, right: float) -> list[str]:
    """Gives the characters that stand outside two x, or outside the page."""
    outside = []
    with closing(pypdfium2.PdfDocument(document)) as pdf:
        for page in pdf:
            page_height = page.get_height()
            text = page.get_textpage()
            for index in range(text.count_chars()):
                x0, y0, x1, y1 = text.get_charbox(index)
                if x0 < left or x1 > right or y0 < 0 or y1 > page_height:
                    outside.append(text.get_text_range(index, 1))
    return outside
