"""Rounding, and sharing out a total so that nothing gets lost."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.domain.money import (
    ZERO,
    apportion,
    currency_decimals,
    is_currency,
    round_half_up,
    smallest_unit,
)
from tests.builders.order_strategies import thorough

CENT = Decimal("0.01")
AMOUNTS = st.just(ZERO) | st.decimals(-10_000, 10_000, places=5)


@pytest.mark.parametrize(
    ("value", "rounded"),
    [
        ("0.005", "0.01"),
        ("0.015", "0.02"),
        ("501.825", "501.83"),
        ("-0.005", "-0.01"),
        ("-0.0049", "0.00"),
        ("2.675", "2.68"),
        ("0.00499999999999999999999", "0.00"),
    ],
)
def test_halves_are_rounded_away_from_zero(value, rounded):
    assert str(round_half_up(Decimal(value), CENT)) == rounded


@pytest.mark.parametrize(
    ("currency", "decimals", "unit"), [("EUR", 2, "0.01"), ("JPY", 0, "1"), ("KWD", 3, "0.001")]
)
def test_each_currency_has_its_own_decimals(currency, decimals, unit):
    assert currency_decimals(currency) == decimals
    assert smallest_unit(currency) == Decimal(unit)


@pytest.mark.parametrize("code", ["", "eur", "EURO", "XXX", "XTS", "DEM", "€"])
def test_what_is_no_currency_in_use_is_none(code):
    assert not is_currency(code)


@thorough
@given(st.lists(AMOUNTS, min_size=1, max_size=30), st.integers(-40, 40))
def test_shares_always_add_up_to_the_total(exact, off):
    total = round_half_up(sum(exact, ZERO), CENT) + off * CENT
    if any(exact) or not total:
        shares = apportion(total, exact, CENT)
        assert sum(shares) == total
        assert all(share.as_tuple().exponent == -2 for share in shares)
        assert all(share == 0 for share, e in zip(shares, exact, strict=True) if not e)


@thorough
@given(st.lists(AMOUNTS, min_size=1, max_size=30))
def test_no_share_strays_by_a_whole_unit_from_its_exact_amount(exact):
    shares = apportion(round_half_up(sum(exact, ZERO), CENT), exact, CENT)
    assert all(abs(share - e) < CENT for share, e in zip(shares, exact, strict=True))


@thorough
@given(st.lists(AMOUNTS, min_size=1, max_size=30), st.integers(-40, 40))
def test_deviations_are_spread_evenly(exact, off):
    exact = [e or CENT for e in exact]
    total = round_half_up(sum(exact, ZERO), CENT) + off * CENT
    moved = [s - e for s, e in zip(apportion(total, exact, CENT), exact, strict=True)]
    assert max(moved) - min(moved) < 2 * CENT


@pytest.mark.parametrize(
    ("total", "exact", "shares"),
    [
        ("10.00", "3.333 3.333 3.334", "3.33 3.33 3.34"),
        ("10.01", "10.00 0", "10.01 0.00"),
        ("9.99", "10.00 0", "9.99 0.00"),
        ("9.99", "0 10.00", "0.00 9.99"),
        ("30.01", "10.00 20.00", "10.00 20.01"),
        ("29.99", "10.00 20.00", "10.00 19.99"),
        ("-9.99", "-10.00 0", "-9.99 0.00"),
        ("0.02", "0 0", "0.01 0.01"),
        ("0.03", "0.019 0.021 0.011", "0.01 0.01 0.01"),
        ("0.02", "0.019 0.021 0.011", "0.01 0.01 0.00"),
    ],
)
def test_a_unit_too_many_goes_where_it_weighs_least(total, exact, shares):
    given_ = [Decimal(e) for e in exact.split()]
    assert " ".join(map(str, apportion(Decimal(total), given_, CENT))) == shares


def test_nothing_is_shared_among_nobody():
    assert apportion(ZERO, [], CENT) == []
    with pytest.raises(ValueError, match="nothing to apportion"):
        apportion(CENT, [], CENT)
