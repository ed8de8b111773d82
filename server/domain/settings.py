"""What a tenant decides: sites with seller and branding, numbering, and the rule for due orders."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from server.domain.branding import Branding
from server.domain.document import DocumentFormat
from server.domain.numbering import NumberSequence
from server.domain.party import Seller
from server.domain.schedule import Schedule

#: Base languages that documents are written in.
SUPPORTED_LANGUAGES = ("de", "en", "fr", "it", "es", "nl", "pl", "pt", "cs")


@dataclass(frozen=True, slots=True)
class TaxRegistrations:
    """How the seller is registered for VAT, beyond its own VAT id."""

    #: Exempt small business (Directive 2006/112/EC art. 284, in Germany § 19 UStG): no tax at all.
    small_business: bool = False
    #: One Stop Shop: consumers in other EU countries are charged their country's rate.
    one_stop_shop: bool = False
    #: VAT ids in further countries, whose sales there are domestic; with country prefix.
    vat_ids: tuple[str, ...] = ()
    #: Second-hand goods taxed on the margin (art. 313): no tax is shown.
    margin_scheme: bool = False
    #: Sells goods taxed at 0 % at home, such as solar panels (§ 12 (3) UStG) or books.
    zero_rate: bool = False


@dataclass(frozen=True, slots=True)
class ExchangeRate:
    """What one unit of a currency is worth in the tax currency."""

    currency: str
    rate: Decimal


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
    #: What is made of each invoice besides the PDF.
    formats: tuple[DocumentFormat, ...] = ()
    #: Name of the sequence of its credit notes; empty means none are issued.
    credit_note_sequence: str = ""
    tax_registrations: TaxRegistrations = TaxRegistrations()
    #: Currency in which the seller accounts for tax (BT-6); empty: each invoice's own.
    tax_currency: str = ""
    exchange_rates: tuple[ExchangeRate, ...] = ()
    #: Used as BT-10 where the order gives no buyer reference; XRechnung needs one.
    default_buyer_reference: str = ""
    #: Terms of payment and late payment in words (BT-20), by base language.
    payment_terms: tuple[tuple[str, str], ...] = ()
    #: Whether unpaid invoices in EUR show a GiroCode.
    girocode: bool = False

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
    purchase_order: str = ""
    buyer_legal_id: str = ""
    buyer_electronic_address: str = ""


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
    #: When AUTOMATIC jobs start by themselves.
    schedules: tuple[Schedule, ...] = ()

    def site(self, code: str) -> Site | None:
        """Finds a site by its code."""
        return next((site for site in self.sites if site.code == code), None)

    def credit_note_sequence_for(self, site: Site) -> NumberSequence | None:
        """Finds the sequence that numbers a site's credit notes."""
        names = {s.name: s for s in self.number_sequences}
        return names.get(site.credit_note_sequence)

    def time_zone_of(self, schedule: Schedule) -> str:
        """Gives the IANA name of the zone in which a schedule's times are meant."""
        return schedule.time_zone or self.sites[0].time_zone

    def sequence_for(self, site: Site) -> NumberSequence:
        """Finds the sequence that numbers a site's invoices."""
        if not site.number_sequence:
            return self.number_sequences[0]
        return next(s for s in self.number_sequences if s.name == site.number_sequence)
