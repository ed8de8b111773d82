"""Checks how a site's invoices shall look, as far as that can be told without drawing."""

from __future__ import annotations

import re
from typing import Final

from server.domain.branding import MOST_FOOTER_COLUMNS, Branding
from server.domain.party import Seller
from server.domain.text_check import Problems, long_text_problems, text_problems

LOGO_BYTES: Final = 1024 * 1024
LOGO_URL_LENGTH: Final = 2000
FOOTER_COLUMN_LENGTH: Final = 500
FOOTER_COLUMN_LINES: Final = 12
#: How a PNG begins, and a JPEG.
PICTURES: Final = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff")

_COLOR = re.compile(r"#[0-9a-fA-F]{6}")
_URL = re.compile(r"https://(?![/?#])[!-~]+", re.IGNORECASE)


def branding_problems(branding: Branding, seller: Seller) -> Problems:
    """Checks a site's branding. What the logo holds, only who can draw it knows."""
    yield from text_problems(("brand_name", branding.brand_name))
    if branding.primary_color and not _COLOR.fullmatch(branding.primary_color):
        yield "primary_color", "must be a colour such as #1A4D8F"
    yield from long_text_problems("opening_text", branding.opening_text)
    yield from long_text_problems("closing_text", branding.closing_text)
    if branding.logo and len(branding.logo.data) > LOGO_BYTES:
        yield "logo", f"has {len(branding.logo.data):,} bytes; at most {LOGO_BYTES:,}"
    if branding.logo_url and not is_logo_url(branding.logo_url):
        yield "logo_url", "must be an address such as https://shop.example/logo.png"
    yield from _footer_problems(branding.footer_columns, seller)


def is_logo_url(url: str) -> bool:
    """Tells whether a text may be an address to fetch from: https, and nothing but ASCII."""
    return len(url) <= LOGO_URL_LENGTH and _URL.fullmatch(url) is not None


def _footer_problems(columns: tuple[str, ...], seller: Seller) -> Problems:
    if len(columns) > MOST_FOOTER_COLUMNS:
        yield "footer_columns", f"must be at most {MOST_FOOTER_COLUMNS}"
    for index, column in enumerate(columns):
        path = f"footer_columns[{index}]"
        if not column.strip():
            yield path, "must not be empty; leave the column out"
        elif len(column) > FOOTER_COLUMN_LENGTH:
            yield path, f"must have at most {FOOTER_COLUMN_LENGTH} characters"
        elif len(column.strip().splitlines()) > FOOTER_COLUMN_LINES:
            yield path, f"must have at most {FOOTER_COLUMN_LINES} lines"
        else:
            yield from long_text_problems(path, column)
    if columns and not any(_shows_tax_id(column, seller) for column in columns):
        yield (
            "footer_columns",
            "must show the seller's VAT id or tax number, which an invoice must bear",
        )


def _shows_tax_id(column: str, seller: Seller) -> bool:
    """Tells whether a text shows one of the seller's ids, however it is spaced."""
    shown = _without_blanks(column)
    ids = (_without_blanks(seller.vat_id), _without_blanks(seller.tax_number))
    return any(id in shown for id in ids if id)


def _without_blanks(text: str) -> str:
    return "".join(text.split()).upper()
