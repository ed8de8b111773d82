"""VAT: its amount by rate, so that the total is the one that was paid."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from server.domain.errors import OrderRejected
from server.domain.money import ZERO, apportion, round_half_up, smallest_unit
from server.domain.order import Price
from server.domain.parts import Part


@dataclass(frozen=True, slots=True)
class TaxGroup:
    """All parts of one rate: their taxable amount and tax, and each part's share of the former."""

    #: Percent.
    rate: Decimal
    net: Decimal
    tax: Decimal
    parts: tuple[Part, ...]
    #: What each part contributes to net, rounded; they add up to it.
    part_nets: tuple[Decimal, ...]


def group_by_rate(
    parts: Iterable[Part], total: Price, currency: str, *, includes_tax: bool
) -> tuple[TaxGroup, ...]:
    """Computes taxable amounts and tax by rate, highest rate first; net + tax is the paid total.

    Gross shop: the gross total is apportioned to the rates, and each rate's tax is taken out of
    its gross. Net shop: the net total is apportioned, tax is charged on each rate's sum; where
    that misses the total that was paid, because the shop rounds line by line, the total counts.
    Raises OrderRejected when the tax that the order states is another one.
    """
    unit = smallest_unit(currency)
    by_rate: dict[Decimal, list[Part]] = {}
    for part in parts:
        by_rate.setdefault(part.rate, []).append(part)
    rates = sorted(by_rate, reverse=True)
    gross_total = round_half_up(total.gross, unit)
    if includes_tax:
        exact = [sum((p.price.gross for p in by_rate[rate]), ZERO) for rate in rates]
        grosses = apportion(gross_total, exact, unit)
        taxes = [
            round_half_up(gross * rate / (100 + rate), unit)
            for gross, rate in zip(grosses, rates, strict=True)
        ]
        nets = [gross - tax for gross, tax in zip(grosses, taxes, strict=True)]
    else:
        net_total = round_half_up(total.net, unit)
        exact = [sum((p.price.net for p in by_rate[rate]), ZERO) for rate in rates]
        nets = apportion(net_total, exact, unit)
        taxes = _tax_on_top(nets, by_rate, gross_total - net_total, unit)
    groups = []
    for rate, net, tax in zip(rates, nets, taxes, strict=True):
        members = by_rate[rate]
        _check_stated_tax(rate, tax, members, unit)
        if includes_tax:
            exact = [part.price.gross * 100 / (100 + rate) for part in members]
        else:
            exact = [part.price.net for part in members]
        shares = apportion(net, exact, unit)
        groups.append(TaxGroup(rate, net, tax, tuple(members), tuple(shares)))
    return tuple(groups)


def _tax_on_top(
    nets: list[Decimal], by_rate: Mapping[Decimal, list[Part]], tax_total: Decimal, unit: Decimal
) -> list[Decimal]:
    rates = sorted(by_rate, reverse=True)
    exact = [net * rate / 100 for net, rate in zip(nets, rates, strict=True)]
    taxes = apportion(tax_total, exact, unit)
    if any(abs(tax - e) > unit for tax, e in zip(taxes, exact, strict=True)):
        # Rounding line by line strays further where there are more lines: each rate by its own.
        taxes = apportion(tax_total, [_stated_tax(by_rate[rate]) for rate in rates], unit)
    for rate, tax, e in zip(rates, taxes, exact, strict=True):
        # At rate 0 there is no tax at all.
        if abs(tax - e) > (_slack(by_rate[rate], unit) if rate else 0):
            raise _wrong_tax(f"tax of {tax_total:f} in all", f"{sum(exact, ZERO):f}")
    return taxes


def _stated_tax(parts: list[Part]) -> Decimal:
    return sum((part.price.tax for part in parts), ZERO)


def _slack(parts: list[Part], unit: Decimal) -> Decimal:
    # Each part's tax may have been rounded by itself: half a unit each, one for the sums.
    return unit * (2 + len(parts)) / 2


def _check_stated_tax(rate: Decimal, tax: Decimal, parts: list[Part], unit: Decimal) -> None:
    stated = _stated_tax(parts)
    if abs(stated - tax) > _slack(parts, unit):
        raise _wrong_tax(f"tax of {stated:f} at {rate.normalize():f} %", f"{tax:f}")


def _wrong_tax(stated: str, right: str) -> OrderRejected:
    return OrderRejected(
        f"The order's tax is wrong: it states a {stated}, but its amounts give {right}.",
        field="calculatedPrice.finalPrice.taxAggregate",
        reason="TAX_DOES_NOT_FIT_RATE",
    )
