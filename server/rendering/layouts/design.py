"""What a layout is made of besides its functions: the page's measures and its type, in points.

Measures count from the page's upper left corner. A design is made once for each paper and
typeface; parts of the page take all their places and styles from it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, NamedTuple

from server.domain.branding import Paper, Typeface
from server.rendering.colours import INK, Colour
from server.rendering.typography.faces import Weight, face
from server.rendering.typography.style import Style

MM: Final = 72 / 25.4

#: Width and height of the papers.
PAPERS: Final = {Paper.A4: (210 * MM, 297 * MM), Paper.LETTER: (8.5 * 72, 11 * 72)}

#: Where the base line is in a line of text, as a part of its leading.
BASE: Final = 0.74

_PIXEL = 0.75  # points, at 96 pixels an inch: small logos are not blown up


class Type(NamedTuple):
    """A style without its typeface."""

    weight: Weight
    size: float
    leading: float
    tracking: float = 0


def regular(size: float, leading: float, tracking: float = 0) -> Type:
    """Gives the type of running text."""
    return Type(Weight.REGULAR, size, leading, tracking)


def strong(size: float, leading: float, tracking: float = 0) -> Type:
    """Gives the type of what stands out."""
    return Type(Weight.STRONG, size, leading, tracking)


@dataclass(frozen=True, slots=True, eq=False)
class Styles:
    """How each kind of text is set."""

    #: From the largest to the smallest: the first one in which the name fits is taken.
    brand: tuple[Style, ...]
    title: Style
    number: Style
    #: An amount that is seen first.
    headline: Style
    sender: Style
    address: Style
    label: Style
    value: Style
    strong: Style
    heading: Style
    text: Style
    note: Style
    sum: Style
    gross: Style
    due: Style
    reason: Style
    footer: Style
    page_number: Style
    continued: Style
    continued_strong: Style


def fitting(text: str, style: Style, limit: float) -> Style:
    """Gives the style made as small as it takes for the text to be no wider than the limit."""
    width = style.width(text)
    if width <= limit:
        return style
    part = limit / width
    return Style(style.face, style.size * part, style.leading, style.tracking * part)


_BRAND = (strong(22, 26.4, -0.44), strong(17, 20.4, -0.34), strong(13, 15.6, -0.26))
_TYPES = {
    "title": strong(18, 23, -0.3),
    "number": regular(18, 23, -0.45),
    "headline": strong(17, 22, -0.34),
    "sender": regular(6.2, 8),
    "address": regular(9.5, 12.9),
    "label": regular(7.8, 12.4),
    "value": regular(8.2, 12.4),
    "strong": strong(8.2, 12.4),
    "heading": strong(8.2, 14),
    "text": regular(8.2, 11.8),
    "note": regular(7.4, 10),
    "sum": regular(8.6, 14.2),
    "gross": strong(9.6, 17),
    "due": strong(11.5, 24, -0.1),
    "reason": regular(7.2, 9.6),
    "footer": regular(6.5, 8.9),
    "page_number": regular(7, 9),
    "continued": regular(7.8, 10),
    "continued_strong": strong(7.8, 10),
}


def styles_in(typeface: Typeface, **other: Type) -> Styles:
    """Gives the styles in a typeface: the usual ones but for those that a layout wants other."""

    def styled(type_: Type) -> Style:
        return Style(face(typeface, type_.weight), type_.size, type_.leading, type_.tracking)

    named = {name: styled(type_) for name, type_ in (_TYPES | other).items()}
    return Styles(brand=tuple(map(styled, _BRAND)), **named)


@dataclass(frozen=True, slots=True, eq=False)
class TableLook:
    """How airy the table of lines is, and how it is ruled."""

    #: Type sizes from the one that is wanted to the one below which nothing can be read.
    sizes: tuple[float, ...] = (8.4, 7.4, 6.4, 5.4)
    #: Room above and below the text of a row.
    above: float = 2.9
    below: float = 1.8
    head_above: float = 2.0
    head_below: float = 5.0
    head_colour: Colour = INK
    #: How thick the rules are below the head, which has the shop's colour, and below each row.
    head_rule: float = 1.0
    row_rule: float = 0.4


@dataclass(frozen=True, slots=True, eq=False)
class Design:
    """A layout's measures and styles on one paper in one typeface."""

    width: float
    height: float
    left: float
    right: float
    #: The second axis: sums begin here.
    middle: float
    #: Upper left corner of the logo, and the most it may take.
    logo_top: float
    logo_width: float
    logo_height: float
    #: How wide the shop's name may be where there is no logo.
    brand_width: float
    #: Base line of the head of pages after the first, and where their content begins.
    continued_base: float
    continued_top: float
    #: Where the footer's last line ends.
    footer_bottom: float
    styles: Styles
    table: TableLook

    @property
    def text_width(self) -> float:
        """Tells how wide the page is between its margins."""
        return self.right - self.left

    def logo_size(self, pixels: tuple[int, int]) -> tuple[float, float]:
        """Gives the width and height that a picture of so many pixels gets as the logo."""
        width, height = pixels
        scale = min(self.logo_width / width, self.logo_height / height, _PIXEL)
        return width * scale, height * scale
