"""The platform's order as it is published (order-v2 salesOrder), as far as invoices need it.

Field names are the platform's own. Everything may be absent or null; what must be there is
decided by who reads it. Numbers are read as Decimal from their digits, never through a float.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from msgspec import Struct

#: A text, or texts by language.
Text = str | dict[str, str | None]


class PriceJson(Struct, rename="camel"):
    """calculatedPrice and all that is built like it."""

    net_value: Decimal | None = None
    gross_value: Decimal | None = None
    tax_value: Decimal | None = None
    tax_rate: Decimal | None = None


class DiscountJson(Struct):
    """A discount: on the order its code and name, where it was applied its id, the same code."""

    # Only words are read: no order is refused for what its discounts are called.
    id: Any = None
    code: Any = None
    name: Any = None


class DiscountedPriceJson(PriceJson, rename="camel"):
    """What discounts leave of a price."""

    applied_discounts: list[DiscountJson] | None = None


class FeeJson(Struct, rename="camel"):
    """A fee of an entry or of a payment method."""

    name: Text | None = None
    price: PriceJson | None = None
    discounted_price: PriceJson | None = None


class TaxAggregateJson(Struct):
    """The total by rate."""

    lines: list[PriceJson] | None = None


class TotalJson(PriceJson, rename="camel"):
    """calculatedPrice.finalPrice of the order."""

    tax_aggregate: TaxAggregateJson | None = None


class EntryPriceJson(Struct, rename="camel"):
    """calculatedPrice of an entry; upliftValue is an authorisation margin and not read."""

    price: PriceJson | None = None
    discounted_price: DiscountedPriceJson | None = None
    fees: list[FeeJson] | None = None
    total_fee: PriceJson | None = None
    final_price: PriceJson | None = None


class TaxLineJson(Struct):
    """A line of a deprecated tax object."""

    amount: Decimal | None = None
    rate: Decimal | None = None
    inclusive: bool | None = None


class TaxJson(Struct):
    """A deprecated tax object."""

    lines: list[TaxLineJson] | None = None


class ProductJson(Struct, rename="camel"):
    """The product of an entry."""

    id: str | None = None
    sku: str | None = None
    code: str | None = None
    name: Text | None = None
    localized_name: dict[str, str | None] | None = None


class UnitJson(Struct, rename="camel"):
    """A unit of quantity."""

    unit_code: str | None = None


class EntryJson(Struct, rename="camel"):
    """An entry; total_price and tax are deprecated."""

    amount: Decimal | None = None
    effective_quantity: Decimal | None = None
    measurement_unit: str | UnitJson | None = None
    product: ProductJson | None = None
    calculated_unit_price: PriceJson | None = None
    calculated_price: EntryPriceJson | None = None
    total_price: Decimal | None = None
    tax: TaxJson | None = None


class OrderPriceJson(Struct, rename="camel"):
    """calculatedPrice of the order."""

    payment_fees: list[FeeJson] | None = None
    total_shipping: PriceJson | None = None
    final_price: TotalJson | None = None


class AddressJson(Struct, rename="camel"):
    """A billing or shipping address."""

    contact_name: str | None = None
    company_name: str | None = None
    street: str | None = None
    street_number: str | None = None
    street_appendix: str | None = None
    extra_line_1: str | None = None
    extra_line_2: str | None = None
    extra_line_3: str | None = None
    extra_line_4: str | None = None
    zip_code: str | None = None
    city: str | None = None
    state: str | None = None
    country: str | None = None


class CustomerJson(Struct, rename="camel"):
    """Who ordered."""

    id: str | None = None
    name: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    company: str | None = None
    email: str | None = None


class PaymentJson(Struct, rename="camel"):
    """A payment."""

    method: str | None = None
    status: str | None = None
    paid_amount: Decimal | None = None
    transaction_id: str | None = None
    currency: str | None = None


class ShippingTaxTotalJson(Struct):
    """The tax of a deprecated shipping line."""

    amount: Decimal | None = None
    inclusive: bool | None = None


class ShippingTaxJson(Struct):
    """How a deprecated shipping line is taxed."""

    total: ShippingTaxTotalJson | None = None
    rate: Decimal | None = None


class ShippingLineJson(Struct, rename="camel"):
    """A shipping line: its name counts, its amounts are deprecated."""

    amount: Decimal | None = None
    name: Text | None = None
    localized_name: dict[str, str | None] | None = None
    tax: ShippingTaxJson | None = None


class ShippingJson(Struct):
    """The shipping of the order."""

    lines: list[ShippingLineJson] | None = None


class DeliveryDateJson(Struct, rename="camel"):
    """deliveryWindow and mixins.deliveryTime."""

    delivery_date: str | None = None


class ShipmentJson(Struct, rename="camel"):
    """A shipment."""

    expect_delivery_on: str | None = None
    shipped_date: str | None = None


class GeneralAttributesJson(Struct, rename="camel"):
    """mixins.generalAttributes."""

    order_number: str | int | None = None
    extended_order_status: str | int | None = None


class MixinsJson(Struct, rename="camel"):
    """The mixins that invoices need."""

    general_attributes: GeneralAttributesJson | None = None
    delivery_time: DeliveryDateJson | None = None


class OrderJson(Struct, rename="camel"):
    """An order; total_price is deprecated."""

    id: str = ""
    site_code: str | None = None
    status: str | None = None
    created: str | None = None
    currency: str | None = None
    entries: list[EntryJson] | None = None
    calculated_price: OrderPriceJson | None = None
    total_price: Decimal | None = None
    shipping: ShippingJson | None = None
    billing_address: AddressJson | None = None
    shipping_address: AddressJson | None = None
    customer: CustomerJson | None = None
    payments: list[PaymentJson] | None = None
    delivery_window: DeliveryDateJson | None = None
    shipments: list[ShipmentJson] | None = None
    mixins: MixinsJson | None = None
    discounts: list[DiscountJson] | None = None
