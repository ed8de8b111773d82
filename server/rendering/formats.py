"""Numbers, money, percents and dates as the invoice's language and region write them.

Babel knows the rules; its own formatting is far too slow for a hundred lines, so the parts of a
locale's patterns are taken out once and put together here.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache

from babel import Locale, UnknownLocaleError
from babel.dates import format_date
from babel.numbers import get_currency_symbol

from server.domain.money import currency_decimals
from server.domain.settings import SUPPORTED_LANGUAGES

_MINUS = "\N{MINUS SIGN}"
_NO_BREAK_SPACE = "\N{NO-BREAK SPACE}"
_MOST_PRICE_DECIMALS = 6
#: Digits between two separators of thousands.
_GROUP = 3
# Plain English means readers anywhere: day before month, and US$ told from other dollars.
# Plain Portuguese would be Brazil's.
_REGION_OF_BARE_LANGUAGE = {"en": "en_GB", "pt": "pt_PT"}


def base_language(tag: str) -> str:
    """Gives the language to print in: the tag's own if there are labels for it, else English."""
    base = tag.replace("_", "-").partition("-")[0].lower()
    return base if base in SUPPORTED_LANGUAGES else "en"


@dataclass(frozen=True, slots=True, eq=False)
class Formats:
    """One locale's way to write numbers, money and dates."""

    locale: Locale
    #: Between whole units and their parts.
    decimal_separator: str
    #: Between thousands.
    group_separator: str
    #: Translates the separators of Python's own formatting.
    separators: dict[int, str]
    currency_pattern: tuple[str, str]
    percent_pattern: tuple[str, str]
    date_pattern: str

    def number(self, value: Decimal, decimals: int) -> str:
        """Writes a number with this many decimals and thousands apart."""
        whole, _, part = str(value).partition(".")
        if len(part) == decimals and len(whole) <= 2 * _GROUP and (whole + part).isdigit():
            # Most numbers by far: positive, below a million, and rounded to what is printed.
            if len(whole) > _GROUP:
                whole = f"{whole[:-_GROUP]}{self.group_separator}{whole[-_GROUP:]}"
            return f"{whole}{self.decimal_separator}{part}" if part else whole
        text = f"{abs(value):,.{decimals}f}".translate(self.separators)
        return _MINUS + text if value < 0 and text.strip("0,.") else text

    def quantity(self, value: Decimal) -> str:
        """Writes a number without trailing zeros."""
        text = str(value)
        if text.isdigit() and len(text) <= _GROUP:
            return text
        return self.number(value, _decimals_of(value))

    def money(self, value: Decimal, currency: str) -> str:
        """Writes an amount with its currency and the currency's own decimals."""
        number = self.number(value, currency_decimals(currency))
        before, after = _around(self, currency)
        if number.startswith(_MINUS):
            return f"{_MINUS}{before}{number[1:]}{after}"
        return f"{before}{number}{after}"

    def amount(self, value: Decimal, currency: str) -> str:
        """Writes an amount with the currency's own decimals, but without the currency."""
        return self.number(value, currency_decimals(currency))

    def unit_price(self, value: Decimal, currency: str) -> str:
        """Writes a unit price: as many decimals as it needs, at least the currency's own."""
        own = currency_decimals(currency)
        if len(str(value).partition(".")[2]) == own:
            return self.number(value, own)
        return self.number(value, max(min(_decimals_of(value), _MOST_PRICE_DECIMALS), own))

    def percent(self, rate: Decimal) -> str:
        """Writes a rate given in percent."""
        return _percent(self, rate)

    def day(self, day: date) -> str:
        """Writes a date."""
        return _day(self, day)

    def country(self, code: str) -> str:
        """Names a country; an unknown code names itself."""
        return str(self.locale.territories.get(code, code))


@lru_cache(maxsize=64)
def formats_for(tag: str) -> Formats:
    """Gives the formats for a BCP 47 tag: of its region where known, else of its language."""
    locale = _locale(tag)
    symbols = locale.number_symbols["latn"]
    return Formats(
        locale=locale,
        decimal_separator=symbols["decimal"],
        group_separator=symbols["group"],
        separators={ord(","): symbols["group"], ord("."): symbols["decimal"]},
        currency_pattern=_affixes(locale.currency_formats["standard"].pattern),
        percent_pattern=_affixes(locale.percent_formats[None].pattern),
        date_pattern=locale.date_formats["medium"].pattern,
    )


def _locale(tag: str) -> Locale:
    base = base_language(tag)
    try:
        locale = Locale.parse(tag, sep="_" if "_" in tag else "-")
    except (ValueError, UnknownLocaleError):
        return Locale.parse(_REGION_OF_BARE_LANGUAGE.get(base, base))
    if locale.language != base or not locale.territory:
        return Locale.parse(_REGION_OF_BARE_LANGUAGE.get(base, base))
    return locale


def _affixes(pattern: str) -> tuple[str, str]:
    """Splits a pattern such as '#,##0.00 ¤' into what stands before and after the number."""
    positive = pattern.partition(";")[0]
    before = positive[: min(positive.find(c) for c in "#0" if c in positive)]
    after = positive[positive.rfind("0") + 1 :]
    return before, after


@lru_cache(maxsize=512)
def _around(formats: Formats, currency: str) -> tuple[str, str]:
    before, after = formats.currency_pattern
    symbol = str(get_currency_symbol(currency, formats.locale))
    if before == "¤" and symbol[-1].isalpha():
        symbol += _NO_BREAK_SPACE  # KWD 1.000, not KWD1.000
    return before.replace("¤", symbol), after.replace("¤", symbol)


@lru_cache(maxsize=1024)
def _percent(formats: Formats, rate: Decimal) -> str:
    before, after = formats.percent_pattern
    return f"{before}{formats.quantity(rate)}{after}"


@lru_cache(maxsize=1024)
def _day(formats: Formats, day: date) -> str:
    return format_date(day, formats.date_pattern, formats.locale)


def _decimals_of(value: Decimal) -> int:
    """Counts the decimals that are not trailing zeros."""
    exponent = value.normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0
