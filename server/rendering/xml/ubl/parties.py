"""Seller, buyer, tax representative and addresses (BG-4 to BG-12) in UBL."""

from __future__ import annotations

from functools import lru_cache

from server.domain.document import DocumentFormat
from server.domain.format_rules import electronic_address
from server.domain.party import Identifier, Party, PostalAddress, Seller, TaxRepresentative
from server.rendering.xml.nodes import leaf, node
from server.rendering.xml.terms import address_lines, legal_information


@lru_cache(maxsize=256)
def seller(party: Seller, format: DocumentFormat) -> str:
    """Writes the seller (BG-4), who is the same on every invoice of a shop."""
    return node(
        1,
        "cac:AccountingSupplierParty",
        node(
            2,
            "cac:Party",
            _electronic(electronic_address(party, format)),
            _address(3, "cac:PostalAddress", party.address),
            _tax_scheme(3, "VAT", party.vat_id),
            # Any scheme but VAT tells a tax number (BT-32) from a VAT id (BT-31).
            _tax_scheme(3, "FC", party.tax_number),
            _legal_entity(party, legal_information(party)),
            _contact(party),
        ),
    )


def buyer(party: Party, format: DocumentFormat) -> str:
    """Writes the buyer (BG-7)."""
    return node(
        1,
        "cac:AccountingCustomerParty",
        node(
            2,
            "cac:Party",
            _electronic(electronic_address(party, format)),
            node(3, "cac:PartyIdentification", leaf("cbc:ID", party.customer_id)),
            _address(3, "cac:PostalAddress", party.address),
            _tax_scheme(3, "VAT", party.vat_id),
            _legal_entity(party),
            _contact(party),
        ),
    )


def tax_representative(party: TaxRepresentative | None) -> str:
    """Writes who answers for the seller's tax (BG-11)."""
    if party is None:
        return ""
    return node(
        1,
        "cac:TaxRepresentativeParty",
        node(2, "cac:PartyName", leaf("cbc:Name", party.name)),
        _address(2, "cac:PostalAddress", party.address),
        _tax_scheme(2, "VAT", party.vat_id),
    )


def delivery_location(given: PostalAddress) -> str:
    """Writes the address that it was delivered to (BG-15)."""
    return node(2, "cac:DeliveryLocation", _address(3, "cac:Address", given))


def _address(depth: int, name: str, given: PostalAddress) -> str:
    first, second, third = address_lines(given)
    return node(
        depth,
        name,
        leaf("cbc:StreetName", first),
        leaf("cbc:AdditionalStreetName", second),
        leaf("cbc:CityName", given.city),
        leaf("cbc:PostalZone", given.post_code),
        leaf("cbc:CountrySubentity", given.subdivision),
        node(depth + 1, "cac:AddressLine", leaf("cbc:Line", third)),
        node(depth + 1, "cac:Country", leaf("cbc:IdentificationCode", given.country)),
    )


def _electronic(given: Identifier | None) -> str:
    return leaf("cbc:EndpointID", given.value, schemeID=given.scheme) if given else ""


def _tax_scheme(depth: int, scheme: str, value: str) -> str:
    if not value:
        return ""
    return node(
        depth,
        "cac:PartyTaxScheme",
        leaf("cbc:CompanyID", value),
        node(depth + 1, "cac:TaxScheme", leaf("cbc:ID", scheme)),
    )


def _legal_entity(party: Seller | Party, information: str = "") -> str:
    legal = party.legal_id
    return node(
        3,
        "cac:PartyLegalEntity",
        leaf("cbc:RegistrationName", party.name),
        leaf("cbc:CompanyID", legal.value, schemeID=legal.scheme) if legal else "",
        leaf("cbc:CompanyLegalForm", information),
    )


def _contact(party: Seller | Party) -> str:
    return node(
        3,
        "cac:Contact",
        leaf("cbc:Name", party.contact_name),
        leaf("cbc:Telephone", party.phone),
        leaf("cbc:ElectronicMail", party.email),
    )
