"""Checks VAT ids and IBANs by their check digits, offline: a valid id need not be in use."""

from __future__ import annotations

import re

from stdnum import iban
from stdnum.ch import vat as swiss
from stdnum.eu import vat as european
from stdnum.gb import vat as british
from stdnum.no import mva as norwegian

_SEPARATORS = re.compile(r"[\s.,/_-]+")
#: What a VAT id looks like where we do not know its check digits.
_SHAPE = re.compile(r"[A-Z]{2}[A-Z0-9+*]{2,18}")
#: Prefixes that are not the country's own code.
_PREFIXES = {"GR": "EL", "MC": "FR", "IM": "GB"}


class CheckDigits:
    """Checks identifiers; EU members, Northern Ireland, GB, CH and NO by their check digits."""

    def vat_id(self, text: str, country: str = "") -> str:
        """Gives a VAT id with its country prefix and without blanks; empty where text is none."""
        bare = _SEPARATORS.sub("", text).upper()
        if bare.startswith("GR"):
            bare = f"EL{bare[2:]}"
        if _is_vat_id(bare):
            return bare
        prefixed = _PREFIXES.get(country, country) + bare
        # Only what cannot be a VAT id of another country is taken as one of the owner's.
        return prefixed if country and not bare[:2].isalpha() and _is_vat_id(prefixed) else ""

    def is_iban(self, text: str) -> bool:
        """Tells whether text, in capitals and without blanks, is an IBAN (ISO 13616)."""
        return iban.is_valid(text) and iban.compact(text) == text


def _is_vat_id(bare: str) -> bool:
    if not _SHAPE.fullmatch(bare):
        return False
    prefix = bare[:2]
    if prefix.lower() in european.MEMBER_STATES or prefix == "EL":
        return european.is_valid(bare)
    match prefix:
        case "GB":
            return british.is_valid(bare)
        case "CH":
            return swiss.is_valid(bare)
        case "NO":
            return norwegian.is_valid(bare)
    return True
