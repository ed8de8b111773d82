"""Who sells and who buys, in lines as on an envelope."""

from __future__ import annotations

from server.domain.party import Identifier, Party, PostalAddress, Seller
from server.rendering.formats import Formats

_COUNTRIES_WITH_CODE_BEHIND_CITY = frozenset("AU CA GB IE IN NZ SG TW US".split())
#: Registers whose numbers go by a name of their own (ISO 6523 ICD).
_REGISTERS = {"0002": "SIREN", "0009": "SIRET", "0060": "D-U-N-S", "0088": "GLN", "0106": "KvK"}
_GROUP = 4


def party_lines(party: Party, home: str, formats: Formats) -> list[str]:
    """Gives a party's address, with its country where that is not home."""
    country = party.address.country
    lines = [party.name, party.contact_name, *address_lines(party.address)]
    if country and country != home:
        lines.append(formats.country(country))
    return [line for line in lines if line.strip()]


def seller_lines(seller: Seller, buyer: Party, formats: Formats) -> list[str]:
    """Gives the seller's address, with its country where the buyer lives elsewhere."""
    country = seller.address.country
    lines = [seller.name, *address_lines(seller.address)]
    if country and country != buyer.address.country:
        lines.append(formats.country(country))
    return [line for line in lines if line.strip()]


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
