"""Draws random orders as shops sell them, for properties that must hold for all of them."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from server.domain.money import currency_decimals
from tests.builders.orders import Item, OrderForm

#: The same examples on every run and machine; a failure is found again, not by luck.
thorough = settings(
    derandomize=True,
    max_examples=300,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)

#: Tax rates that shops have at the same time.
RATES = ((19, 7, 0), (20, 10, 5.5), (19,), (25, 12, 6), (8.1, 2.6, 0), (21, 0), (0,))

QUANTITIES = st.one_of(
    st.integers(1, 12).map(Decimal),
    st.integers(1, 9999).map(lambda n: Decimal(n).scaleb(-3)),
    st.integers(100, 5000).map(Decimal),
)


def _prices(decimals: int) -> st.SearchStrategy[Decimal]:
    return st.integers(0, 300_000).map(lambda n: Decimal(n).scaleb(-decimals))


def _discounts() -> st.SearchStrategy[Decimal]:
    return st.one_of(
        st.just(Decimal(0)),
        st.just(Decimal(100)),
        st.integers(1, 9999).map(lambda n: Decimal(n).scaleb(-2)),
    )


@st.composite
def order_forms(draw: st.DrawFn) -> OrderForm:
    """Draws what a shop sold: a total that is not negative, all else as it may come."""
    currency = draw(st.sampled_from(["EUR", "EUR", "EUR", "JPY", "KWD"]))
    own = currency_decimals(currency)
    decimals = max(own, draw(st.sampled_from([2, 3])))
    rates = st.sampled_from([Decimal(str(rate)) for rate in draw(st.sampled_from(RATES))])
    charge = st.builds(Item, price=_prices(own), rate=rates, discount=_discounts())
    sold = st.builds(
        Item,
        price=_prices(own),
        rate=rates,
        quantity=QUANTITIES,
        discount=_discounts(),
        fees=st.lists(charge, max_size=2).map(tuple),
    )
    items = draw(st.lists(sold, min_size=1, max_size=40))
    taken_back = draw(st.integers(0, 2))
    items += [
        Item(price=item.price, rate=item.rate, quantity=-min(item.quantity, Decimal(1)))
        for item in items[:taken_back]
        if item.quantity >= 1 and not item.discount
    ]
    return OrderForm(
        items=tuple(items),
        shipping=draw(st.none() | charge),
        payment_fees=tuple(draw(st.lists(charge, max_size=2))),
        includes_tax=draw(st.booleans()),
        currency=currency,
        decimals=decimals,
        sums_rounded=draw(st.booleans()),
    )
