"""How an order is taxed: the category of each rate, and what the invoice says about it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from server.domain.invoice import TaxCategory, TaxSubtotal
from server.domain.party import Party, Seller
from server.domain.tax import TaxGroup
from server.domain.tax_category import Sale, exemption, tax_category, tax_notes

#: Categories under which the seller appears with the VAT id of its own country.
_FROM_HOME = frozenset({TaxCategory.INTRA_COMMUNITY, TaxCategory.EXPORT})


@dataclass(frozen=True, slots=True)
class Taxation:
    """What an invoice says about its tax."""

    #: By rate in percent.
    categories: Mapping[Decimal, TaxCategory]
    subtotals: tuple[TaxSubtotal, ...]
    notes: tuple[str, ...]
    #: With the VAT id under which this sale is taxed.
    seller: Seller
    buyer: Party


def taxation(sale: Sale, buyer: Party, groups: Sequence[TaxGroup], language: str) -> Taxation:
    """Decides how an order's groups are taxed.

    Raises OrderRejected, naming the field, where a rate is not right for the sale.
    """
    categories: dict[Decimal, TaxCategory] = {}
    for group in groups:
        charged = [part for part in group.parts if part.price.net or part.price.gross]
        field = (charged or group.parts)[0].price.field("taxRate")
        categories[group.rate] = tax_category(sale, group.rate, field, nothing=not charged)
    subtotals = []
    for group in groups:
        category = categories[group.rate]
        reason, code = exemption(category, sale, language)
        subtotals.append(
            TaxSubtotal(
                tax_category=category,
                tax_rate=group.rate,
                taxable_amount=group.net,
                tax_amount=group.tax,
                exemption_reason=reason,
                exemption_code=code,
            )
        )
    seller = sale.seller
    if TaxCategory.NOT_SUBJECT in categories.values():
        # Such an invoice must not hold a VAT id at all (BR-O-02).
        buyer = replace(buyer, vat_id="")
        seller = replace(seller, vat_id="")
    elif sale.foreign_vat_id and not _FROM_HOME & set(categories.values()):
        seller = replace(seller, vat_id=sale.foreign_vat_id)
    return Taxation(categories, tuple(subtotals), tax_notes(sale, language), seller, buyer)
