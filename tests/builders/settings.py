"""Builds tenants' settings that are complete, for tests that change one thing about them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from server.domain.branding import Branding
from server.domain.numbering import NumberSequence
from server.domain.party import BankAccount, PostalAddress, Seller
from server.domain.settings import SelectionRule, Site, TaxRegistrations, TenantSettings
from server.identifiers.check_digits import CheckDigits

IDENTIFIERS = CheckDigits()

SELLER = Seller(
    name="Nordlicht Handel GmbH",
    address=PostalAddress(
        lines=("Speicherstraße 12",), post_code="20457", city="Hamburg", country="DE"
    ),
    vat_id="DE136695976",
    tax_number="46/123/45678",
    email="hallo@nordlicht.example",
    bank_account=BankAccount(
        holder="Nordlicht Handel GmbH", iban="DE89370400440532013000", bic="COBADEFFXXX"
    ),
)

SITE = Site(
    code="main",
    name="Nordlicht",
    default_language="de",
    currency="EUR",
    includes_tax=True,
    time_zone="Europe/Berlin",
    seller=SELLER,
    branding=Branding(brand_name="Nordlicht", primary_color="#0F4C5C"),
    payment_term_days=14,
    # Random orders hold goods at 0 %.
    tax_registrations=TaxRegistrations(zero_rate=True),
)

SEQUENCE = NumberSequence(name="standard", pre_text="RE-__year__-")

RULE = SelectionRule(
    threshold_hours=24, statuses=("CREATED", "CONFIRMED"), extended_statuses=("70", "75", "76")
)


def make_site(**changes: Any) -> Site:
    """Makes a site; a gross shop in Berlin where nothing else is said."""
    return replace(SITE, **changes)


def make_seller(**changes: Any) -> Seller:
    """Makes a seller with all that the law asks for."""
    return replace(SELLER, **changes)


def make_settings(*sites: Site, **changes: Any) -> TenantSettings:
    """Makes settings with the sites, or with one site named main."""
    values: dict[str, Any] = {
        "sites": sites or (SITE,),
        "number_sequences": (SEQUENCE,),
        "selection_rule": RULE,
    }
    return TenantSettings(**values | changes)
