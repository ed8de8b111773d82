"""Who buys and who sells, and where they live."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PostalAddress:
    """A postal address (EN 16931 BG-5, BG-8, BG-15). Empty text means not given."""

    #: Street and house number first, further address lines after it.
    lines: tuple[str, ...] = ()
    post_code: str = ""
    city: str = ""
    #: Region or state.
    subdivision: str = ""
    #: ISO 3166-1 alpha-2.
    country: str = ""


@dataclass(frozen=True, slots=True)
class Party:
    """A buyer, or who takes delivery (EN 16931 BG-7, BG-13). Empty text means not given."""

    #: The company's full name, or the person's where there is no company.
    name: str
    address: PostalAddress
    #: The person to turn to at a company.
    contact_name: str = ""
    #: VAT identifier with its country prefix.
    vat_id: str = ""
    email: str = ""
    #: The platform's id of the buyer.
    customer_id: str = ""


@dataclass(frozen=True, slots=True)
class BankAccount:
    """Where to pay to (EN 16931 BG-17)."""

    holder: str
    #: Without blanks.
    iban: str
    bic: str = ""
    bank_name: str = ""


@dataclass(frozen=True, slots=True)
class Seller:
    """Who sells (EN 16931 BG-4). Empty text means not given."""

    name: str
    address: PostalAddress
    vat_id: str = ""
    #: Tax number of the local tax office.
    tax_number: str = ""
    email: str = ""
    phone: str = ""
    website: str = ""
    #: Court and number of registration.
    registration: str = ""
    #: Managing directors or owner.
    management: str = ""
    bank_account: BankAccount | None = None
