"""The page's measures and type sizes, in points, counted from the upper left corner.

The address field is where DIN 5008 form B wants it, so that it shows in a window envelope.
"""

from __future__ import annotations

from typing import Final

from server.rendering.fonts import Weight
from server.rendering.pen import Style

MM: Final = 72 / 25.4

PAGE_WIDTH: Final = 210 * MM
PAGE_HEIGHT: Final = 297 * MM
LEFT: Final = 25 * MM
RIGHT: Final = 190 * MM
WIDTH: Final = RIGHT - LEFT
#: The second axis: facts and totals begin here.
MIDDLE: Final = 116 * MM

LOGO_TOP: Final = 13 * MM
LOGO_HEIGHT: Final = 19 * MM
LOGO_WIDTH: Final = 58 * MM
SENDER_BASE: Final = 59 * MM
ADDRESS_TOP: Final = 62.7 * MM
ADDRESS_WIDTH: Final = 80 * MM
FACTS_TOP: Final = 50 * MM
TITLE_TOP: Final = 87.5 * MM

CONTINUED_BASE: Final = 17 * MM
CONTINUED_TOP: Final = 24 * MM

FOOTER_BOTTOM: Final = PAGE_HEIGHT - 10 * MM
#: Between the content and the footer at least.
FOOTER_GAP: Final = 7.0

BRAND_SIZES: Final = (22.0, 17.0, 13.0)
TITLE: Final = Style(Weight.STRONG, 18, 23, -0.3)
TITLE_NUMBER: Final = Style(Weight.REGULAR, 18, 23, -0.45)
ADDRESS: Final = Style(Weight.REGULAR, 9.5, 12.9)
SENDER: Final = Style(Weight.REGULAR, 6.2, 8)
LABEL: Final = Style(Weight.REGULAR, 7.8, 12.4)
VALUE: Final = Style(Weight.REGULAR, 8.2, 12.4)
VALUE_STRONG: Final = Style(Weight.STRONG, 8.2, 12.4)
HEADING: Final = Style(Weight.STRONG, 8.2, 14)
TEXT: Final = Style(Weight.REGULAR, 8.2, 11.8)
TOTAL: Final = Style(Weight.REGULAR, 8.6, 14.2)
GROSS: Final = Style(Weight.STRONG, 9.6, 17)
DUE: Final = Style(Weight.STRONG, 11.5, 24, -0.1)
NOTE: Final = Style(Weight.REGULAR, 7.4, 10)
REASON: Final = Style(Weight.REGULAR, 7.2, 9.6)
FOOTER: Final = Style(Weight.REGULAR, 6.5, 8.9)
PAGE_NUMBER: Final = Style(Weight.REGULAR, 7, 9)
CONTINUED: Final = Style(Weight.REGULAR, 7.8, 10)
CONTINUED_STRONG: Final = Style(Weight.STRONG, 7.8, 10)
