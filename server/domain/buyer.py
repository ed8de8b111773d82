"""Who an order's invoice goes to, and where the goods went."""

from __future__ import annotations

import re
from dataclasses import replace

from server.domain.errors import missing
from server.domain.order import Order, OrderAddress
from server.domain.party import Party

_COUNTRY = re.compile(r"[A-Z]{2}")


def buyer_and_delivery(order: Order) -> tuple[Party, Party | None]:
    """Gives the buyer, and who takes delivery where that is somebody or somewhere else.

    Raises OrderRejected where the invoice would lack a name or address.
    """
    billing = order.billing or order.shipping
    if billing is None:
        raise missing("billingAddress", "the order has no address to invoice")
    path = "billingAddress" if order.billing else "shippingAddress"
    buyer = replace(
        _party(order, billing, path),
        vat_id=order.buyer.vat_id,
        email=order.buyer.email,
        customer_id=order.buyer.customer_id,
    )
    if order.shipping is None or order.shipping == order.billing:
        return buyer, None
    delivery = _party(order, order.shipping, "shippingAddress")
    same = delivery.name == buyer.name and delivery.address == buyer.address
    return buyer, None if same else delivery


def _party(order: Order, given: OrderAddress, path: str) -> Party:
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
    contact = given.contact_name if given.contact_name != name else ""
    return Party(name=name, address=replace(address, country=country), contact_name=contact)
