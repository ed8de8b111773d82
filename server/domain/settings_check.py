"""Checks settings when they are saved, so that no job fails later for what could be seen now."""

from __future__ import annotations

import re
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from server.domain.branding_check import branding_problems
from server.domain.errors import FieldViolation, InvalidInput
from server.domain.format_check import format_problems
from server.domain.identifiers import Identifiers
from server.domain.money import is_currency
from server.domain.schedule_check import schedule_problems
from server.domain.seller_check import registration_problems, seller_problems
from server.domain.sequence_check import sequence_problems
from server.domain.settings import SUPPORTED_LANGUAGES, Site, TenantSettings
from server.domain.text_check import (
    TEXT_LENGTH,
    Problems,
    long_text_problems,
    text_problems,
    under,
)

LONGEST_TERM_DAYS = 3650
LONGEST_THRESHOLD_HOURS = 87_600
HIGHEST_EXCHANGE_RATE = 1_000_000_000
MOST_SITES = 500

_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")
_LANGUAGE = re.compile(r"([a-z]{2,3})(?:-[A-Za-z0-9]{2,8}){0,4}")
_PATH = re.compile(r"[^.\s]+(?:\.[^.\s]+)*")


def check_settings(settings: TenantSettings, identifiers: Identifiers) -> None:
    """Raises InvalidInput that names every wrong field by its path in the settings."""
    violations = [
        FieldViolation(field, problem) for field, problem in _problems(settings, identifiers)
    ]
    if violations:
        raise InvalidInput(*violations, reason="INVALID_SETTINGS")


def _problems(settings: TenantSettings, identifiers: Identifiers) -> Problems:
    if not settings.sites:
        yield "sites", "must hold at least one site"
    if len(settings.sites) > MOST_SITES:
        yield "sites", f"must be at most {MOST_SITES} sites"
        return
    codes = [site.code for site in settings.sites]
    names = {sequence.name for sequence in settings.number_sequences}
    for index, site in enumerate(settings.sites):
        path = f"sites[{index}]"
        if site.code in codes[:index]:
            yield f"{path}.code", f"{site.code!r} stands twice; codes must differ"
        if site.number_sequence and site.number_sequence not in names:
            yield f"{path}.number_sequence", f"there is no sequence {site.number_sequence!r}"
        yield from under(path, _site_problems(site, identifiers))
        yield from under(path, _credit_note_problems(site, settings))
        yield from under(path, format_problems(site, settings.order_paths))
    yield from sequence_problems(settings.number_sequences)
    rule = settings.selection_rule
    if rule and not 0 <= rule.threshold_hours <= LONGEST_THRESHOLD_HOURS:
        yield "invoice_settings.threshold", f"must be 0 to {LONGEST_THRESHOLD_HOURS} hours"
    yield from schedule_problems(settings)
    paths = settings.order_paths
    for name, path in (
        ("buyer_vat_id", paths.buyer_vat_id),
        ("language", paths.language),
        ("buyer_reference", paths.buyer_reference),
        ("purchase_order", paths.purchase_order),
        ("buyer_legal_id", paths.buyer_legal_id),
        ("buyer_electronic_address", paths.buyer_electronic_address),
    ):
        if path and not (_PATH.fullmatch(path) and len(path) <= TEXT_LENGTH):
            yield (
                f"order_paths.{name}",
                "must be names joined by dots, such as customer.mixins.vatId",
            )


def _credit_note_problems(site: Site, settings: TenantSettings) -> Problems:
    name = site.credit_note_sequence
    if not name:
        return
    sequences = settings.number_sequences
    if name not in {sequence.name for sequence in sequences}:
        yield "credit_note_sequence", f"there is no sequence {name!r}"
        return
    of_invoices = {other.number_sequence or sequences[0].name for other in settings.sites}
    if name in of_invoices:
        yield (
            "credit_note_sequence",
            f"{name!r} numbers invoices; credit notes take a sequence of their own",
        )


def _site_problems(site: Site, identifiers: Identifiers) -> Problems:
    if not _CODE.fullmatch(site.code):
        yield "code", "must be 1 to 64 letters, digits, '-', '_' or '.'"
    yield from text_problems(("name", site.name))
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
    yield from under("seller", seller_problems(site.seller, identifiers))
    yield from under("branding", branding_problems(site.branding, site.seller))
    yield from under("tax_registrations", registration_problems(site, identifiers))
    yield from _currency_problems(site)
    yield from _wording_problems(site)


def _currency_problems(site: Site) -> Problems:
    own = site.tax_currency
    if own and not is_currency(own):
        yield "tax_currency", f"{own!r} is no ISO 4217 currency, such as EUR"
    if not own and site.exchange_rates:
        yield "tax_currency", "must be given where there are exchange_rates"
    known: set[str] = set()
    for index, rate in enumerate(site.exchange_rates):
        path = f"exchange_rates[{index}]"
        if not is_currency(rate.currency):
            yield f"{path}.currency", f"{rate.currency!r} is no ISO 4217 currency, such as EUR"
        elif rate.currency == own:
            yield f"{path}.currency", "is the tax_currency itself"
        elif rate.currency in known:
            yield f"{path}.currency", f"{rate.currency} stands twice"
        known.add(rate.currency)
        if not (rate.rate.is_finite() and 0 < rate.rate < HIGHEST_EXCHANGE_RATE):
            yield f"{path}.rate", f"must be above 0 and below {HIGHEST_EXCHANGE_RATE:,}"
    if own and own != site.currency and site.currency not in known:
        yield "exchange_rates", f"must say what the site's {site.currency} is worth in {own}"


def _wording_problems(site: Site) -> Problems:
    yield from text_problems(("default_buyer_reference", site.default_buyer_reference))
    for language, text in site.payment_terms:
        path = f"payment_terms[{language}]"
        if language not in SUPPORTED_LANGUAGES:
            yield path, f"must be one of {', '.join(SUPPORTED_LANGUAGES)}"
        yield from long_text_problems(path, text)
    if site.girocode and not site.seller.bank_account:
        yield "girocode", "takes a seller.bank_account to pay to"
