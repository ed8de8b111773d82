"""Seller, buyer, tax representative and addresses (BG-4 to BG-12) in CII."""

from __future__ import annotations

from server.domain.format_rules import electronic_address
from server.domain.invoice import InvoiceDraft
from server.domain.party import Identifier, Party, PostalAddress, Seller
from server.rendering.xml.nodes import Element, node
from server.rendering.xml.profiles import Profile
from server.rendering.xml.terms import address_lines, legal_information


def seller(draft: InvoiceDraft, profile: Profile) -> Element | None:
    """Makes the seller (BG-4)."""
    party = draft.seller
    return node(
        "ram:SellerTradeParty",
        node("ram:Name", party.name),
        node("ram:Description", legal_information(party)),
        _legal(party.legal_id),
        _contact(party, party.contact_name),
        address(party.address),
        _electronic(electronic_address(party, profile.format)),
        _registration("FC", party.tax_number),
        _registration("VA", party.vat_id),
    )


def buyer(draft: InvoiceDraft, profile: Profile) -> Element | None:
    """Makes the buyer (BG-7)."""
    party = draft.buyer
    return node(
        "ram:BuyerTradeParty",
        node("ram:ID", party.customer_id),
        node("ram:Name", party.name),
        _legal(party.legal_id),
        _contact(party, party.contact_name),
        address(party.address),
        _electronic(electronic_address(party, profile.format)),
        _registration("VA", party.vat_id),
    )


def tax_representative(draft: InvoiceDraft) -> Element | None:
    """Makes who answers for the seller's tax (BG-11)."""
    party = draft.seller.tax_representative
    if party is None:
        return None
    return node(
        "ram:SellerTaxRepresentativeTradeParty",
        node("ram:Name", party.name),
        address(party.address),
        _registration("VA", party.vat_id),
    )


def address(given: PostalAddress) -> Element | None:
    """Makes a postal address (BG-5, BG-8, BG-12, BG-15)."""
    first, second, third = address_lines(given)
    return node(
        "ram:PostalTradeAddress",
        node("ram:PostcodeCode", given.post_code),
        node("ram:LineOne", first),
        node("ram:LineTwo", second),
        node("ram:LineThree", third),
        node("ram:CityName", given.city),
        node("ram:CountryID", given.country),
        node("ram:CountrySubDivisionName", given.subdivision),
    )


def _legal(given: Identifier | None) -> Element | None:
    if given is None:
        return None
    return node(
        "ram:SpecifiedLegalOrganization", node("ram:ID", given.value, schemeID=given.scheme)
    )


def _contact(party: Seller | Party, name: str) -> Element | None:
    return node(
        "ram:DefinedTradeContact",
        node("ram:PersonName", name),
        node("ram:TelephoneUniversalCommunication", node("ram:CompleteNumber", party.phone)),
        node("ram:EmailURIUniversalCommunication", node("ram:URIID", party.email)),
    )


def _electronic(given: Identifier | None) -> Element | None:
    if given is None:
        return None
    return node(
        "ram:URIUniversalCommunication", node("ram:URIID", given.value, schemeID=given.scheme)
    )


def _registration(scheme: str, value: str) -> Element | None:
    return node("ram:SpecifiedTaxRegistration", node("ram:ID", value, schemeID=scheme))
