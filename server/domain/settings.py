"""What a tenant decides: sites with seller and branding, numbering, and the rule for due orders."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from server.domain.invoice import Branding
from server.domain.numbering import NumberSequence
from server.domain.party import Seller

#: Base languages that documents are written in.
SUPPORTED_LANGUAGES = ("de", "en")


@dataclass(frozen=True, slots=True)
class Site:
    """A shop of the tenant."""

    code: str
    name: str
    #: BCP 47 tag.
    default_language: str
    #: ISO 4217.
    currency: str
    #: Whether prices include tax: a gross shop, whose paid total is the truth.
    includes_tax: bool
    #: IANA name.
    time_zone: str
    seller: Seller
    branding: Branding
    #: Name of its number sequence; empty means the tenant's first.
    number_sequence: str = ""
    #: Days after issue by which payment is due; 0 means on receipt.
    payment_term_days: int = 0

    def data(self) -> dict[str, Any]:
        """Gives the site in the platform's names, for the sitePath of number placeholders."""
        address = self.seller.address
        return {
            "code": self.code,
            "name": self.name,
            "defaultLanguage": self.default_language,
            "currency": self.currency,
            "includesTax": self.includes_tax,
            "homeBase": {
                "timezone": self.time_zone,
                "address": {
                    "city": address.city,
                    "zipCode": address.post_code,
                    "country": address.country,
                    "state": address.subdivision,
                },
            },
            "mixins": {
                "generalShopSettings": {"brandName": self.branding.brand_name},
                "merchantInfo": {"merchantName": self.seller.name},
            },
        }


@dataclass(frozen=True, slots=True)
class SelectionRule:
    """Which orders are due (the platform's invoiceSettings)."""

    #: Hours after the delivery date.
    threshold_hours: int = 0
    #: Empty does not filter.
    statuses: tuple[str, ...] = ()
    #: Empty does not filter.
    extended_statuses: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class OrderPaths:
    """Where an order's JSON holds what the platform does not document; dotted paths or empty."""

    buyer_vat_id: str = ""
    language: str = ""
    buyer_reference: str = ""


@dataclass(frozen=True, slots=True)
class TenantSettings:
    """All that a tenant decides about its invoices."""

    sites: tuple[Site, ...]
    number_sequences: tuple[NumberSequence, ...]
    #: None: AUTOMATIC jobs are refused.
    selection_rule: SelectionRule | None = None
    order_paths: OrderPaths = OrderPaths()
    #: Changes with every update.
    etag: str = ""
    #: UTC; None before the first save.
    updated_at: datetime | None = None

    def site(self, code: str) -> Site | None:
        """Finds a site by its code."""
        return next((site for site in self.sites if site.code == code), None)

    def sequence_for(self, site: Site) -> NumberSequence:
        """Finds the sequence that numbers a site's invoices."""
        if not site.number_sequence:
            return self.number_sequences[0]
        return next(s for s in self.number_sequences if s.name == site.number_sequence)
