"""The foot of every page: who sells, in four columns, and the number of the page."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from server.domain.party import Seller
from server.rendering.colours import GREY, HAIRLINE
from server.rendering.layout import measures as m
from server.rendering.layout.context import Context, register_name
from server.rendering.layout.letterhead import address_lines
from server.rendering.layout.payment import grouped
from server.rendering.pen import Pen
from server.rendering.text import wrap

_GUTTER = 14.0
_SLACK = 0.01
_ABOVE = 7.0
_PAGE_NUMBER_ABOVE = 5.0
# Keeps the footer below a quarter of the page whatever the settings say.
_MOST_LINES = 20


@dataclass(frozen=True, slots=True)
class Footer:
    """The footer, the same on each page but for the page's number."""

    #: Where the page's content must have ended.
    top: float
    draw: Callable[[Pen, int, int], None]


@dataclass(frozen=True, slots=True)
class _Column:
    left: float
    lines: list[str]


def footer_for(ctx: Context) -> Footer:
    """Makes the footer of all pages."""
    columns = _columns(ctx)
    lines = max((len(column.lines) for column in columns), default=0)
    rule = m.FOOTER_BOTTOM - lines * m.FOOTER.leading - _ABOVE

    def draw(pen: Pen, page: int, pages: int) -> None:
        number = ctx.labels.page.format(page=page, pages=pages)
        pen.text_right(m.RIGHT, rule - _PAGE_NUMBER_ABOVE, number, m.PAGE_NUMBER, GREY)
        pen.rule(m.LEFT, m.RIGHT, rule, HAIRLINE)
        for column in columns:
            y = rule + _ABOVE + m.FOOTER.size
            for line in column.lines:
                pen.text(column.left, y, line, m.FOOTER, GREY)
                y += m.FOOTER.leading

    return Footer(rule - _PAGE_NUMBER_ABOVE - m.PAGE_NUMBER.leading, draw)


def _columns(ctx: Context) -> list[_Column]:
    """Gives the columns that have something in them, spread over the page's width."""
    seller = ctx.draft.seller
    country = ctx.formats.country(seller.address.country)
    sources = [
        [seller.name, *address_lines(seller.address), country],
        _contact(ctx, seller),
        _legal(ctx, seller),
        _bank(seller),
    ]
    sources = [texts for source in sources if (texts := [text for text in source if text.strip()])]
    needed = [max(map(m.FOOTER.width, texts)) for texts in sources]
    gutters = _GUTTER * (len(sources) - 1)
    limit = _widest(needed, m.WIDTH - gutters)
    widths = [min(limit, width) for width in needed]
    spare = (m.WIDTH - gutters - sum(widths)) / max(1, len(sources) - 1)
    columns, left = [], m.LEFT
    for texts, width in zip(sources, widths, strict=True):
        # Rounding must not break a text that needs just this width.
        lines = [
            line
            for text in texts
            for line in wrap(text, m.FOOTER.weight, m.FOOTER.size, width + _SLACK)
        ]
        columns.append(_Column(left, lines[:_MOST_LINES]))
        left += width + _GUTTER + spare
    return columns


def _widest(needed: list[float], available: float) -> float:
    """Finds how wide a column may be at most, so that only the widest ones must give way."""
    limit = available
    for index, width in enumerate(sorted(needed)):
        limit = available / (len(needed) - index)
        if width > limit:
            return limit
        available -= width
    return max(needed, default=limit)


def _contact(ctx: Context, seller: Seller) -> list[str]:
    phone = f"{ctx.labels.phone} {seller.phone}" if seller.phone else ""
    contact = f"{ctx.labels.contact}: {seller.contact_name}" if seller.contact_name else ""
    return [contact, phone, seller.email, seller.website]


def _legal(ctx: Context, seller: Seller) -> list[str]:
    labels, management, legal_id = ctx.labels, seller.management, seller.legal_id
    if management and ":" not in management:  # else it says itself who they are
        management = f"{labels.represented_by}: {management}"
    return [
        f"{labels.vat_id} {seller.vat_id}" if seller.vat_id else "",
        f"{labels.tax_number} {seller.tax_number}" if seller.tax_number else "",
        f"{register_name(legal_id, labels.company_id)} {legal_id.value}"
        if legal_id is not None
        else "",
        seller.registration,
        *seller.legal_information.splitlines(),
        management,
        *_tax_representative(ctx, seller),
    ]


def _tax_representative(ctx: Context, seller: Seller) -> list[str]:
    representative = seller.tax_representative
    if representative is None:
        return []
    address = representative.address
    country = ctx.formats.country(address.country)
    where = ", ".join(filter(None, (representative.name, *address_lines(address), country)))
    return [
        f"{ctx.labels.tax_representative}: {where}",
        f"{ctx.labels.vat_id} {representative.vat_id}" if representative.vat_id else "",
    ]


def _bank(seller: Seller) -> list[str]:
    account = seller.bank_account
    if account is None:
        return []
    bic = f"BIC {account.bic}" if account.bic else ""
    return [account.bank_name or account.holder, f"IBAN {grouped(account.iban)}", bic]
