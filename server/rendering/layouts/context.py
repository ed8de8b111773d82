"""What every part of a page needs to know about the invoice it draws."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from server.domain.branding import Branding
from server.domain.invoice import CREDIT_NOTE, Invoice, InvoiceDraft
from server.domain.party import Seller
from server.rendering.colours import Palette, palette
from server.rendering.formats import Formats, formats_for
from server.rendering.images import Logo, logo_of
from server.rendering.labels import Labels, labels_for
from server.rendering.layouts.design import Design, Styles

_SMALLEST_SIDE = 2.0  # points; what is smaller is a line or a dot


@dataclass(frozen=True, slots=True)
class Shop:
    """All that makes the fixed parts of a shop's pages: what is equal here looks the same."""

    design: Design
    seller: Seller
    #: The text in the logo's place; empty where there is a logo.
    brand: str
    #: #RRGGBB, or empty for the layout's own.
    primary_color: str
    #: BCP 47 tag.
    language: str
    #: The shop's own footer; empty: the seller's data.
    footer_columns: tuple[str, ...]

    @property
    def labels(self) -> Labels:
        """Gives the words to print."""
        return labels_for(self.language)

    @property
    def formats(self) -> Formats:
        """Gives the ways to write numbers and dates."""
        return formats_for(self.language)

    @property
    def palette(self) -> Palette:
        """Gives the colours."""
        return palette(self.primary_color)


@dataclass(slots=True, eq=False)
class Context:
    """An invoice with its shop, and the words, formats and colours to draw it in."""

    invoice: Invoice
    draft: InvoiceDraft
    shop: Shop
    design: Design
    styles: Styles
    labels: Labels
    formats: Formats
    palette: Palette
    #: None where there is none that can be drawn.
    logo: Logo | None
    #: The kind of document, as it is called on it.
    title: str
    #: Whether it is a credit note, whose amounts go to the buyer.
    is_credit: bool
    #: What a page that is no invoice yet says of itself; empty on an invoice.
    watermark: str

    def money(self, value: Decimal) -> str:
        """Writes an amount with the invoice's currency."""
        return self.formats.money(value, self.draft.currency)


def context_for(invoice: Invoice, design: Design, watermark: str = "") -> Context:
    """Looks up the words, formats and colours of an invoice."""
    draft = invoice.draft
    branding, language = draft.branding, draft.language
    logo = _visible_logo(branding, design)
    brand = "" if logo is not None else branding.brand_name or draft.seller.name
    labels = labels_for(language)
    return Context(
        invoice=invoice,
        draft=draft,
        shop=Shop(
            design, draft.seller, brand, branding.primary_color, language, branding.footer_columns
        ),
        design=design,
        styles=design.styles,
        labels=labels,
        formats=formats_for(language),
        palette=palette(branding.primary_color),
        logo=logo,
        title=labels.titles.get(invoice.type_code, labels.titles["380"]),
        is_credit=invoice.type_code == CREDIT_NOTE,
        watermark=watermark,
    )


def _visible_logo(branding: Branding, design: Design) -> Logo | None:
    logo = None if branding.logo is None else logo_of(branding.logo)
    if logo is None or min(design.logo_size((logo.width, logo.height))) < _SMALLEST_SIDE:
        return None
    return logo
