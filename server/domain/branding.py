"""How a site's invoices look: frozen with each invoice, so that old ones stay as they were."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Layout(StrEnum):
    """How a page is laid out."""

    #: The address in the window of an envelope, fold marks (DIN 5008 form B).
    LETTERHEAD = "letterhead"
    #: Parties side by side, room for the logo; for invoices that nobody prints.
    MODERN = "modern"


class Paper(StrEnum):
    """The size of a page."""

    #: 210 x 297 mm.
    A4 = "a4"
    #: 8.5 x 11 in.
    LETTER = "letter"


class Typeface(StrEnum):
    """The shipped families of fonts that invoices can be set in."""

    INTER = "inter"
    NOTO_SANS = "noto-sans"
    NOTO_SERIF = "noto-serif"


#: Each layout's name and version, recorded with an invoice at its issue. Whoever changes what a
#: layout draws makes a new version and keeps the old one.
LAYOUT_VERSIONS: Final = {
    Layout.LETTERHEAD: "letterhead-1",
    Layout.MODERN: "modern-1",
}

#: The most columns that fit beside each other in a footer.
MOST_FOOTER_COLUMNS: Final = 4


@dataclass(frozen=True, slots=True)
class Image:
    """A picture, told from others by its hash alone."""

    #: SHA-256 of the data, 64 lower-case hex digits; whoever makes an Image computes it.
    sha256: str
    #: PNG or JPEG.
    data: bytes


@dataclass(frozen=True, slots=True)
class Branding:
    """How the site's invoices look, frozen with the invoice."""

    #: Shown where there is no logo.
    brand_name: str = ""
    #: #RRGGBB, or empty for the layout's own.
    primary_color: str = ""
    logo: Image | None = None
    #: A text under the totals; may be empty.
    closing_text: str = ""
    #: A text above the lines; may be empty.
    opening_text: str = ""
    #: Where the logo was fetched from, once; empty where its bytes were given.
    logo_url: str = ""
    layout: Layout = Layout.LETTERHEAD
    paper: Paper = Paper.A4
    typeface: Typeface = Typeface.INTER
    #: The footer's columns from left to right, each a text of some lines; empty: the seller's data.
    footer_columns: tuple[str, ...] = ()
