"""The two orders that the platform published: their figures, to the cent."""

from decimal import Decimal
from typing import Any

import pytest

from server.domain.computation import compute_invoice
from server.domain.errors import OrderRejected
from server.domain.invoice import AdjustmentKind, InvoiceDraft
from tests.builders.orders import published, to_order
from tests.builders.settings import IDENTIFIERS, make_settings, make_site

SETTINGS = make_settings(
    make_site(code="DE", includes_tax=False), make_site(code="GrossSite", default_language="en")
)
CENT = Decimal("0.01")


def compute(order: dict[str, Any]) -> InvoiceDraft:
    return compute_invoice(to_order(order), SETTINGS, IDENTIFIERS)


@pytest.mark.parametrize(
    ("name", "totals", "by_rate"),
    [
        ("EON2076", "368.50 65.22 433.72", {"12": "68.50 8.22", "19": "300.00 57.00"}),
        ("EON1200", "436.29 65.54 501.83", {"7": "144.62 10.12", "19": "291.67 55.42"}),
    ],
)
def test_figures_are_those_of_the_contract(name, totals, by_rate):
    draft = compute(published(name))
    figures = draft.totals.tax_exclusive, draft.totals.tax, draft.totals.tax_inclusive
    assert " ".join(map(str, figures)) == totals
    assert by_rate == {
        str(s.tax_rate): f"{s.taxable_amount} {s.tax_amount}" for s in draft.tax_subtotals
    }
    assert draft.totals.due == draft.totals.tax_inclusive


def test_eon1200_has_its_fees_as_lines_of_their_own():
    lines = compute(published("EON1200")).lines
    assert [(line.name, int(line.tax_rate)) for line in lines] == [
        ("Mobile Phone s24 gross", 19),
        ("Apple Picking Fee", 7),
        ("shirt", 7),
        ("mobile-phone-s27-gross", 7),
        ("Apple Picking Fee", 7),
    ]
    assert [line.position for line in lines] == [1, 2, 3, 4, 5]
    first = lines[0]
    assert first.quantity == 2
    assert first.unit_price == Decimal("294.12")
    assert first.discount == Decimal("588.24") - first.net_amount


@pytest.mark.parametrize(
    ("name", "charges"),
    [
        ("EON2076", {("Standard shipping", "35.00", 12), ("Payment fee", "33.50", 12)}),
        ("EON1200", {("Pickup", "8.81", 19), ("Payment fee", "39.66", 7)}),
    ],
)
def test_shipping_and_payment_fees_are_charges_on_the_whole_invoice(name, charges):
    order = published(name)
    draft = compute(order)
    shipping = order["shipping"]["lines"][0]["name"]
    assert {(a.description, str(a.net_amount), a.tax_rate) for a in draft.adjustments} == {
        (shipping if description != "Payment fee" else description, amount, rate)
        for description, amount, rate in charges
    }
    assert {a.kind for a in draft.adjustments} == {AdjustmentKind.CHARGE}


def test_uplift_is_never_part_of_a_total():
    order = published("EON1200")
    plain = compute(order)
    order["calculatedPrice"]["upliftValue"] = {"netValue": 1000, "grossValue": 1190}
    order["entries"][0]["calculatedPrice"]["upliftValue"] = {"netValue": 5, "grossValue": 6}
    assert compute(order) == plain


@pytest.mark.parametrize("name", ["EON1200", "EON2076"])
def test_deprecated_fields_say_nothing_where_there_are_calculated_prices(name):
    order = published(name)
    plain = compute(order)
    for field in ("totalPrice", "subTotalPrice", "tax", "feeYrnAggregate", "discounts"):
        order.pop(field, None)
    for entry in order["entries"]:
        for field in ("unitPrice", "totalPrice", "tax", "fees", "discounts"):
            entry.pop(field, None)
    assert compute(order) == plain


TOTAL = ("calculatedPrice", "finalPrice")
AGGREGATE = (*TOTAL, "taxAggregate", "lines", 0)
LINE = ("entries", 1, "calculatedPrice", "discountedPrice")
LINE_TOTAL = ("entries", 0, "calculatedPrice", "finalPrice")
LINE_FEE = ("entries", 0, "calculatedPrice", "fees", 0, "discountedPrice")
SHIPPING = ("calculatedPrice", "totalShipping")
PAYMENT_FEE = ("calculatedPrice", "paymentFees", 0, "price")


@pytest.mark.parametrize("by", [CENT, -CENT])
@pytest.mark.parametrize("amount", ["netValue", "grossValue", "taxValue"])
@pytest.mark.parametrize(
    "where", [TOTAL, AGGREGATE, LINE, LINE_TOTAL, LINE_FEE, SHIPPING, PAYMENT_FEE]
)
def test_a_cent_more_or_less_anywhere_is_seen(where, amount, by):
    order = published("EON1200")
    price: Any = order
    for step in where:
        price = price[step]
    price[amount] = Decimal(str(price[amount])) + by
    with pytest.raises(OrderRejected) as caught:
        compute(order)
    assert caught.value.reason == "ORDER_DOES_NOT_ADD_UP"
    assert "does not add up" in caught.value.message
    # The path leads to something in the order.
    found: Any = order
    for step in caught.value.field.replace("[", ".").replace("]", "").split("."):
        found = found[int(step) if step.isdigit() else step]


def test_a_cent_moved_from_one_rate_to_another_is_seen():
    order = published("EON1200")
    one, other = order["calculatedPrice"]["finalPrice"]["taxAggregate"]["lines"]
    for amount in ("netValue", "grossValue"):
        one[amount] = Decimal(str(one[amount])) + CENT
        other[amount] = Decimal(str(other[amount])) - CENT
    with pytest.raises(OrderRejected, match=r"at 7 % tax .*taxAggregate says") as caught:
        compute(order)
    assert caught.value.field == "calculatedPrice.finalPrice.taxAggregate"
