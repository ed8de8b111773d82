"""Old orders have no calculatedPrice: their deprecated prices are read, and must add up."""

from decimal import Decimal
from typing import Any

import pytest

from server.domain.computation import compute_invoice
from server.domain.errors import InvalidInput, OrderRejected
from tests.builders.orders import make_order_json, to_order
from tests.builders.settings import IDENTIFIERS, make_settings, make_site


def old_order(*, inclusive: bool, **changes: Any) -> dict[str, Any]:
    tax = "19.00" if not inclusive else "15.97"
    entry = {
        "amount": 2,
        "product": {"name": "Cup"},
        "totalPrice": 100,
        "tax": {"lines": [{"amount": tax, "rate": 19, "inclusive": inclusive}]},
    }
    shipping = {
        "amount": 10,
        "name": "DHL",
        "tax": {"rate": 19, "total": {"amount": "1.90", "inclusive": False}},
    }
    order = make_order_json(entries=[entry], shipping={"lines": [shipping]}, totalPrice=110)
    del order["calculatedPrice"]
    return order | changes


@pytest.mark.parametrize(
    ("inclusive", "total", "figures"),
    [
        (False, "110", "110.00 20.90 130.90"),
        (False, "130.90", "110.00 20.90 130.90"),
        (True, "111.90", "94.03 17.87 111.90"),
    ],
)
def test_an_old_order_is_invoiced_by_its_deprecated_prices(inclusive, total, figures):
    order = to_order(old_order(inclusive=inclusive, totalPrice=total))
    draft = compute_invoice(order, make_settings(make_site(includes_tax=inclusive)), IDENTIFIERS)
    totals = draft.totals
    assert f"{totals.tax_exclusive} {totals.tax} {totals.tax_inclusive}" == figures
    assert [line.name for line in draft.lines] == ["Cup"]
    assert [charge.description for charge in draft.adjustments] == ["DHL"]


def test_an_old_order_that_does_not_add_up_is_refused_by_a_field_it_has():
    order = to_order(old_order(inclusive=False, totalPrice="131.90"))
    with pytest.raises(OrderRejected) as caught:
        compute_invoice(order, make_settings(make_site(includes_tax=False)), IDENTIFIERS)
    assert (caught.value.field, caught.value.reason) == ("totalPrice", "ORDER_DOES_NOT_ADD_UP")


def test_an_old_order_without_a_total_is_refused():
    order = to_order(old_order(inclusive=False, totalPrice=None))
    assert order.total is None


@pytest.mark.parametrize(
    ("path", "value", "field"),
    [
        (["tax"], None, "tax.lines"),
        (["tax"], {"lines": []}, "tax.lines"),
        (["tax", "lines"], [{}, {}], "tax.lines"),
        (["totalPrice"], None, "calculatedPrice"),
        (["totalPrice"], "NaN", "totalPrice"),
        (["tax", "lines", 0, "rate"], "NaN", "tax.lines[0].rate"),
        (["tax", "lines", 0, "rate"], -100, "tax.lines[0].rate"),
        (["tax", "lines", 0, "amount"], "sNaN", "tax.lines[0].amount"),
    ],
)
def test_a_wrong_field_of_an_old_entry_is_named(path, value, field):
    order = old_order(inclusive=True)
    target: Any = order["entries"][0]
    for step in path[:-1]:
        target = target[step]
    target[path[-1]] = value
    with pytest.raises(InvalidInput) as caught:
        to_order(order)
    assert caught.value.violations[0].field == f"entries[0].{field}"


def test_a_wrong_rate_of_old_shipping_is_named():
    order = old_order(inclusive=True)
    order["shipping"]["lines"][0]["tax"]["rate"] = Decimal(-100)
    with pytest.raises(InvalidInput) as caught:
        to_order(order)
    assert caught.value.violations[0].field == "shipping.lines[0].tax.rate"
