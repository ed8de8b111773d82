"""Seller, buyer, tax representative and addresses (BG-4 to BG-12) in CII."""

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
        3,
        "ram:SellerTradeParty",
        leaf("ram:Name", party.name),
        leaf("ram:Description", legal_information(party)),
        _legal(party.legal_id),
        _contact(party, party.contact_name),
        address(party.address),
        _electronic(electronic_address(party, format)),
        _registration("FC", party.tax_number),
        _registration("VA", party.vat_id),
    )


def buyer(party: Party, format: DocumentFormat) -> str:
    """Writes the buyer (BG-7)."""
    return node(
        3,
        "ram:BuyerTradeParty",
        leaf("ram:ID", party.customer_id),
        leaf("ram:Name", party.name),
        _legal(party.legal_id),
        _contact(party, party.contact_name),
        address(party.address),
        _electronic(electronic_address(party, format)),
        _registration("VA", party.vat_id),
    )


def tax_representative(party: TaxRepresentative | None) -> str:
    """Writes who answers for the seller's tax (BG-11)."""
    if party is None:
        return ""
    return node(
        3,
        "ram:SellerTaxRepresentativeTradeParty",
        leaf("ram:Name", party.name),
        address(party.address),
        _registration("VA", party.vat_id),
    )


def address(given: PostalAddress) -> str:
    """Writes a postal address (BG-5, BG-8, BG-12, BG-15)."""
    first, second, third = address_lines(given)
    return node(
        4,
        "ram:PostalTradeAddress",
        leaf("ram:PostcodeCode", given.post_code),
        leaf("ram:LineOne", first),
        leaf("ram:LineTwo", second),
        leaf("ram:LineThree", third),
        leaf("ram:CityName", given.city),
        leaf("ram:CountryID", given.country),
        leaf("ram:CountrySubDivisionName", given.subdivision),
    )


def _legal(given: Identifier | None) -> str:
    if given is None:
        return ""
    return node(
        4, "ram:SpecifiedLegalOrganization", leaf("ram:ID", given.value, schemeID=given.scheme)
    )


def _contact(party: Seller | Party, name: str) -> str:
    return node(
        4,
        "ram:DefinedTradeContact",
        leaf("ram:PersonName", name),
        node(5, "ram:TelephoneUniversalCommunication", leaf("ram:CompleteNumber", party.phone)),
        node(5, "ram:EmailURIUniversalCommunication", leaf("ram:URIID", party.email)),
    )


def _electronic(given: Identifier | None) -> str:
    if given is None:
        return ""
    return node(
        4, "ram:URIUniversalCommunication", leaf("ram:URIID", given.value, schemeID=given.scheme)
    )


def _registration(scheme: str, value: str) -> str:
    return node(4, "ram:SpecifiedTaxRegistration", leaf("ram:ID", value, schemeID=scheme))
