"""The invoices that benchmarks draw: German, with a logo, each different from the others.

They differ in number, names, quantities and prices, so that nobody wins by remembering the last
invoice; seller, logo and wording stay, as they do in a shop. The same number always gives the same
invoice, in any process.
"""

from __future__ import annotations

import hashlib
from decimal import Decimal
from functools import cache
from pathlib import Path
from random import Random

from server.domain.branding import Branding, Image
from server.domain.invoice import Invoice, InvoiceLine
from tests.builders.invoices import make_invoice, make_line

LOGO = Path(__file__).parents[1] / "examples" / "logo.png"

_KINDS = "Leinenhemd Wollpullover Sturmlaterne Teekanne Keramikbecher Bildband Tasche Tuch".split()
_MAKES = "handgedreht, naturweiß, gewalkt, aus Messing, mit Lederriemen, im Karton".split(", ")
_PLACES = "Amrum Föhr Juist Langeoog Norderney Pellworm Spiekeroog Sylt Wangerooge".split()
_SIZES = ("38", "40 × 60 cm", "70 × 140 cm", "250 g", "groß", "klein", "Größe L", "0,5 l")
_RATES = (19, 19, 19, 7)


def sample_invoice(lines: int, number: int) -> Invoice:
    """Makes the invoice of this number with so many lines, and shipping."""
    chance = Random(f"{lines}-{number}")  # noqa: S311 - samples, no secrets
    made = tuple(_line(chance, position) for position in range(1, lines + 1))
    return make_invoice(made, number=f"RE-2025-{number:05d}", branding=_branding())


def _line(chance: Random, position: int) -> InvoiceLine:
    kind, make = chance.choice(_KINDS), chance.choice(_MAKES)
    place, size = chance.choice(_PLACES), chance.choice(_SIZES)
    return make_line(
        position,
        name=f"{kind} „{place}“, {make}, {size}",
        # No other text holds it, so that a reader can count the lines that were drawn.
        item_id=f"NL-{chance.randrange(1000)}-{position:04d}Q",
        quantity=Decimal(chance.randint(1, 30)),
        unit_price=Decimal(chance.randint(150, 19_999)) / 100,
        tax_rate=Decimal(chance.choice(_RATES)),
    )


@cache
def _branding() -> Branding:
    data = LOGO.read_bytes()
    return Branding(
        brand_name="Nordlicht Handel",
        primary_color="#0F4C5C",
        logo=Image(hashlib.sha256(data).hexdigest(), data),
        closing_text="Vielen Dank für Ihren Einkauf bei Nordlicht!",
    )
