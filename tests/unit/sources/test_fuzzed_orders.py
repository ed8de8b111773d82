"""Whatever an order's JSON holds, reading refuses it by name or computing does, or it is good."""

import copy
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from hypothesis import example, given
from hypothesis import strategies as st

from server.domain.computation import compute_invoice
from server.domain.errors import InvalidInput, OrderRejected
from server.domain.invoice import InvoiceDraft
from server.domain.money import round_half_up
from server.domain.settings import OrderPaths
from server.sources.read_order import read_order
from tests.builders.order_strategies import thorough
from tests.builders.orders import order_bytes, published
from tests.builders.settings import IDENTIFIERS, make_settings, make_site

SITES = [make_site(code="DE", includes_tax=False), make_site(code="GrossSite")]
SETTINGS = make_settings(*SITES, order_paths=OrderPaths("vat", "customer.id", "a.b"))
ORDERS = [published("EON1200"), published("EON2076")]

#: What breaks careless arithmetic and careless text.
NASTY: st.SearchStrategy[object] = st.sampled_from(
    [
        *(None, True, "", " ", "\x00", "x" * 300, [], {}, [[]], [None], {"": None}),
        *(0, -1, 1, 10**11, -(10**11), 10**18, 1e-9, Decimal("1E-24"), Decimal("0E+9")),
        *(
            "NaN",
            "sNaN",
            "-Infinity",
            "1E999999",
            "1E1000000",
            "-1E-999999",
            "0E999999",
            "0E-20",
            "-0",
            "12.345",
        ),
        *("9" * 60, "999999999999.999999999999", "19.000", "100", "-100", "0.004999999999999999"),
        *("2026-02-30", "9999-12-31T23:59:59-14:00", "0001-01-01", "DE", "JPY", "KWD", "CLF"),
    ]
)
ANYTHING = st.recursive(
    NASTY | st.text(max_size=5) | st.decimals(-1000, 1000, places=3) | st.floats(-1e6, 1e6),
    lambda inner: (
        st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner, max_size=2)
    ),
    max_leaves=3,
)


def places(thing: Any) -> Iterator[tuple[Any, Any]]:
    """Gives every place of a JSON value as the container and the key in it."""
    items = thing.items() if isinstance(thing, dict) else enumerate(thing)
    for key, value in items:
        yield thing, key
        if isinstance(value, (dict, list)):
            yield from places(value)


@st.composite
def fuzzed_orders(draw: st.DrawFn) -> dict[str, Any]:
    order = copy.deepcopy(draw(st.sampled_from(ORDERS)))
    for _ in range(draw(st.integers(1, 4))):
        container, key = draw(st.sampled_from(list(places(order))))
        if isinstance(container, dict) and draw(st.booleans()):
            del container[key]
        else:
            # A copy, for what is drawn may be changed next.
            container[key] = copy.deepcopy(draw(ANYTHING))
    return order


def outcome(order_json: bytes) -> InvoiceDraft | InvalidInput | OrderRejected:
    try:
        return compute_invoice(read_order(order_json, SETTINGS.order_paths), SETTINGS, IDENTIFIERS)
    except (InvalidInput, OrderRejected) as error:
        return error


@thorough
@given(fuzzed_orders())
@example(ORDERS[0])
def test_a_broken_order_is_refused_by_name(order):
    match outcome(order_bytes(order)):
        case InvalidInput() as error:
            assert all(v.field and v.description for v in error.violations)
        case OrderRejected() as error:
            assert error.field
            assert error.message.endswith(".")
            assert error.reason.isupper()
        case InvoiceDraft(totals=totals, tax_subtotals=subtotals):
            assert totals.tax_exclusive == sum(s.taxable_amount for s in subtotals)
            assert totals.tax_inclusive == totals.tax_exclusive + totals.tax


AMOUNT = st.one_of(
    NASTY.filter(lambda value: isinstance(value, (int, str, Decimal))),
    st.decimals(-(10**12), 10**12, allow_nan=False).map(str),
    st.integers(-300, 300).map(lambda n: f"1E{n}"),
)


@thorough
@given(st.data())
def test_any_amounts_of_one_line_are_refused_or_recompute(data):
    order = copy.deepcopy(ORDERS[1])
    amounts = {name: data.draw(AMOUNT) for name in ("netValue", "grossValue", "taxValue")}
    price = amounts | {"taxRate": data.draw(st.sampled_from([0, 19, "0.0000001", 100]))}
    entry = {"amount": data.draw(AMOUNT), "calculatedPrice": {"price": price}}
    order["entries"] = [entry]
    order["calculatedPrice"] = {"finalPrice": amounts}
    draft = outcome(order_bytes(order))
    if isinstance(draft, InvoiceDraft):
        line = draft.lines[0]
        whole = round_half_up(line.quantity * line.unit_price, Decimal("0.01"))
        assert whole - line.discount == line.net_amount
        assert draft.totals.lines == line.net_amount


@thorough
@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
@example(b'{"id":"a","siteCode":"DE"}')
def test_any_bytes_are_refused_or_read(body):
    match outcome(body):
        case InvalidInput() as error:
            assert error.violations
        case OrderRejected() as error:
            assert error.field
        case InvoiceDraft():
            raise AssertionError(body)
