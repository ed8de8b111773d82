"""Names of units by UN/ECE Recommendation 20 and 21 code, short as on a price tag."""

from __future__ import annotations

from decimal import Decimal
from functools import lru_cache

from server.rendering.formats import base_language
from server.rendering.labels import labels_for

#: The same in every language.
_SYMBOLS = {
    "MGM": "mg", "GRM": "g", "KGM": "kg", "TNE": "t", "LBR": "lb", "ONZ": "oz",
    "MLT": "ml", "CLT": "cl", "DLT": "dl", "LTR": "l", "HLT": "hl",
    "MMT": "mm", "CMT": "cm", "MTR": "m", "KMT": "km",
    "CMK": "cm²", "MTK": "m²", "MTQ": "m³",
    "SEC": "s", "MIN": "min", "KWH": "kWh", "P1": "%",
}  # fmt: skip
#: Codes that mean the same on a price tag.
_SAME_AS = {"H87": "C62", "EA": "C62", "NAR": "C62", "PK": "XPK", "BX": "XBX", "BO": "XBO"}
#: Slavic plurals.
_FEW = range(2, 5)
_TEENS = range(12, 15)


@lru_cache(maxsize=1024)
def unit_name(code: str, quantity: Decimal, tag: str) -> str:
    """Names a unit for a quantity in a BCP 47 tag's language; an unknown code names itself."""
    forms = labels_for(tag).units.get(_SAME_AS.get(code, code))
    if forms is None:
        return _SYMBOLS.get(code, code)
    return forms[min(_form(abs(quantity), base_language(tag)), len(forms) - 1)]


def _form(quantity: Decimal, language: str) -> int:
    """Tells which form a number takes: 0 one, 1 few or several, 2 many, 3 a fraction."""
    # French and Portuguese count up to, but not including, two as one.
    if quantity == 1 or (language in {"fr", "pt"} and 0 < quantity < _FEW.start):
        return 0
    if language not in {"pl", "cs"}:
        return 1
    if quantity != quantity.to_integral_value():
        return 3
    whole = int(quantity)
    last = whole % 10 if language == "pl" and whole % 100 not in _TEENS else whole
    return 1 if last in _FEW else 2
