"""Reads documents back as a reader program does."""

from __future__ import annotations

from contextlib import closing

import pypdfium2

#: Points by which boxes of text may reach into each other.
_TOUCHING = 0.8


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


def overlaps(document: bytes) -> list[tuple[str, str]]:
    """Gives pairs of lines of text that stand over each other on a page."""
    found = []
    with closing(pypdfium2.PdfDocument(document)) as pdf:
        for page in pdf:
            text = page.get_textpage()
            boxes = [text.get_rect(index) for index in range(text.count_rects())]
            boxes.sort(key=lambda box: -box[3])
            for index, (left, bottom, right, top) in enumerate(boxes):
                for other in boxes[index + 1 :]:
                    if other[3] < bottom:
                        break
                    across = min(right, other[2]) - max(left, other[0])
                    down = min(top, other[3]) - max(bottom, other[1])
                    if across > _TOUCHING and down > _TOUCHING:
                        pair = ((left, bottom, right, top), other)
                        found.append(tuple(text.get_text_bounded(*box) for box in pair))
    return found
