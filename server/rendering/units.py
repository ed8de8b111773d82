"""Names of units by UN/ECE Recommendation 20 and 21 code, short as on a price tag."""

from __future__ import annotations

from decimal import Decimal

from server.rendering.formats import base_language

# code: (German singular, German plural, English singular, English plural)
_NAMES: dict[str, tuple[str, str, str, str]] = {
    "C62": ("Stück", "Stück", "pc", "pcs"),
    "H87": ("Stück", "Stück", "pc", "pcs"),
    "EA": ("Stück", "Stück", "pc", "pcs"),
    "NAR": ("Stück", "Stück", "pc", "pcs"),
    "PR": ("Paar", "Paar", "pair", "pairs"),
    "SET": ("Set", "Sets", "set", "sets"),
    "DZN": ("Dutzend", "Dutzend", "dozen", "dozen"),
    "XBX": ("Karton", "Kartons", "box", "boxes"),
    "XCT": ("Karton", "Kartons", "carton", "cartons"),
    "XPK": ("Packung", "Packungen", "pack", "packs"),
    "XPA": ("Päckchen", "Päckchen", "packet", "packets"),
    "XBG": ("Beutel", "Beutel", "bag", "bags"),
    "XBO": ("Flasche", "Flaschen", "bottle", "bottles"),
    "XRO": ("Rolle", "Rollen", "roll", "rolls"),
    "XPX": ("Palette", "Paletten", "pallet", "pallets"),
    "MGM": ("mg", "mg", "mg", "mg"),
    "GRM": ("g", "g", "g", "g"),
    "KGM": ("kg", "kg", "kg", "kg"),
    "TNE": ("t", "t", "t", "t"),
    "MLT": ("ml", "ml", "ml", "ml"),
    "CLT": ("cl", "cl", "cl", "cl"),
    "LTR": ("l", "l", "l", "l"),
    "HLT": ("hl", "hl", "hl", "hl"),
    "MMT": ("mm", "mm", "mm", "mm"),
    "CMT": ("cm", "cm", "cm", "cm"),
    "MTR": ("m", "m", "m", "m"),
    "KMT": ("km", "km", "km", "km"),
    "CMK": ("cm²", "cm²", "cm²", "cm²"),
    "MTK": ("m²", "m²", "m²", "m²"),
    "MTQ": ("m³", "m³", "m³", "m³"),
    "LM": ("lfm", "lfm", "lin. m", "lin. m"),
    "SEC": ("s", "s", "s", "s"),
    "MIN": ("min", "min", "min", "min"),
    "HUR": ("Std.", "Std.", "hr", "hrs"),
    "DAY": ("Tag", "Tage", "day", "days"),
    "WEE": ("Woche", "Wochen", "week", "weeks"),
    "MON": ("Monat", "Monate", "month", "months"),
    "ANN": ("Jahr", "Jahre", "year", "years"),
    "KWH": ("kWh", "kWh", "kWh", "kWh"),
    "LS": ("pauschal", "pauschal", "lump sum", "lump sum"),
    "E48": ("Leistung", "Leistungen", "service", "services"),
    "P1": ("%", "%", "%", "%"),
}


def unit_name(code: str, quantity: Decimal, tag: str) -> str:
    """Names a unit for a quantity in a BCP 47 tag's language; an unknown code names itself."""
    names = _NAMES.get(code)
    if names is None:
        return code
    of_language = names[:2] if base_language(tag) == "de" else names[2:]
    return of_language[0] if abs(quantity) == 1 else of_language[1]
