"""Which orders are refused, and what the refusal tells the shop clerk."""

from decimal import Decimal
from typing import Any

import pytest

from server.domain.computation import compute_invoice
from server.domain.errors import OrderRejected
from tests.builders.orders import ADDRESS, Item, OrderForm, make_order_json, to_order
from tests.builders.settings import IDENTIFIERS, make_settings, make_site

GROSS = make_settings()
NET = make_settings(make_site(includes_tax=False))
CENT = Decimal("0.01")


def refusal(order: dict[str, Any], settings: Any = GROSS) -> OrderRejected:
    with pytest.raises(OrderRejected) as caught:
        compute_invoice(to_order(order), settings, IDENTIFIERS)
    return caught.value


@pytest.mark.parametrize(
    ("changes", "field", "reason"),
    [
        ({"status": "DECLINED"}, "status", "ORDER_DECLINED"),
        ({"entries": []}, "entries", "FIELD_MISSING"),
        ({"entries": None}, "entries", "FIELD_MISSING"),
        ({"currency": None}, "currency", "WRONG_CURRENCY"),
        ({"currency": "EURO"}, "currency", "WRONG_CURRENCY"),
        ({"currency": "XTS"}, "currency", "WRONG_CURRENCY"),
        ({"siteCode": "other"}, "siteCode", "SITE_UNKNOWN"),
        ({"siteCode": None}, "siteCode", "SITE_UNKNOWN"),
        ({"calculatedPrice": {}}, "calculatedPrice.finalPrice", "FIELD_MISSING"),
        ({"billingAddress": None, "shippingAddress": None}, "billingAddress", "FIELD_MISSING"),
    ],
)
def test_an_order_without_what_an_invoice_needs_is_refused_by_its_field(changes, field, reason):
    error = refusal(make_order_json(**changes))
    assert (error.field, error.reason) == (field, reason)
    assert error.message.endswith(".")


@pytest.mark.parametrize(
    ("changes", "field", "reason"),
    [
        ({"country": ""}, "country", "WRONG_COUNTRY"),
        ({"country": "DEU"}, "country", "WRONG_COUNTRY"),
        ({"country": "Ä1"}, "country", "WRONG_COUNTRY"),
        ({"city": "", "street": "", "streetNumber": ""}, "city", "FIELD_MISSING"),
    ],
)
@pytest.mark.parametrize("address", ["billingAddress", "shippingAddress"])
def test_an_incomplete_address_is_refused_by_its_field(address, changes, field, reason):
    error = refusal(make_order_json(**{address: ADDRESS | changes}))
    assert (error.field, error.reason) == (f"{address}.{field}", reason)


def test_a_buyer_without_a_name_is_refused():
    nameless = ADDRESS | {"contactName": " "}
    order = make_order_json(billingAddress=nameless, shippingAddress=nameless, customer={"id": "7"})
    error = refusal(order)
    assert (error.field, error.reason) == ("billingAddress.contactName", "FIELD_MISSING")


def test_a_negative_total_takes_a_credit_note():
    returned = OrderForm((Item(quantity=Decimal(-2)),))
    error = refusal(make_order_json(returned))
    assert error.reason == "NEGATIVE_TOTAL"
    assert error.field == "calculatedPrice.finalPrice"
    assert "credit note" in error.message


@pytest.mark.parametrize(
    ("path", "field"),
    [
        (["entries", 0, "calculatedPrice", "price"], "entries[0].calculatedPrice.price.taxRate"),
        (["calculatedPrice", "totalShipping"], "calculatedPrice.totalShipping.taxRate"),
    ],
)
def test_an_amount_without_a_tax_rate_is_refused(path, field):
    order: Any = make_order_json(OrderForm(shipping=Item()))
    price = order
    for step in path:
        price = price[step]
    del price["taxRate"]
    error = refusal(order)
    assert (error.field, error.reason) == (field, "TAX_RATE_MISSING")


@pytest.mark.parametrize("by", [CENT, -CENT])
@pytest.mark.parametrize("amount", ["netValue", "grossValue", "taxValue"])
@pytest.mark.parametrize("settings", [GROSS, NET])
def test_a_cent_is_seen_though_the_source_has_no_finer_amounts(settings, amount, by):
    """A single amount is no sum: it cannot have been rounded differently in two places."""
    order: Any = make_order_json(OrderForm(includes_tax=settings.sites[0].includes_tax))
    order["calculatedPrice"]["finalPrice"][amount] += by
    error = refusal(order, settings)
    assert error.reason == "ORDER_DOES_NOT_ADD_UP"
    assert error.field == f"calculatedPrice.finalPrice.{amount}"


def test_the_refusal_names_both_sums():
    order: Any = make_order_json()
    order["calculatedPrice"]["finalPrice"]["grossValue"] = Decimal("12.5")
    assert refusal(order).message == (
        "The order does not add up: its parts come to 10.00 EUR gross, but "
        "calculatedPrice.finalPrice.grossValue says 12.50 EUR."
    )


def test_more_parts_may_stray_further_but_not_without_end():
    form = OrderForm(tuple(Item(price=Decimal("3.33")) for _ in range(5)))
    for cents, fits in ((3, True), (4, False)):
        order: Any = make_order_json(form)
        final = order["calculatedPrice"]["finalPrice"]
        for price in (final, final["taxAggregate"]["lines"][0]):
            price["grossValue"] += cents * CENT
            price["netValue"] += cents * CENT
        if fits:
            draft = compute_invoice(to_order(order), GROSS, IDENTIFIERS)
            assert draft.totals.tax_inclusive == final["grossValue"]
        else:
            assert refusal(order).reason == "ORDER_DOES_NOT_ADD_UP"


def test_a_total_in_cents_fits_parts_in_tenths_of_cents():
    form = OrderForm((Item(price=Decimal("1.115")), Item(price=Decimal("2.222"))), decimals=3)
    order: Any = make_order_json(form)
    final = order["calculatedPrice"]["finalPrice"]
    assert final["grossValue"] == Decimal("3.337")
    for price in (final, final["taxAggregate"]["lines"][0]):
        price["grossValue"] = Decimal("3.34")
    draft = compute_invoice(to_order(order), GROSS, IDENTIFIERS)
    assert draft.totals.tax_inclusive == Decimal("3.34")


@pytest.mark.parametrize("settings", [GROSS, NET])
def test_tax_that_does_not_fit_its_rate_is_refused(settings):
    form = OrderForm(includes_tax=settings.sites[0].includes_tax, items=(Item(Decimal(100)),))
    order: Any = make_order_json(form)
    final = order["calculatedPrice"]["finalPrice"]
    entry = order["entries"][0]["calculatedPrice"]
    for price in (final, final["taxAggregate"]["lines"][0], entry["price"], entry["finalPrice"]):
        price["taxValue"] += 2 * CENT
        price["grossValue"] += 2 * CENT
    error = refusal(order, settings)
    assert error.reason == "TAX_DOES_NOT_FIT_RATE"
    assert error.field == "calculatedPrice.finalPrice.taxAggregate"


def test_tax_at_rate_zero_is_refused():
    order: Any = make_order_json(OrderForm(includes_tax=False, items=(Item(rate=Decimal(0)),)))
    final = order["calculatedPrice"]["finalPrice"]
    entry = order["entries"][0]["calculatedPrice"]
    for price in (final, final["taxAggregate"]["lines"][0], entry["price"], entry["finalPrice"]):
        price["taxValue"], price["grossValue"] = CENT, price["netValue"] + CENT
    assert refusal(order, NET).reason == "TAX_DOES_NOT_FIT_RATE"
