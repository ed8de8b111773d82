"""The shop's logo, or its name where there is no logo that can be drawn."""

from __future__ import annotations

from server.rendering.images import Logo
from server.rendering.layouts.context import Shop
from server.rendering.layouts.design import Design
from server.rendering.pdf.pen import Pen
from server.rendering.typography.wrapping import wrap

_MOST_LINES = 3


def draw_logo(pen: Pen, logo: Logo, design: Design) -> None:
    """Draws the logo at its place."""
    width, height = design.logo_size((logo.width, logo.height))
    pen.logo(design.left, design.logo_top, width, height)


def draw_brand_name(pen: Pen, shop: Shop) -> None:
    """Draws the shop's name where the logo would be."""
    design, limit = shop.design, shop.design.brand_width
    sizes = design.styles.brand
    style = next((style for style in sizes if style.width(shop.brand) <= limit), sizes[-1])
    lines = wrap(shop.brand, style, limit, _MOST_LINES)
    pen.lines(design.left, design.logo_top + style.size, lines, style, shop.palette.text)
