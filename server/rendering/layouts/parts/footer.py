"""The foot of every page: the shop's own columns, or who sells in four of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain

from server.domain.party import Seller
from server.rendering.colours import GREY, HAIRLINE
from server.rendering.layouts.context import Shop
from server.rendering.layouts.parts.parties import address_lines, grouped, register_name
from server.rendering.pdf.pen import Pen
from server.rendering.typography.wrapping import wrap

_GUTTER = 14.0
_SLACK = 0.01
_ABOVE = 7.0
_PAGE_NUMBER_ABOVE = 5.0
# Keeps the footer below a quarter of the page whatever the settings say.
_MOST_LINES = 20


@dataclass(frozen=True, slots=True)
class Footer:
    """The footer of a shop's pages, without the page's number."""

    #: Where the page's content must have ended.
    top: float
    #: Base line of the page's number, which ends at the right margin.
    page_number: float
    #: Where its rule is.
    rule: float
    columns: tuple[tuple[float, list[str]], ...]
    shop: Shop

    def draw(self, pen: Pen) -> None:
        """Draws it at the foot of the page."""
        design, style = self.shop.design, self.shop.design.styles.footer
        pen.rule(design.left, design.right, self.rule, HAIRLINE)
        for left, lines in self.columns:
            pen.lines(left, self.rule + _ABOVE + style.size, lines, style, GREY)


def footer_for(shop: Shop) -> Footer:
    """Makes the footer of a shop's pages."""
    styles = shop.design.styles
    columns = _columns(shop)
    lines = max((len(lines) for _, lines in columns), default=0)
    rule = shop.design.footer_bottom - lines * styles.footer.leading - _ABOVE
    number = rule - _PAGE_NUMBER_ABOVE
    return Footer(number - styles.page_number.leading, number, rule, columns, shop)


def _columns(shop: Shop) -> tuple[tuple[float, list[str]], ...]:
    """Gives the columns that have something in them, spread over the page's width."""
    design, style = shop.design, shop.design.styles.footer
    sources = [
        texts
        for source in _own_columns(shop) or _seller_columns(shop)
        if (texts := [text for text in source if text.strip()])
    ]
    needed = [max(map(style.width, texts)) for texts in sources]
    gutters = _GUTTER * (len(sources) - 1)
    limit = _widest(needed, design.text_width - gutters)
    widths = [min(limit, width) for width in needed]
    spare = design.text_width - gutters
    for width in widths:  # not by sum(), which adds fractions in another way since Python 3.12
        spare -= width
    gutter = _GUTTER + spare / max(1, len(sources) - 1)
    columns, left = [], design.left
    for texts, width in zip(sources, widths, strict=True):
        # Rounding must not break a text that needs just this width.
        lines = [line for text in texts for line in wrap(text, style, width + _SLACK)]
        columns.append((left, lines[:_MOST_LINES]))
        left += width + gutter
    return tuple(columns)


def _widest(needed: Sequence[float], available: float) -> float:
    """Finds how wide a column may be at most, so that only the widest ones must give way."""
    limit = available
    for index, width in enumerate(sorted(needed)):
        limit = available / (len(needed) - index)
        if width > limit:
            return limit
        available -= width
    return max(needed, default=limit)


def _own_columns(shop: Shop) -> list[list[str]]:
    """Gives the shop's columns, completed by what no invoice may lack."""
    columns = [text.splitlines() for text in shop.footer_columns if text.strip()]
    if columns:
        said = "".join("".join(chain(*columns)).split())
        columns[-1] += [text for id_, text in _tax_ids(shop) if "".join(id_.split()) not in said]
    return columns


def _tax_ids(shop: Shop) -> list[tuple[str, str]]:
    """Gives the seller's tax ids, each with how it is written."""
    labels, seller = shop.labels, shop.seller
    ids = ((labels.vat_id, seller.vat_id), (labels.tax_number, seller.tax_number))
    return [(id_, f"{label} {id_}") for label, id_ in ids if id_]


def _seller_columns(shop: Shop) -> list[list[str]]:
    seller = shop.seller
    country = shop.formats.country(seller.address.country)
    return [
        [seller.name, *address_lines(seller.address), country],
        _contact(shop),
        _legal(shop),
        _bank(seller),
    ]


def _contact(shop: Shop) -> list[str]:
    labels, seller = shop.labels, shop.seller
    phone = f"{labels.phone} {seller.phone}" if seller.phone else ""
    contact = f"{labels.contact}: {seller.contact_name}" if seller.contact_name else ""
    return [contact, phone, seller.email, seller.website]


def _legal(shop: Shop) -> list[str]:
    labels, seller = shop.labels, shop.seller
    management, legal_id = seller.management, seller.legal_id
    if management and ":" not in management:  # else it says itself who they are
        management = f"{labels.represented_by}: {management}"
    return [
        *(text for _, text in _tax_ids(shop)),
        f"{register_name(legal_id, labels.company_id)} {legal_id.value}" if legal_id else "",
        seller.registration,
        *seller.legal_information.splitlines(),
        management,
        *_tax_representative(shop),
    ]


def _tax_representative(shop: Shop) -> list[str]:
    representative = shop.seller.tax_representative
    if representative is None:
        return []
    address = representative.address
    country = shop.formats.country(address.country)
    where = ", ".join(filter(None, (representative.name, *address_lines(address), country)))
    return [
        f"{shop.labels.tax_representative}: {where}",
        f"{shop.labels.vat_id} {representative.vat_id}" if representative.vat_id else "",
    ]


def _bank(seller: Seller) -> list[str]:
    account = seller.bank_account
    if account is None:
        return []
    bic = f"BIC {account.bic}" if account.bic else ""
    return [account.bank_name or account.holder, f"IBAN {grouped(account.iban)}", bic]
