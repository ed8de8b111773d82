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
class Identifier:
    """An id and the scheme that gives it its meaning."""

    value: str
    #: ISO 6523 ICD for legal ids (0002 is SIRENE), EAS for electronic addresses (EM, 9930, 0088).
    scheme: str = ""


@dataclass(frozen=True, slots=True)
class TaxRepresentative:
    """Who answers for the seller's tax in another country (EN 16931 BG-11)."""

    name: str
    #: VAT identifier with its country prefix (BT-63).
    vat_id: str
    address: PostalAddress


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
    phone: str = ""
    #: Number in a register of companies (BT-47), such as a French SIREN.
    legal_id: Identifier | None = None
    #: Where e-invoices go to (BT-49).
    electronic_address: Identifier | None = None


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
    #: Person or department for questions (BT-41); XRechnung wants it.
    contact_name: str = ""
    #: Number in a register of companies (BT-30), such as a French SIREN.
    legal_id: Identifier | None = None
    #: Legal form, capital and what else the law wants in words (BT-33).
    legal_information: str = ""
    #: Where e-invoices come from (BT-34).
    electronic_address: Identifier | None = None
    tax_representative: TaxRepresentative | None = None
