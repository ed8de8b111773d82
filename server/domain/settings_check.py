"""Checks settings when they are saved, so that no job fails later for what could be seen now."""

from __future__ import annotations

import re
from collections.abc import Iterator
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from server.domain.errors import FieldViolation, InvalidInput
from server.domain.invoice import Branding
from server.domain.money import is_currency
from server.domain.party import BankAccount, PostalAddress, Seller
from server.domain.sequence_check import sequence_problems
from server.domain.settings import SUPPORTED_LANGUAGES, Site, TenantSettings

TEXT_LENGTH = 200
CLOSING_TEXT_LENGTH = 2000
LOGO_BYTES = 1024 * 1024
LONGEST_TERM_DAYS = 3650
LONGEST_THRESHOLD_HOURS = 87_600

_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")
_COLOR = re.compile(r"#[0-9a-fA-F]{6}")
_COUNTRY = re.compile(r"[A-Z]{2}")
_LANGUAGE = re.compile(r"([a-z]{2,3})(?:-[A-Za-z0-9]{2,8}){0,4}")
_VAT_ID = re.compile(r"[A-Z]{2}[A-Z0-9.+* -]{2,20}")
_BIC = re.compile(r"[A-Z]{6}[A-Z0-9]{2}(?:[A-Z0-9]{3})?")
_PATH = re.compile(r"[^.\s]+(?:\.[^.\s]+)*")
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
_PICTURES = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff")

_Problems = Iterator[tuple[str, str]]


def check_settings(settings: TenantSettings) -> None:
    """Raises InvalidInput that names every wrong field by its path in the settings."""
    violations = [FieldViolation(field, problem) for field, problem in _problems(settings)]
    if violations:
        raise InvalidInput(*violations, reason="INVALID_SETTINGS")


def _problems(settings: TenantSettings) -> _Problems:
    if not settings.sites:
        yield "sites", "must hold at least one site"
    codes = [site.code for site in settings.sites]
    names = {sequence.name for sequence in settings.number_sequences}
    for index, site in enumerate(settings.sites):
        path = f"sites[{index}]"
        if site.code in codes[:index]:
            yield f"{path}.code", f"{site.code!r} stands twice; codes must differ"
        if site.number_sequence and site.number_sequence not in names:
            yield f"{path}.number_sequence", f"there is no sequence {site.number_sequence!r}"
        yield from _under(path, _site_problems(site))
    yield from sequence_problems(settings.number_sequences)
    rule = settings.selection_rule
    if rule and not 0 <= rule.threshold_hours <= LONGEST_THRESHOLD_HOURS:
        yield "invoice_settings.threshold", f"must be 0 to {LONGEST_THRESHOLD_HOURS} hours"
    paths = settings.order_paths
    for name, path in (
        ("buyer_vat_id", paths.buyer_vat_id),
        ("language", paths.language),
        ("buyer_reference", paths.buyer_reference),
    ):
        if path and not (_PATH.fullmatch(path) and len(path) <= TEXT_LENGTH):
            yield (
                f"order_paths.{name}",
                "must be names joined by dots, such as customer.mixins.vatId",
            )


def _under(path: str, problems: _Problems) -> _Problems:
    for field, problem in problems:
        yield f"{path}.{field}", problem


def _site_problems(site: Site) -> _Problems:
    if not _CODE.fullmatch(site.code):
        yield "code", "must be 1 to 64 letters, digits, '-', '_' or '.'"
    yield from _text_problems(("name", site.name))
    language = _LANGUAGE.fullmatch(site.default_language)
    if not language or language[1] not in SUPPORTED_LANGUAGES:
        yield "default_language", f"must be one of {', '.join(SUPPORTED_LANGUAGES)}"
    if not is_currency(site.currency):
        yield "currency", f"{site.currency!r} is no ISO 4217 currency, such as EUR"
    try:
        ZoneInfo(site.time_zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        yield "time_zone", f"{site.time_zone!r} is no IANA time zone, such as Europe/Berlin"
    if not 0 <= site.payment_term_days <= LONGEST_TERM_DAYS:
        yield "payment_term_days", f"must be 0 to {LONGEST_TERM_DAYS}"
    yield from _under("seller", _seller_problems(site.seller))
    yield from _under("branding", _branding_problems(site.branding))


def _seller_problems(seller: Seller) -> _Problems:
    if not seller.name.strip():
        yield "name", "must not be empty: an invoice names its seller"
    if not seller.vat_id and not seller.tax_number:
        yield "vat_id", "a VAT id or a tax_number is needed on every invoice"
    if seller.vat_id and not _VAT_ID.fullmatch(seller.vat_id):
        yield "vat_id", "must begin with the country's two letters, such as DE123456789"
    yield from _text_problems(
        ("name", seller.name),
        ("tax_number", seller.tax_number),
        ("email", seller.email),
        ("phone", seller.phone),
        ("website", seller.website),
        ("registration", seller.registration),
        ("management", seller.management),
    )
    yield from _under("address", _address_problems(seller.address))
    if seller.bank_account:
        yield from _under("bank_account", _account_problems(seller.bank_account))


def _address_problems(address: PostalAddress) -> _Problems:
    if not _COUNTRY.fullmatch(address.country):
        yield "country", "must be a country code of two capital letters, such as DE"
    if not address.city.strip():
        yield "city", "must not be empty"
    if not any(line.strip() for line in address.lines):
        yield "lines", "must hold street and house number"
    yield from _text_problems(
        ("city", address.city),
        ("post_code", address.post_code),
        ("subdivision", address.subdivision),
        *((f"lines[{index}]", line) for index, line in enumerate(address.lines)),
    )


def _account_problems(account: BankAccount) -> _Problems:
    if not is_iban(account.iban):
        yield "iban", f"{account.iban!r} is no IBAN: a digit is missing or wrong"
    if account.bic and not _BIC.fullmatch(account.bic):
        yield "bic", f"{account.bic!r} is no BIC of 8 or 11 characters"
    yield from _text_problems(("holder", account.holder), ("bank_name", account.bank_name))


def is_iban(text: str) -> bool:
    """Tells whether text without blanks is an IBAN with right check digits (ISO 13616)."""
    if not re.fullmatch(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}", text):
        return False
    return int("".join(str(int(c, 36)) for c in text[4:] + text[:4])) % 97 == 1


def _branding_problems(branding: Branding) -> _Problems:
    yield from _text_problems(("brand_name", branding.brand_name))
    if branding.primary_color and not _COLOR.fullmatch(branding.primary_color):
        yield "primary_color", "must be a colour such as #1A4D8F"
    if len(branding.closing_text) > CLOSING_TEXT_LENGTH:
        yield "closing_text", f"must have at most {CLOSING_TEXT_LENGTH} characters"
    elif _CONTROL.search(branding.closing_text.replace("\r\n", "\n")):
        yield "closing_text", "must not contain control characters other than line breaks"
    if branding.logo:
        if len(branding.logo.data) > LOGO_BYTES:
            yield "logo", f"has {len(branding.logo.data)} bytes; at most {LOGO_BYTES}"
        elif not branding.logo.data.startswith(_PICTURES):
            yield "logo", "must be a PNG or JPEG image"


def _text_problems(*texts: tuple[str, str]) -> _Problems:
    for field, text in texts:
        if len(text) > TEXT_LENGTH:
            yield field, f"must have at most {TEXT_LENGTH} characters"
        elif _CONTROL.search(text) or "\n" in text:
            yield field, "must not contain control characters or line breaks"
