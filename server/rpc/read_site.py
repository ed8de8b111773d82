"""A site with its seller and branding: messages to values.

Like `read_settings`, it refuses only what the values could not hold, by the field's path.
"""

from __future__ import annotations

import re
from decimal import Decimal

from invoicejobs.v1 import invoices_pb2, tenant_settings_pb2

from server.domain.document import DocumentFormat
from server.domain.errors import FieldViolation
from server.domain.party import BankAccount, Identifier, PostalAddress, Seller, TaxRepresentative
from server.domain.settings import ExchangeRate, Site, TaxRegistrations
from server.rpc.translate_branding import read_branding
from server.rpc.translate_invoices import FORMAT_BY_NUMBER

Violations = list[FieldViolation]

_FORMAT_NAMES = ", ".join(
    invoices_pb2.DocumentFormat.Name(number)
    for number, format in FORMAT_BY_NUMBER.items()
    if format is not DocumentFormat.PDF
)
_DECIMAL = re.compile(r"[0-9]{1,12}(?:\.[0-9]{1,12})?", re.ASCII)


def read_site(site: tenant_settings_pb2.Site, path: str, violations: Violations) -> Site:
    """Reads a site, and adds what is wrong with it to violations; path leads to it."""
    return Site(
        code=site.code,
        name=site.name,
        default_language=site.default_language,
        currency=site.currency,
        includes_tax=site.includes_tax,
        time_zone=site.time_zone or "UTC",
        seller=_seller(site.seller),
        branding=read_branding(site.branding, f"{path}.branding", violations),
        number_sequence=site.number_sequence,
        payment_term_days=site.payment_term_days,
        formats=_formats(site, f"{path}.formats", violations),
        credit_note_sequence=site.credit_note_sequence,
        tax_registrations=_registrations(site.tax_registrations),
        tax_currency=site.tax_currency,
        exchange_rates=tuple(
            ExchangeRate(rate.currency, _rate(rate.rate, f"{path}.{where}.rate", violations))
            for where, rate in (
                (f"exchange_rates[{index}]", rate) for index, rate in enumerate(site.exchange_rates)
            )
        ),
        default_buyer_reference=site.default_buyer_reference,
        # A map has no order of its own: the same settings shall always give the same value.
        payment_terms=tuple(sorted(site.payment_terms.items())),
        girocode=site.girocode,
    )


def _formats(
    site: tenant_settings_pb2.Site, path: str, violations: Violations
) -> tuple[DocumentFormat, ...]:
    formats: list[DocumentFormat] = []
    for index, number in enumerate(site.formats):
        format = FORMAT_BY_NUMBER.get(number)
        if format is None or format is DocumentFormat.PDF:
            problem = f"must be one of {_FORMAT_NAMES}; the PDF is always made"
        elif format in formats:
            problem = f"{format.label} stands twice; formats must differ"
        else:
            formats.append(format)
            continue
        violations.append(FieldViolation(f"{path}[{index}]", problem))
    return tuple(formats)


def _rate(text: str, path: str, violations: Violations) -> Decimal:
    rate = Decimal(text) if _DECIMAL.fullmatch(text) else Decimal(0)
    if not rate:
        problem = "must be a decimal above 0 with at most 12 decimals, such as 0.9312"
        violations.append(FieldViolation(path, problem))
        return Decimal(1)
    return rate


def _registrations(registrations: tenant_settings_pb2.TaxRegistrations) -> TaxRegistrations:
    return TaxRegistrations(
        small_business=registrations.small_business,
        one_stop_shop=registrations.one_stop_shop,
        vat_ids=tuple(registrations.vat_ids),
        margin_scheme=registrations.margin_scheme,
        zero_rate=registrations.zero_rate,
    )


def _seller(seller: tenant_settings_pb2.Seller) -> Seller:
    account = seller.bank_account if seller.HasField("bank_account") else None
    return Seller(
        name=seller.name,
        address=_address(seller.address),
        vat_id=seller.vat_id,
        tax_number=seller.tax_number,
        email=seller.email,
        phone=seller.phone,
        website=seller.website,
        registration=seller.registration,
        management=seller.management,
        bank_account=_account(account, seller.name) if account else None,
        contact_name=seller.contact_name,
        legal_id=_identifier(seller.legal_id) if seller.HasField("legal_id") else None,
        legal_information=seller.legal_information,
        electronic_address=(
            _identifier(seller.electronic_address)
            if seller.HasField("electronic_address")
            else None
        ),
        tax_representative=(
            _representative(seller.tax_representative)
            if seller.HasField("tax_representative")
            else None
        ),
    )


def _account(account: tenant_settings_pb2.BankAccount, seller_name: str) -> BankAccount:
    return BankAccount(
        holder=account.holder or seller_name,
        iban="".join(account.iban.split()),
        bic=account.bic,
        bank_name=account.bank_name,
    )


def _identifier(identifier: tenant_settings_pb2.Identifier) -> Identifier:
    return Identifier(identifier.value, identifier.scheme)


def _representative(representative: tenant_settings_pb2.TaxRepresentative) -> TaxRepresentative:
    return TaxRepresentative(
        name=representative.name,
        vat_id=representative.vat_id,
        address=_address(representative.address),
    )


def _address(address: invoices_pb2.PostalAddress) -> PostalAddress:
    return PostalAddress(
        lines=tuple(address.lines),
        post_code=address.post_code,
        city=address.city,
        subdivision=address.subdivision,
        country=address.country,
    )
