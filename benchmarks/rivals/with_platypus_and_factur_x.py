"""platypus, then the factur-x library to attach the XML: two passes."""

from __future__ import annotations

from facturx import generate_from_binary

from benchmarks.rivals import with_platypus
from benchmarks.rivals.contender import Draw, factur_x
from server.domain.invoice import Invoice


def prepare() -> Draw:
    """Prepares platypus."""
    draw_page = with_platypus.prepare()

    def draw(invoice: Invoice) -> bytes:
        # Everything is said that the library would otherwise find out, and the schema check is
        # left out: the fastest way its documentation names.
        title = f"Rechnung {invoice.number}"
        attached: bytes = generate_from_binary(
            draw_page(invoice),
            factur_x(invoice),
            flavor="factur-x",
            level="en16931",
            check_xsd=False,
            pdf_metadata={
                "author": invoice.draft.seller.name,
                "keywords": "",
                "title": title,
                "subject": title,
            },
            lang=invoice.draft.language,
            afrelationship="alternative",
            xmp_compression=False,  # PDF/A does not allow it
        )
        return attached

    return draw
