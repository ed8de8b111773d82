"""What a contender's module offers, and what all of them share."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from server.domain.document import DocumentFormat
from server.domain.invoice import Invoice
from server.rendering.xml import render_xml

#: Draws an invoice, warm: whatever can be made once was made before.
Draw = Callable[[Invoice], bytes]

LOGO = Path(__file__).parents[2] / "examples" / "logo.png"
FONTS = Path(__file__).parents[2] / "server" / "rendering" / "fonts"
REGULAR, STRONG = FONTS / "InterTabular-Regular.ttf", FONTS / "InterTabular-SemiBold.ttf"


class Contender(Protocol):
    """A module that draws invoices its way."""

    @staticmethod
    def prepare() -> Draw:
        """Loads fonts and templates; gives what draws."""


def factur_x(invoice: Invoice) -> bytes:
    """Gives the XML to attach; the same for everybody, and made within what is timed."""
    return render_xml(invoice, DocumentFormat.FACTUR_X)
