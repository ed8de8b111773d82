"""Who an order's invoice goes to, and where the goods went."""

from __future__ import annotations

import re
from dataclasses import replace

from server.domain.errors import missing
from server.domain.identifiers import Identifiers
from server.domain.order import Order, OrderAddress
from server.domain.party import Identifier, Party, PostalAddress
from server.domain.settings import OrderPaths

_COUNTRY = re.compile(r"[A-Z]{2}")
_SCHEMED = re.compile(r"(?P<scheme>[0-9]{4}|[A-Z]{2}):(?P<value>\S+)")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+")
#: French numbers are known by their length: SIREN and SIRET.
_FRENCH_SCHEMES = {9: "0002", 14: "0009"}
#: Scheme of an e-mail address.
_EM = "EM"


def buyer_and_delivery(
    order: Order, paths: OrderPaths, identifiers: Identifiers
) -> tuple[Party, Party | None]:
    """Gives the buyer, and who takes delivery where that is somebody or somewhere else.

    Raises OrderRejected where the invoice would lack a name or address, or where an id of the
    buyer is wrong: a wrong VAT id costs the buyer the deduction, so it is not printed.
    """
    billing = order.billing or order.shipping
    if billing is None:
        raise missing("billingAddress", "the order has no address to invoice")
    path = "billingAddress" if order.billing else "shippingAddress"
    name, contact_name, address = _addressee(order, billing, path)
    country = address.country
    buyer = Party(
        name=name,
        address=address,
        contact_name=contact_name,
        vat_id=_vat_id(order.buyer.vat_id, country, paths.buyer_vat_id, identifiers),
        email=order.buyer.email,
        customer_id=order.buyer.customer_id,
        legal_id=_legal_id(order.buyer.legal_id, country),
        electronic_address=_electronic_address(order, paths.buyer_electronic_address),
    )
    if order.shipping is None or order.shipping == order.billing:
        return buyer, None
    name, contact_name, address = _addressee(order, order.shipping, "shippingAddress")
    if name == buyer.name and address == buyer.address:
        return buyer, None
    return buyer, Party(name=name, address=address, contact_name=contact_name)


def _addressee(order: Order, given: OrderAddress, path: str) -> tuple[str, str, PostalAddress]:
    """Gives the name at an address of the order, the person to turn to there, and the address."""
    customer = order.buyer
    name = given.company or given.contact_name or customer.company or customer.name
    if not name:
        raise missing(f"{path}.contactName", "the buyer has no name")
    address = given.address
    country = "GB" if address.country.upper() == "UK" else address.country.upper()
    if not _COUNTRY.fullmatch(country):
        raise missing(
            f"{path}.country", "must be a country code of two letters, such as DE", "WRONG_COUNTRY"
        )
    if not address.city and not address.lines:
        raise missing(f"{path}.city", "the address has neither street nor city")
    contact_name = given.contact_name if given.contact_name != name else ""
    if country != address.country:
        address = replace(address, country=country)
    return name, contact_name, address


def _vat_id(given: str, country: str, path: str, identifiers: Identifiers) -> str:
    if not given:
        return ""
    vat_id = identifiers.vat_id(given, country)
    if not vat_id:
        raise missing(
            path,
            f"{given!r} is no VAT id (BT-48): a character is missing or wrong. Correct it, or "
            "empty the field to invoice without it",
            "WRONG_VAT_ID",
        )
    return vat_id


def _legal_id(given: str, country: str) -> Identifier | None:
    if schemed := _SCHEMED.fullmatch(given):
        return Identifier(schemed["value"], schemed["scheme"])
    if not given:
        return None
    bare = given.replace(" ", "")
    french = country == "FR" and bare.isdecimal() and _FRENCH_SCHEMES.get(len(bare))
    return Identifier(bare, french) if french else Identifier(given)


def _electronic_address(order: Order, path: str) -> Identifier | None:
    given = order.buyer.electronic_address
    if schemed := _SCHEMED.fullmatch(given):
        return Identifier(schemed["value"], schemed["scheme"])
    if given and not _EMAIL.fullmatch(given):
        raise missing(
            path,
            f"{given!r} is no electronic address (BT-49), such as 0204:991-12345-67 or an e-mail "
            "address",
            "WRONG_ELECTRONIC_ADDRESS",
        )
    address = given or order.buyer.email
    return Identifier(address, _EM) if _EMAIL.fullmatch(address) else None
