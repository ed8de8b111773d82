"""Invoices for the archive's checks: the sample orders in every look, and what is seldom."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from functools import cache
from itertools import product
from pathlib import Path
from typing import Any

from PIL import Image as Pillow

from server.domain.branding import LAYOUT_VERSIONS, Image, Layout, Paper, Typeface
from server.domain.invoice import Invoice, InvoiceDraft, InvoiceLine, Payment, TaxSubtotal, Totals
from tests.builders.invoices import make_invoice, make_line
from tests.unit.rendering.pictures import image_of, png, saved
from tests.validators.scenarios import example_drafts, issue

#: Every way to dress an invoice.
LOOKS = tuple(product(Layout, Paper, Typeface))
#: Numbers of looks among which any two of layout, paper and typeface meet.
PAIRS = (0, 2, 4, 7, 9, 11)
#: How often an order's lines are repeated to fill so many pages, more or less.
PAGES = {"one page": 1, "two pages": 12, "five pages": 75}
_MOST_LINES = 75


def dressed(draft: InvoiceDraft, number: int) -> InvoiceDraft:
    """Gives a draft one of the looks; any 12 numbers in a row give it every one."""
    layout, paper, typeface = LOOKS[number % len(LOOKS)]
    branding = replace(draft.branding, layout=layout, paper=paper, typeface=typeface)
    return replace(draft, branding=branding)


def in_look(invoice: Invoice, number: int) -> Invoice:
    """Gives an invoice one of the looks, and the version of its layout."""
    draft = dressed(invoice.draft, number)
    return replace(invoice, draft=draft, layout=LAYOUT_VERSIONS[draft.branding.layout])


def repeated(draft: InvoiceDraft, times: int) -> InvoiceDraft:
    """Gives an invoice over the same goods so many times, with sums that hold."""
    lines = [line for _ in range(times) for line in draft.lines]

    def times_all(thing: Any, *names: str) -> Any:
        return replace(thing, **{name: getattr(thing, name) * times for name in names})

    totals: Totals = times_all(
        draft.totals, "lines", "allowances", "charges", "tax_exclusive", "tax", "tax_inclusive",
        "prepaid", "due", "rounding",
    )  # fmt: skip
    if totals.tax_in_tax_currency is not None:
        totals = times_all(totals, "tax_in_tax_currency")
    subtotals: Iterator[TaxSubtotal] = (
        times_all(subtotal, "taxable_amount", "tax_amount") for subtotal in draft.tax_subtotals
    )
    payments: Iterator[Payment] = (times_all(payment, "paid_amount") for payment in draft.payments)
    return replace(
        draft,
        lines=tuple(replace(line, position=place) for place, line in enumerate(lines, 1)),
        adjustments=tuple(times_all(item, "net_amount") for item in draft.adjustments),
        tax_subtotals=tuple(subtotals),
        payments=tuple(payments),
        totals=totals,
    )


def sample_invoices(language: str, pages: str) -> dict[str, Invoice]:
    """Issues every sample order in a language, repeated to fill pages, each in another look."""
    shift = sorted(PAGES).index(pages)
    return {
        name: issue(
            dressed(repeated(draft, min(PAGES[pages], _MOST_LINES // len(draft.lines))), number)
        )
        for number, (name, draft) in enumerate(_drafts(language).items(), shift)
    }


@cache
def _drafts(language: str) -> dict[str, InvoiceDraft]:
    return example_drafts(language)


#: What a line is called, by its script.
NAMES: dict[str, str] = json.loads(
    Path(__file__).with_name("scripts.json").read_text(encoding="utf-8")
)


def scripts(name: str) -> Iterator[Invoice]:
    """Gives invoices whose goods and parties are named in a script, in looks of every kind."""
    text = NAMES[name]
    lines: tuple[InvoiceLine, ...] = (
        make_line(1, name=text),
        make_line(2, name=f"{text} " * 6, item_id=text[:8]),
        make_line(3),
    )
    plain = make_invoice(lines)
    draft = plain.draft
    buyer = replace(draft.buyer, name=text, contact_name=text)
    seller = replace(draft.seller, name=f"Nordlicht {text}")
    made = replace(plain, draft=replace(draft, buyer=buyer, seller=seller))
    return (in_look(made, number) for number in PAIRS)


def seldom() -> dict[str, Invoice]:
    """Gives invoices with what few have."""
    kwd = make_line(1, unit_price=Decimal("1.250"), net_amount=Decimal("2.500"))
    branding = make_invoice(1).draft.branding
    shown = {
        "a footer of its own": replace(
            branding, footer_columns=("Nordlicht GmbH\nKiel", "Bank\nIBAN", "Register", "Web")
        ),
        "texts above and below": replace(
            branding, opening_text="Guten Tag,\n\nwir danken.", closing_text="Grüße\n" * 30
        ),
        "a coloured brand": replace(branding, primary_color="#FFEE00", brand_name="Größe & Söhne"),
        "a brand without a name": replace(branding, brand_name="", primary_color=""),
    } | {name: replace(branding, logo=logo) for name, logo in _logos().items()}
    invoices = {
        "no XML": make_invoice((kwd,), adjustments=(), currency="KWD", embedded=None),
        "a GiroCode": make_invoice(2, girocode=True),
        "a credit note": make_invoice(2, type_code="381"),
        "paid": make_invoice(2, paid="all"),
        "a language without words": make_invoice(2, language="sv"),
        "a region": make_invoice(2, language="de-AT"),
        "an odd number": make_invoice(2, number="RE/Ä (7) \\ <&> №5 🍵"),
        "one endless word": make_invoice((make_line(1, name="Ä" * 700),)),
    } | {name: make_invoice(2, branding=changed) for name, changed in shown.items()}
    return {
        f"{name}, look {number}": in_look(invoice, number)
        for name, invoice in invoices.items()
        for number in range(0, len(LOOKS), 5)
    }


def _logos() -> dict[str, Image]:
    size = (90, 60)
    palette = Pillow.new("P", size)
    palette.putpalette([255, 0, 0, 0, 0, 255])
    return {
        "a translucent logo": png(*size),
        "an opaque logo": saved(Pillow.new("RGB", size, (9, 99, 60)), "PNG"),
        "a photograph": saved(Pillow.new("RGB", size, (9, 99, 60)), "JPEG"),
        "a photograph for print": saved(Pillow.new("CMYK", size, (9, 99, 60, 0)), "JPEG"),
        "a grey logo": saved(Pillow.new("LA", size, (80, 200)), "PNG"),
        "a logo of few colours": saved(palette, "PNG", transparency=0),
        "a large logo": png(2000, 900),
        "a broken logo": image_of(b"no picture"),
    }
