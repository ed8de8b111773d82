"""Makes texts and amounts of the platform's JSON fit to keep and to print."""

from __future__ import annotations

import re
from decimal import Decimal
from functools import lru_cache

from server.domain.errors import InvalidInput
from server.domain.money import ZERO
from server.domain.order import LocalizedText
from server.sources.order_json import Text

#: Amounts and quantities from here on are a mistake, not a sale.
TOO_LARGE = Decimal(10) ** 12
_TOO_SMALL = -TOO_LARGE
_MOST_DECIMALS = 24
_WHOLE, _TENTH, _CENT = Decimal(1), Decimal("0.1"), Decimal("0.01")

_UNPRINTABLE = re.compile(r"[\x00-\x20\x7f-\xa0\u2028\u2029\ufeff]+")


def clean(text: str | None) -> str:
    """Folds white space and control characters to single blanks."""
    if not text:
        return ""
    if text.isprintable() and "  " not in text:
        return text.strip()
    return _UNPRINTABLE.sub(" ", text).strip()


def localized(*texts: Text | None) -> LocalizedText:
    """Joins what is given of a text; in case of doubt the one that stands first."""
    default = ""
    translations: dict[str, str] = {}
    for text in texts:
        if isinstance(text, str):
            default = default or clean(text)
        elif text:
            for language, translation in text.items():
                if translation:
                    translations.setdefault(language, clean(translation))
    return LocalizedText(default, tuple(translations.items()) if translations else ())


def amount(value: Decimal | None, path: str, name: str = "") -> Decimal:
    """Checks that an amount or quantity is a number of sane size, none being zero.

    Check before calculating: what is no number, or huge, makes any sum fail. Raises InvalidInput
    that names the path and what it is called there, which are joined only then.
    """
    if value is None:
        return ZERO
    # Nearly all are like this, and an order has a hundred of them; the rest is looked at closely.
    if (
        value.same_quantum(_CENT) or value.same_quantum(_WHOLE) or value.same_quantum(_TENTH)
    ) and _TOO_SMALL < value < TOO_LARGE:
        return value
    # Not abs(), which calculates, and cannot with what is out of all bounds.
    if not value.is_finite() or value.copy_abs() >= TOO_LARGE:
        raise _refusal(path, name, f"must be a number below {TOO_LARGE:,f}")
    if -int(value.as_tuple().exponent) > _MOST_DECIMALS:
        raise _refusal(path, name, f"must have at most {_MOST_DECIMALS} decimals")
    # 1E+2 and 100 are the same, but only one of them can be printed.
    return value.quantize(Decimal(1)) if int(value.as_tuple().exponent) > 0 else value


def rate(value: Decimal | None, path: str, name: str = "") -> Decimal | None:
    """Checks that a tax rate, if there is one, is a percentage. Raises InvalidInput."""
    if value is None:
        return None
    percentage = _percentage(str(value))
    if percentage is None:
        amount(value, path, name)
        raise _refusal(path, name, "must be a rate in percent, 0 to 100")
    return percentage


def _refusal(path: str, name: str, problem: str) -> InvalidInput:
    return InvalidInput.field(f"{path}.{name}" if name else path, problem)


@lru_cache(maxsize=256)
def _percentage(text: str) -> Decimal | None:
    """Reads a percentage; None for what is none, or too fine."""
    value = Decimal(text)
    if not value.is_finite() or not 0 <= value <= 100:  # noqa: PLR2004 - percent
        return None
    if -int(value.as_tuple().exponent) > _MOST_DECIMALS:
        return None
    # 19 and 19.0 are one rate, and print alike.
    return Decimal(f"{value.normalize():f}")
