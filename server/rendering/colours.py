"""Colours: the greys of the page, and one accent that stays readable whatever the shop chose."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

_HEX = re.compile(r"#([0-9A-Fa-f]{2})([0-9A-Fa-f]{2})([0-9A-Fa-f]{2})")
_DEFAULT_ACCENT = "#14506B"
#: WCAG 2 AA for text of normal size.
_READABLE_CONTRAST = 4.5


@dataclass(frozen=True, slots=True)
class Colour:
    """A colour as the PDF operators that set it."""

    fill: str
    stroke: str


def colour(red: float, green: float, blue: float) -> Colour:
    """Makes a colour from its parts, each 0 to 1."""
    parts = f"{red:.3f} {green:.3f} {blue:.3f}"
    return Colour(fill=f"{parts} rg", stroke=f"{parts} RG")


def _from_hex(code: str) -> tuple[float, float, float] | None:
    match = _HEX.fullmatch(code)
    if match is None:
        return None
    red, green, blue = (int(part, 16) / 255 for part in match.groups())
    return red, green, blue


INK = colour(0.090, 0.105, 0.125)
GREY = colour(0.400, 0.430, 0.470)
HAIRLINE = colour(0.840, 0.855, 0.875)


@dataclass(frozen=True, slots=True)
class Palette:
    """The accent of one shop, for rules and for text."""

    accent: Colour
    #: The accent, darkened until it can be read on white.
    text: Colour


@lru_cache(maxsize=256)
def palette(primary: str) -> Palette:
    """Makes the palette for #RRGGBB; anything else gives the layout's own accent."""
    chosen = _from_hex(primary) or _from_hex(_DEFAULT_ACCENT) or (0.0, 0.0, 0.0)
    readable = chosen
    while _contrast_with_white(readable) < _READABLE_CONTRAST:
        readable = (readable[0] * 0.94, readable[1] * 0.94, readable[2] * 0.94)
    return Palette(accent=colour(*chosen), text=colour(*readable))


def _contrast_with_white(parts: tuple[float, float, float]) -> float:
    red, green, blue = (
        part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4  # noqa: PLR2004
        for part in parts
    )
    return 1.05 / (0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05)
