"""The order: what the shop sold, as the platform recorded it. Read-only.

Amounts are Decimal exactly as the platform gave them, which may have three decimals.
`path` fields hold where in the order's JSON something stood, for messages. What an order has dozens
of is a NamedTuple, which is made in a third of the time that a frozen dataclass takes, and filled
by place, which takes half of the time that it does by name.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple

from server.domain.party import PostalAddress


class Price(NamedTuple):
    """A calculated amount. The rate is None where the amount mixes several."""

    net: Decimal
    gross: Decimal
    tax: Decimal
    #: Percent.
    rate: Decimal | None
    path: str

    def field(self, name: str) -> str:
        """Gives the path of one of its fields; the prices of old orders are a single field."""
        return f"{self.path}.{name}" if "calculatedPrice" in self.path else self.path


class LocalizedText(NamedTuple):
    """A text in several languages."""

    #: Used where no language fits.
    default: str = ""
    #: By BCP 47 tag, as (tag, text) pairs.
    translations: tuple[tuple[str, str], ...] = ()

    def in_language(self, language: str) -> str:
        """Gives the text in language, in its base language, or the default."""
        if not self.translations:
            return self.default
        texts = dict(self.translations)
        base = language.partition("-")[0]
        return (
            texts.get(language) or texts.get(base) or self.default or next(iter(texts.values()), "")
        )


class Fee(NamedTuple):
    """A fee on a line, or on the order for its payment method; already discounted."""

    name: LocalizedText
    price: Price


class OrderLine(NamedTuple):
    """An entry of the order."""

    item_id: str
    name: LocalizedText
    quantity: Decimal
    #: As the platform names it, such as piece, kg or H87; may be empty.
    unit: str
    #: Before discounts, without fees; of the whole quantity.
    list_price: Price
    #: After discounts, without fees; of the whole quantity.
    price: Price
    fees: tuple[Fee, ...]
    #: price and fees together, as the platform summed them.
    final_price: Price
    path: str
    #: What the discounts are called that were taken off; may be empty.
    discount_name: str = ""
    #: Net, of one unit, before discounts; 0 where it is not given.
    unit_price: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class Buyer:
    """The platform's customer. Empty text means not given."""

    customer_id: str = ""
    #: First and last name.
    name: str = ""
    company: str = ""
    email: str = ""
    vat_id: str = ""
    #: BCP 47 tag.
    language: str = ""
    #: The buyer's own reference of the order.
    reference: str = ""
    purchase_order: str = ""
    #: Number in a register of companies, such as a French SIREN; may begin with its scheme.
    legal_id: str = ""
    #: Where e-invoices go to, as scheme:id or as an e-mail address.
    electronic_address: str = ""


@dataclass(frozen=True, slots=True)
class OrderAddress:
    """A billing or shipping address of the order."""

    contact_name: str
    company: str
    address: PostalAddress


@dataclass(frozen=True, slots=True)
class OrderPayment:
    """A payment of the order."""

    method: str
    status: str
    paid_amount: Decimal
    transaction_id: str
    path: str


@dataclass(frozen=True, slots=True)
class DeliveryDate:
    """When the order is delivered: a day in the site's time zone, or an instant (UTC)."""

    day: date | None = None
    instant: datetime | None = None


@dataclass(frozen=True, slots=True)
class Order:
    """An order of the platform (order-v2 salesOrder)."""

    order_id: str
    #: The number the buyer knows; may be empty.
    order_number: str
    site_code: str
    status: str
    extended_status: str
    #: UTC; None where the platform gave none.
    created: datetime | None
    currency: str
    delivery: DeliveryDate
    buyer: Buyer
    billing: OrderAddress | None
    shipping: OrderAddress | None
    lines: tuple[OrderLine, ...]
    #: Shipping by rate, already discounted; empty where there is none.
    shipping_charges: tuple[Fee, ...]
    payment_fees: tuple[Fee, ...]
    #: The order's total; its rate is None when it mixes several. None where it is missing.
    total: Price | None
    #: The total by tax rate, as the platform summed it.
    total_by_rate: tuple[Price, ...]
    payments: tuple[OrderPayment, ...]


@dataclass(frozen=True, slots=True)
class OrderSummary:
    """What lists show of an order."""

    order_id: str
    order_number: str
    site_code: str
    status: str
    extended_status: str
    created: datetime | None
    currency: str
    #: As the platform gave it; empty where there is none.
    total: str
    #: Empty while there is no invoice.
    invoice_number: str
