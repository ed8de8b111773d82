"""Exact money: Decimal, half-up, each currency's own decimals (ISO 4217)."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_FLOOR, ROUND_HALF_UP, Decimal
from functools import lru_cache

ZERO = Decimal(0)

# ISO 4217, list one, without metals, funds and test codes.
_CURRENCIES = frozenset(
    """
    AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN
    BZD CAD CDF CHF CLF CLP CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL
    GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW
    KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN
    NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK
    SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD UYU UZS
    VES VND VUV WST XAF XCD XCG XOF XPF YER ZAR ZMW ZWG
    """.split()
)
_DECIMALS = (
    dict.fromkeys("BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF".split(), 0)
    | dict.fromkeys("BHD IQD JOD KWD LYD OMR TND".split(), 3)
    | {"CLF": 4}
)


def is_currency(code: str) -> bool:
    """Tells whether code is an ISO 4217 currency in use."""
    return code in _CURRENCIES


def currency_decimals(currency: str) -> int:
    """Tells how many decimals amounts in currency have: 2 for EUR, 0 for JPY, 3 for KWD."""
    return _DECIMALS.get(currency, 2)


@lru_cache(maxsize=256)
def smallest_unit(currency: str) -> Decimal:
    """Gives the smallest amount of a currency: 0.01 for EUR, 1 for JPY."""
    return Decimal(1).scaleb(-currency_decimals(currency))


def round_half_up(value: Decimal, unit: Decimal) -> Decimal:
    """Rounds to a multiple of unit (a power of ten), halves away from zero; never gives -0."""
    return value.quantize(unit, ROUND_HALF_UP) + ZERO


def apportion(total: Decimal, exact: Sequence[Decimal], unit: Decimal) -> list[Decimal]:
    """Rounds exact amounts to unit so that they add up to total (largest remainder).

    Each amount is rounded down; the units then missing go to the largest remainders, on a tie to
    the largest amount. As long as total is the rounded sum of exact, no amount moves by a whole
    unit. Nothing is given to or taken from an amount of zero, unless there are no others.
    """
    shares = [value.quantize(unit, ROUND_FLOOR) for value in exact]
    missing = int((total - sum(shares, ZERO)) / unit)
    if not shares:
        if missing:
            raise ValueError("nothing to apportion the total to")
        return []
    if missing:
        step = unit if missing > 0 else -unit
        lost = [
            value - share if missing > 0 else share - value
            for value, share in zip(exact, shares, strict=True)
        ]
        takers = [i for i, value in enumerate(exact) if value] or list(range(len(exact)))
        # Whose rounding was the worst for the total takes the first unit.
        takers.sort(key=lambda i: (lost[i], abs(exact[i])), reverse=True)
        everywhere, few = divmod(abs(missing), len(takers))
        for i in takers if everywhere else ():
            shares[i] += step * everywhere
        for i in takers[:few]:
            shares[i] += step
    return [share + ZERO for share in shares]
