"""A word over the whole page, below all text that stands on it."""

from __future__ import annotations

from math import cos, hypot, radians, sin

from server.rendering.colours import colour
from server.rendering.layouts.design import Design
from server.rendering.pdf.pen import Pen
from server.rendering.typography.style import Style

_COLOUR = colour(0.905, 0.915, 0.93)
_DEGREES = 48.0
#: As a part of the page's diagonal.
_LENGTH = 0.62
_LARGEST = 120.0
_CAP_HEIGHT = 0.72  # as a part of the size


def draw_watermark(pen: Pen, design: Design, text: str) -> None:
    """Draws it through the middle of the page, rising to the right."""
    face = design.styles.title.face
    wanted = _LENGTH * hypot(design.width, design.height)
    size = min(_LARGEST, wanted / max(Style(face, 1, 1).width(text), 1.0))
    style = Style(face, size, size)
    c, s = cos(radians(_DEGREES)), sin(radians(_DEGREES))
    along, up = style.width(text) / 2, size * _CAP_HEIGHT / 2
    # From the page's middle half the text back, and half its height down, both turned.
    x = design.width / 2 - along * c + up * s
    y = design.height / 2 + along * s + up * c
    pen.text_rotated(x, y, text, style, _COLOUR, _DEGREES)
