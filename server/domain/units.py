"""Units of quantity: the platform's names to codes of UN/ECE Recommendations 20 and 21."""

from __future__ import annotations

import re

PIECE = "C62"

_BY_NAME = {
    "": PIECE, "piece": PIECE, "pieces": PIECE, "pc": PIECE, "pcs": PIECE, "pce": PIECE,
    "stk": PIECE, "stück": PIECE, "st": PIECE, "unit": PIECE, "ea": PIECE, "each": PIECE,
    "kg": "KGM", "kilogram": "KGM", "g": "GRM", "gram": "GRM", "mg": "MGM", "t": "TNE",
    "lb": "LBR", "oz": "ONZ",
    "l": "LTR", "liter": "LTR", "litre": "LTR", "ml": "MLT", "cl": "CLT", "dl": "DLT",
    "m": "MTR", "meter": "MTR", "metre": "MTR", "cm": "CMT", "mm": "MMT", "km": "KMT",
    "m2": "MTK", "m²": "MTK", "sqm": "MTK", "m3": "MTQ", "m³": "MTQ",
    "h": "HUR", "hour": "HUR", "hours": "HUR", "min": "MIN", "day": "DAY", "days": "DAY",
    "month": "MON", "year": "ANN", "kwh": "KWH",
    "set": "SET", "pair": "PR", "pack": "XPK", "package": "XPK", "box": "XBX", "bottle": "XBO",
}  # fmt: skip

_CODE = re.compile(r"[A-Z0-9]{2,3}")


def unit_code(name: str) -> str:
    """Gives the code of a unit; one that is no known name and no code counts pieces."""
    known = _BY_NAME.get(name.strip().lower())
    if known:
        return known
    return name if _CODE.fullmatch(name) else PIECE
