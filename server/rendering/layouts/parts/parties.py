"""Who sells and who buys, in lines as on an envelope."""

from __future__ import annotations

from collections.abc import Sequence

from server.domain.party import Identifier, Party, PostalAddress
from server.rendering.formats import Formats
from server.rendering.layouts.measuring import lines_of
from server.rendering.typography.style import Style

_COUNTRIES_WITH_CODE_BEHIND_CITY = frozenset("AU CA GB IE IN NZ SG TW US".split())
#: Registers whose numbers go by a name of their own (ISO 6523 ICD).
_REGISTERS = {"0002": "SIREN", "0009": "SIRET", "0060": "D-U-N-S", "0088": "GLN", "0106": "KvK"}
_GROUP = 4
# The law wants whole names: in the narrowest column the longest of registers need five.
_MOST_NAME_LINES = 6
# An upper bound that keeps a page a page: far beyond any real street or city.
_MOST_PLACE_LINES = 12


def names_of(party: Party) -> list[str]:
    """Gives a party's name, and who is asked for there."""
    return [name for name in (party.name, party.contact_name) if name.strip()]


def place_of(address: PostalAddress, home: str, formats: Formats) -> list[str]:
    """Gives an address, with its country where that is not home."""
    country = address.country
    abroad = [formats.country(country)] if country and country != home else []
    return [*address_lines(address), *abroad]


def name_lines(names: Sequence[str], style: Style, limit: float) -> list[str]:
    """Breaks names into lines; one that takes too many of them ends in an ellipsis."""
    return [line for name in names for line in lines_of(name, style, limit, _MOST_NAME_LINES)]


def place_lines(place: Sequence[str], style: Style, limit: float) -> list[str]:
    """Breaks an address into lines; no part is left out, for mail has to find its way."""
    return [line for text in place for line in lines_of(text, style, limit, _MOST_PLACE_LINES)]


def address_lines(address: PostalAddress) -> list[str]:
    """Gives an address's lines without the country, post code and city in its country's order."""
    if address.country in _COUNTRIES_WITH_CODE_BEHIND_CITY:
        city = f"{address.city} {address.subdivision} {address.post_code}"
    else:
        city = f"{address.post_code} {address.city}"
    return [line for line in (*address.lines, " ".join(city.split())) if line.strip()]


def register_name(legal_id: Identifier | None, otherwise: str) -> str:
    """Names the register a legal id is from, where it has a name that everybody knows."""
    return _REGISTERS.get(legal_id.scheme, otherwise) if legal_id is not None else otherwise


def grouped(iban: str) -> str:
    """Writes an IBAN in groups of four."""
    plain = "".join(iban.split())
    return " ".join(plain[i : i + _GROUP] for i in range(0, len(plain), _GROUP))
