"""What each field of the platform's JSON becomes."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from server.domain.errors import InvalidInput
from server.domain.order import LocalizedText
from server.domain.settings import OrderPaths
from server.sources.read_order import read_order
from tests.builders.orders import ADDRESS, make_order_json, order_bytes, published, put, to_order

NO_PATHS = OrderPaths()


def refused_field(order: Any) -> str:
    with pytest.raises(InvalidInput) as caught:
        to_order(order)
    return caught.value.violations[0].field


def test_null_is_the_same_as_absent():
    fields = published("EON1200") | {"deliveryWindow": {}, "shipments": []}
    nothing = dict.fromkeys(fields) | {"id": "a"}
    assert to_order(nothing) == to_order({"id": "a"})
    entry = dict.fromkeys(published("EON1200")["entries"][0])
    entry |= {"amount": 1, "calculatedPrice": {"price": {"netValue": 1, "grossValue": 1}}}
    bare = {"amount": 1, "calculatedPrice": {"price": {"netValue": 1, "grossValue": 1}}}
    assert to_order({"id": "a", "entries": [entry]}) == to_order({"id": "a", "entries": [bare]})


def test_unknown_fields_are_passed_over_whatever_they_hold():
    body = order_bytes(make_order_json(language="en"))[:-1] + b', "x": [1e999, "\\u0000"]}'
    assert read_order(body, OrderPaths(language="language")).buyer.language == "en"


def test_control_characters_are_folded_to_blanks():
    name = "Frauke\r\n\t Janßen\x00\x9f\u2028\ufeff"
    order = to_order(
        make_order_json(
            status=" CREATED\n",
            currency="eur",
            billingAddress=ADDRESS | {"contactName": name, "extraLine1": "\x07"},
        )
    )
    assert order.billing
    assert order.billing.contact_name == "Frauke Janßen"
    assert order.billing.address.lines == ("Am Alten Hafen 7",)
    assert (order.status, order.currency) == ("CREATED", "EUR")


@pytest.mark.parametrize(
    ("product", "name"),
    [
        ({"name": "Cup"}, LocalizedText("Cup")),
        ({"name": {"de": "Tasse", "en": None}}, LocalizedText("", (("de", "Tasse"),))),
        (
            {"name": "Cup", "localizedName": {"de": "Tasse"}},
            LocalizedText("Cup", (("de", "Tasse"),)),
        ),
        ({"name": None}, LocalizedText()),
        (None, LocalizedText()),
    ],
)
def test_a_name_is_one_text_or_one_for_each_language(product, name):
    assert to_order(put(make_order_json(), "entries[0].product", product)).lines[0].name == name


@pytest.mark.parametrize(
    ("product", "item_id"),
    [
        ({"id": "i", "code": "c", "sku": "s"}, "s"),
        ({"id": "i", "code": "c"}, "c"),
        ({"id": "i"}, "i"),
    ],
)
def test_the_item_number_is_the_most_telling_one(product, item_id):
    assert (
        to_order(put(make_order_json(), "entries[0].product", product)).lines[0].item_id == item_id
    )


@pytest.mark.parametrize("unit", ["kg", {"unitCode": "kg"}])
def test_the_unit_is_a_text_or_an_object(unit):
    assert (
        to_order(put(make_order_json(), "entries[0].measurementUnit", unit)).lines[0].unit == "kg"
    )


@pytest.mark.parametrize(("number", "text"), [("B-1", "B-1"), (100234, "100234"), (None, "")])
def test_order_number_and_status_are_texts_or_whole_numbers(number, text):
    general = {"orderNumber": number, "extendedOrderStatus": number}
    order = to_order(make_order_json(mixins={"generalAttributes": general}))
    assert (order.order_number, order.extended_status) == (text, text)


def test_the_quantity_that_was_sent_counts_more_than_the_one_that_was_ordered():
    order = put(make_order_json(), "entries[0].effectiveQuantity", Decimal("2.135"))
    assert to_order(order).lines[0].quantity == Decimal("2.135")
    del order["entries"][0]["effectiveQuantity"]
    assert to_order(order).lines[0].quantity == 1
    del order["entries"][0]["amount"]
    assert refused_field(order) == "entries[0].amount"


def test_amounts_are_read_digit_by_digit_and_can_be_printed():
    path = "entries[0].calculatedPrice.price.netValue"
    body = order_bytes(put(make_order_json(), path, "@")).replace(b'"@"', b"0.1000000000000000055")
    assert str(read_order(body, NO_PATHS).lines[0].list_price.net) == "0.1000000000000000055"
    body = order_bytes(put(make_order_json(), path, "@")).replace(b'"@"', b"1.2E+3")
    assert str(read_order(body, NO_PATHS).lines[0].list_price.net) == "1200"


@pytest.mark.parametrize(("rate", "text"), [("19.00", "19"), ("8.10", "8.1"), ("1E+1", "10")])
def test_equal_rates_are_the_same_text(rate, text):
    order = put(make_order_json(), "entries[0].calculatedPrice.price.taxRate", rate)
    assert str(to_order(order).lines[0].list_price.rate) == text


@pytest.mark.parametrize(
    ("price", "expected"),
    [
        ({"netValue": 10, "taxValue": 2}, (10, 12, 2)),
        ({"grossValue": 12, "taxValue": 2}, (10, 12, 2)),
        ({"netValue": 10, "grossValue": 12}, (10, 12, 2)),
    ],
)
def test_one_of_three_amounts_follows_from_the_others(price, expected):
    order = put(make_order_json(), "calculatedPrice.totalShipping", price)
    found = to_order(order).shipping_charges[0].price
    assert (found.net, found.gross, found.tax) == expected


@pytest.mark.parametrize(("price", "missing"), [({"grossValue": 12}, "netValue"), ({}, "netValue")])
def test_of_three_amounts_only_one_may_be_missing(price, missing):
    order = put(make_order_json(), "calculatedPrice.totalShipping", price)
    assert refused_field(order) == f"calculatedPrice.totalShipping.{missing}"


def test_what_the_platform_does_not_document_is_read_where_the_settings_say():
    paths = OrderPaths("customer.mixins.tax.vatId", "lang", "mixins.po.number")
    order = make_order_json(
        customer={"mixins": {"tax": {"vatId": "atu 123\n45678"}}},
        lang="en",
        mixins={"po": {"number": " 4500012 "}},
    )
    buyer = to_order(order, paths).buyer
    assert (buyer.vat_id, buyer.language, buyer.reference) == ("ATU12345678", "en", "4500012")


@pytest.mark.parametrize(
    "path", ["missing", "customer.missing.x", "status.x", "entries.x", "customer", "payments", "n"]
)
def test_a_path_that_leads_to_no_text_gives_none(path):
    order = make_order_json(payments=None, n=7)
    assert not to_order(order, OrderPaths(buyer_reference=path)).buyer.reference


def test_a_payment_in_another_currency_is_refused():
    order = make_order_json(payments=[{"currency": "eur"}, {"currency": "USD"}])
    assert refused_field(order) == "payments[1].currency"


def test_created_is_an_instant_in_utc():
    order = to_order(make_order_json(created="2026-03-02T10:00:00.123+02:00"))
    assert order.created == datetime(2026, 3, 2, 8, 0, 0, 123000, tzinfo=UTC)


def test_the_buyers_references_and_addresses_are_read_where_the_settings_say():
    paths = OrderPaths(
        purchase_order="po.number",
        buyer_legal_id="customer.siren",
        buyer_electronic_address="customer.peppol",
    )
    order = make_order_json(
        po={"number": "PO-7"}, customer={"siren": " 303265045 ", "peppol": "0204:991-12345-67"}
    )
    buyer = to_order(order, paths).buyer
    assert (buyer.purchase_order, buyer.legal_id) == ("PO-7", "303265045")
    assert buyer.electronic_address == "0204:991-12345-67"


@pytest.mark.parametrize("strange", [None, 7, ["x"], {"en": "x"}])
def test_no_order_is_refused_for_what_its_discounts_are_called(strange):
    order = make_order_json(discounts=[{"id": strange, "code": strange, "name": strange}])
    price = order["entries"][0]["calculatedPrice"]["price"]
    applied = [{"id": strange}, {"id": "LOYAL"}]
    put(
        order,
        "entries[0].calculatedPrice.discountedPrice",
        price | {"appliedDiscounts": applied},
    )
    assert to_order(order).lines[0].discount_name == "LOYAL"


def test_what_a_bundle_contains_is_paid_with_the_bundle():
    order = make_order_json()
    inside = order["entries"][0] | {"id": "inside"}
    bundle = order["entries"][0] | {"entries": [inside], "bundledEntries": [inside]}
    lines = to_order(make_order_json(entries=[bundle])).lines
    assert [line.price.gross for line in lines] == [10]
