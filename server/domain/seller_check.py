"""Checks who sells: what every invoice says of the seller, and how it is registered for VAT."""

from __future__ import annotations

import re

from server.domain.identifiers import Identifiers
from server.domain.party import BankAccount, Identifier, PostalAddress, Seller, TaxRepresentative
from server.domain.settings import Site
from server.domain.tax_area import vat_id_area
from server.domain.text_check import Problems, long_text_problems, text_problems, under

_COUNTRY = re.compile(r"[A-Z]{2}")
_BIC = re.compile(r"[A-Z]{6}[A-Z0-9]{2}(?:[A-Z0-9]{3})?")
_LEGAL_SCHEME = re.compile(r"(?:[0-9]{4})?")
_ADDRESS_SCHEME = re.compile(r"[0-9]{4}|[A-Z]{2}")
_NO_VAT_ID = (
    "is no VAT id: it begins with the country's two letters, such as DE136695976, and a character "
    "is missing or wrong"
)


def seller_problems(seller: Seller, identifiers: Identifiers) -> Problems:
    """Gives every wrong field of a seller with what is wrong about it."""
    if not seller.name.strip():
        yield "name", "must not be empty: an invoice names its seller"
    if not seller.vat_id and not seller.tax_number:
        yield "vat_id", "a VAT id or a tax_number is needed on every invoice"
    yield from _vat_id_problems("vat_id", seller.vat_id, identifiers)
    yield from text_problems(
        ("name", seller.name),
        ("tax_number", seller.tax_number),
        ("email", seller.email),
        ("phone", seller.phone),
        ("website", seller.website),
        ("registration", seller.registration),
        ("management", seller.management),
        ("contact_name", seller.contact_name),
    )
    yield from long_text_problems("legal_information", seller.legal_information)
    yield from under("address", _address_problems(seller.address))
    if seller.bank_account:
        yield from under("bank_account", _account_problems(seller.bank_account, identifiers))
    yield from _id_problems(
        "legal_id", seller.legal_id, _LEGAL_SCHEME, "an ISO 6523 code of four digits, such as 0002"
    )
    yield from _id_problems(
        "electronic_address",
        seller.electronic_address,
        _ADDRESS_SCHEME,
        "EM for e-mail, or an EAS code of four digits, such as 0204",
    )
    if seller.tax_representative:
        yield from under(
            "tax_representative",
            _representative_problems(seller.tax_representative, identifiers),
        )


def registration_problems(site: Site, identifiers: Identifiers) -> Problems:
    """Gives what is wrong about the further VAT ids of a site's seller."""
    areas = [vat_id_area(site.seller.vat_id)] if site.seller.vat_id else []
    for index, vat_id in enumerate(site.tax_registrations.vat_ids):
        path = f"vat_ids[{index}]"
        area = vat_id_area(vat_id)
        if not vat_id:
            yield path, "must not be empty"
        elif area in areas:
            yield path, f"there is a VAT id of {area} already"
        areas.append(area)
        yield from _vat_id_problems(path, vat_id, identifiers)


def _vat_id_problems(field: str, vat_id: str, identifiers: Identifiers) -> Problems:
    # Prefix and capitals must be there: it is printed as it is given.
    if vat_id and not (_COUNTRY.match(vat_id) and identifiers.vat_id(vat_id)):
        yield field, f"{vat_id!r} {_NO_VAT_ID}"
    else:
        yield from text_problems((field, vat_id))


def _address_problems(address: PostalAddress) -> Problems:
    if not _COUNTRY.fullmatch(address.country):
        yield "country", "must be a country code of two capital letters, such as DE"
    if not address.city.strip():
        yield "city", "must not be empty"
    if not any(line.strip() for line in address.lines):
        yield "lines", "must hold street and house number"
    yield from text_problems(
        ("city", address.city),
        ("post_code", address.post_code),
        ("subdivision", address.subdivision),
        *((f"lines[{index}]", line) for index, line in enumerate(address.lines)),
    )


def _account_problems(account: BankAccount, identifiers: Identifiers) -> Problems:
    if not identifiers.is_iban(account.iban):
        yield "iban", f"{account.iban!r} is no IBAN: a digit is missing or wrong"
    if account.bic and not _BIC.fullmatch(account.bic):
        yield "bic", f"{account.bic!r} is no BIC of 8 or 11 characters"
    yield from text_problems(("holder", account.holder), ("bank_name", account.bank_name))


def _id_problems(
    field: str, given: Identifier | None, scheme: re.Pattern[str], schemes: str
) -> Problems:
    if given is None:
        return
    if not given.value.strip():
        yield f"{field}.value", "must not be empty"
    if not scheme.fullmatch(given.scheme):
        yield f"{field}.scheme", f"must be {schemes}"
    yield from text_problems((f"{field}.value", given.value))


def _representative_problems(
    representative: TaxRepresentative, identifiers: Identifiers
) -> Problems:
    if not representative.name.strip():
        yield "name", "must not be empty"
    if not representative.vat_id:
        yield "vat_id", "must not be empty: it is what the representative answers for"
    yield from _vat_id_problems("vat_id", representative.vat_id, identifiers)
    yield from text_problems(("name", representative.name))
    yield from under("address", _address_problems(representative.address))
