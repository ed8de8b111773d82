"""Where VAT of the EU applies: countries, and the parts of them that are treated differently.

Territories are told by country code or post code, after Directive 2006/112/EC art. 5 to 8:
Monaco counts as France, the Isle of Man as Great Britain; the Canary Islands, Ceuta, Melilla,
Heligoland, Büsingen, Livigno, Campione, Åland, Mount Athos and the French overseas departments
are outside; Northern Ireland (XI) is inside for goods. Not told apart, for want of a post code:
the north of Cyprus and the British bases on the island.
"""

from __future__ import annotations

import re

from server.domain.party import PostalAddress

#: Areas within EU VAT: the members, and Northern Ireland for goods.
EU_AREAS = frozenset(
    "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK XI".split()
)

#: Countries that are part of another one for VAT.
_PART_OF = {"MC": "FR", "IM": "GB"}
#: Prefixes of VAT ids that are not the country's own code.
_PREFIXES = {"EL": "GR"}
#: Post codes of parts of a country in which EU VAT does not apply.
_OUTSIDE = {
    "DE": re.compile(r"27498|78266"),
    "ES": re.compile(r"(?:35|38|51|52)\d{3}"),
    "FI": re.compile(r"22\d{3}"),
    "FR": re.compile(r"9[78]\d{3}"),
    "GR": re.compile(r"63086"),
    "IT": re.compile(r"23041|22061"),
}
_NORTHERN_IRELAND = re.compile(r"BT\d.*")


def tax_area(address: PostalAddress) -> str:
    """Tells whose VAT applies at an address: a country, XI, or a name such as ES-OUTSIDE.

    Monaco's post codes are like those of France, but are its own country's.
    """
    country = address.country
    post_code = "".join(address.post_code.upper().split()).removeprefix(f"{country}-")
    if country == "GB" and _NORTHERN_IRELAND.fullmatch(post_code):
        return "XI"
    outside = _OUTSIDE.get(country)
    if outside and outside.fullmatch(post_code):
        return f"{country}-OUTSIDE"
    return _PART_OF.get(country, country)


def vat_id_area(vat_id: str) -> str:
    """Tells the area that gave a VAT id, from its prefix."""
    return _PREFIXES.get(vat_id[:2], vat_id[:2])


def same_area(one: str, other: str) -> bool:
    """Tells whether a sale from one area to the other is domestic."""
    return one == other or {one, other} == {"GB", "XI"}
