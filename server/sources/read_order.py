"""Reads an order from the platform's published JSON."""

from __future__ import annotations

import msgspec

from server.domain.errors import InvalidInput
from server.domain.order import Buyer, Order, OrderAddress, OrderPayment
from server.domain.party import PostalAddress
from server.domain.settings import OrderPaths
from server.domain.text_check import TEXT_LENGTH
from server.sources.delivery import delivery_date, instant
from server.sources.order_json import AddressJson, CustomerJson, OrderJson
from server.sources.prices import read_prices
from server.sources.texts import amount, clean

_DECODER = msgspec.json.Decoder(OrderJson)
#: Takes an object apart without looking into its members.
_Members = dict[str, msgspec.Raw]
_MEMBERS = msgspec.json.Decoder(_Members)
_TEXT = msgspec.json.Decoder(str)
_NO_ADDRESS = OrderAddress(contact_name="", company="", address=PostalAddress())


def read_order(order_json: bytes, paths: OrderPaths) -> Order:
    """Reads an order; paths tell where it holds what the platform does not document.

    Raises InvalidInput that names the wrong field by its path in the JSON. Whether the order
    holds what an invoice needs, and adds up, is not asked here.
    """
    try:
        # What nobody reads is not decoded, but it is kept and given out again.
        order_json.decode()
        source = _DECODER.decode(order_json)
    except msgspec.ValidationError as error:
        problem, _, path = str(error).partition(" - at `$")
        raise InvalidInput.field(
            path.strip("`.") or "order", problem[:1].lower() + problem[1:], reason="MALFORMED_ORDER"
        ) from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise InvalidInput.field(
            "order", f"is no JSON object in UTF-8 ({error})", reason="MALFORMED_ORDER"
        ) from error
    if not source.id:
        raise InvalidInput.field("id", "is missing", reason="MALFORMED_ORDER")
    general = source.mixins.general_attributes if source.mixins else None
    extended_status = str(general.extended_order_status or "") if general else ""
    lines, shipping_charges, payment_fees, total, by_rate = read_prices(source)
    billing = shipping = _address(source.billing_address)
    # Most goods go to who pays for them.
    if source.shipping_address != source.billing_address:
        shipping = _address(source.shipping_address)
    return Order(
        order_id=source.id,
        order_number=clean(str(general.order_number or "")) if general else "",
        site_code=_word("siteCode", source.site_code),
        status=_word("status", source.status),
        extended_status=_word("mixins.generalAttributes.extendedOrderStatus", extended_status),
        created=instant(source.created, "created") if source.created else None,
        currency=clean(source.currency).upper(),
        delivery=delivery_date(source),
        buyer=_buyer(source.customer or CustomerJson(), _MEMBERS.decode(order_json), paths),
        billing=billing,
        shipping=shipping,
        lines=lines,
        shipping_charges=shipping_charges,
        payment_fees=payment_fees,
        total=total,
        total_by_rate=by_rate,
        payments=_payments(source),
    )


def _word(field: str, text: str | None) -> str:
    """Cleans a text that orders are found by; indexes hold no novels."""
    word = clean(text)
    if len(word) > TEXT_LENGTH:
        raise InvalidInput.field(
            field, f"must have at most {TEXT_LENGTH} characters", reason="MALFORMED_ORDER"
        )
    return word


def _buyer(customer: CustomerJson, members: _Members, paths: OrderPaths) -> Buyer:
    full_name = f"{customer.first_name or ''} {customer.last_name or ''}"
    return Buyer(
        customer_id=clean(customer.id),
        name=clean(full_name) or clean(customer.name),
        company=clean(customer.company),
        email=clean(customer.email),
        vat_id=_at(members, paths.buyer_vat_id).replace(" ", "").upper(),
        language=_at(members, paths.language),
        reference=_at(members, paths.buyer_reference),
        purchase_order=_at(members, paths.purchase_order),
        legal_id=_at(members, paths.buyer_legal_id),
        electronic_address=_at(members, paths.buyer_electronic_address),
    )


def _at(members: _Members, path: str) -> str:
    """Gives the text at a path; empty where there is none, or something else."""
    if not path:
        return ""
    first, *steps = path.split(".")
    try:
        found = members[first]
        for step in steps:
            found = _MEMBERS.decode(found)[step]
        return clean(_TEXT.decode(found))
    except (msgspec.ValidationError, KeyError):
        return ""


def _address(source: AddressJson | None) -> OrderAddress | None:
    if source is None:
        return None
    lines = (
        f"{clean(source.street)} {clean(source.street_number)}",
        *(
            source.street_appendix,
            source.extra_line_1,
            source.extra_line_2,
            source.extra_line_3,
            source.extra_line_4,
        ),
    )
    given = OrderAddress(
        contact_name=clean(source.contact_name),
        company=clean(source.company_name),
        address=PostalAddress(
            lines=tuple(text for line in lines if (text := clean(line))),
            post_code=clean(source.zip_code),
            city=clean(source.city),
            subdivision=clean(source.state),
            country=clean(source.country).upper(),
        ),
    )
    # Some shops send an address of empty fields where there is none, as for pick-up.
    return None if given == _NO_ADDRESS else given


def _payments(source: OrderJson) -> tuple[OrderPayment, ...]:
    payments = []
    for index, payment in enumerate(source.payments or ()):
        path = f"payments[{index}]"
        if payment.currency and payment.currency.upper() != (source.currency or "").upper():
            raise InvalidInput.field(
                f"{path}.currency", f"is {payment.currency}, but the order's is {source.currency}"
            )
        payments.append(
            OrderPayment(
                method=clean(payment.method),
                status=clean(payment.status),
                paid_amount=amount(payment.paid_amount, f"{path}.paidAmount"),
                transaction_id=clean(payment.transaction_id),
                path=path,
            )
        )
    return tuple(payments)
