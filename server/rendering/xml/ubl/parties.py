"""Seller, buyer, tax representative and addresses (BG-4 to BG-12) in UBL."""

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
        "cac:AccountingSupplierParty",
        node(
            "cac:Party",
            _electronic(electronic_address(party, profile.format)),
            _address("cac:PostalAddress", party.address),
            _tax_scheme("VAT", party.vat_id),
            # Any scheme but VAT tells a tax number (BT-32) from a VAT id (BT-31).
            _tax_scheme("FC", party.tax_number),
            _legal_entity(party, legal_information(party)),
            _contact(party),
        ),
    )


def buyer(draft: InvoiceDraft, profile: Profile) -> Element | None:
    """Makes the buyer (BG-7)."""
    party = draft.buyer
    return node(
        "cac:AccountingCustomerParty",
        node(
            "cac:Party",
            _electronic(electronic_address(party, profile.format)),
            node("cac:PartyIdentification", node("cbc:ID", party.customer_id)),
            _address("cac:PostalAddress", party.address),
            _tax_scheme("VAT", party.vat_id),
            _legal_entity(party),
            _contact(party),
        ),
    )


def tax_representative(draft: InvoiceDraft) -> Element | None:
    """Makes who answers for the seller's tax (BG-11)."""
    party = draft.seller.tax_representative
    if party is None:
        return None
    return node(
        "cac:TaxRepresentativeParty",
        node("cac:PartyName", node("cbc:Name", party.name)),
        _address("cac:PostalAddress", party.address),
        _tax_scheme("VAT", party.vat_id),
    )


def delivery_location(given: PostalAddress) -> Element | None:
    """Makes the address that it was delivered to (BG-15)."""
    return node("cac:DeliveryLocation", _address("cac:Address", given))


def _address(name: str, given: PostalAddress) -> Element | None:
    first, second, third = address_lines(given)
    return node(
        name,
        node("cbc:StreetName", first),
        node("cbc:AdditionalStreetName", second),
        node("cbc:CityName", given.city),
        node("cbc:PostalZone", given.post_code),
        node("cbc:CountrySubentity", given.subdivision),
        node("cac:AddressLine", node("cbc:Line", third)),
        node("cac:Country", node("cbc:IdentificationCode", given.country)),
    )


def _electronic(given: Identifier | None) -> Element | None:
    return node("cbc:EndpointID", given.value, schemeID=given.scheme) if given else None


def _tax_scheme(scheme: str, value: str) -> Element | None:
    if not value:
        return None
    return node(
        "cac:PartyTaxScheme",
        node("cbc:CompanyID", value),
        node("cac:TaxScheme", node("cbc:ID", scheme)),
    )


def _legal_entity(party: Seller | Party, information: str = "") -> Element | None:
    legal = party.legal_id
    return node(
        "cac:PartyLegalEntity",
        node("cbc:RegistrationName", party.name),
        node("cbc:CompanyID", legal.value, schemeID=legal.scheme) if legal else None,
        node("cbc:CompanyLegalForm", information),
    )


def _contact(party: Seller | Party) -> Element | None:
    return node(
        "cac:Contact",
        node("cbc:Name", party.contact_name),
        node("cbc:Telephone", party.phone),
        node("cbc:ElectronicMail", party.email),
    )
