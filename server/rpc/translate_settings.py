"""Settings: values to messages."""

from __future__ import annotations

from invoicejobs.v1 import tenant_settings_pb2

from server.domain.numbering import SCHEMA_TYPE, NumberSequence, Placeholder
from server.domain.party import BankAccount, Identifier, Seller, TaxRepresentative
from server.domain.settings import (
    ExchangeRate,
    OrderPaths,
    SelectionRule,
    Site,
    TaxRegistrations,
    TenantSettings,
)
from server.rpc.translate_branding import branding_message
from server.rpc.translate_invoices import FORMATS, address_message
from server.rpc.translate_schedules import schedule_message
from server.rpc.translate_values import decimal_text, timestamp


def settings_message(settings: TenantSettings) -> tenant_settings_pb2.Settings:
    """Writes a tenant's settings, with every default spelled out."""
    rule = settings.selection_rule
    return tenant_settings_pb2.Settings(
        sites=[_site_message(site) for site in settings.sites],
        number_sequences=[_sequence_message(item) for item in settings.number_sequences],
        invoice_settings=_rule_message(rule) if rule else None,
        order_paths=_paths_message(settings.order_paths),
        etag=settings.etag,
        update_time=timestamp(settings.updated_at),
        schedules=[schedule_message(schedule) for schedule in settings.schedules],
    )


def _site_message(site: Site) -> tenant_settings_pb2.Site:
    return tenant_settings_pb2.Site(
        code=site.code,
        name=site.name,
        default_language=site.default_language,
        currency=site.currency,
        includes_tax=site.includes_tax,
        time_zone=site.time_zone,
        seller=_seller_message(site.seller),
        branding=branding_message(site.branding),
        number_sequence=site.number_sequence,
        payment_term_days=site.payment_term_days,
        formats=[FORMATS[format] for format in site.formats],
        credit_note_sequence=site.credit_note_sequence,
        tax_registrations=_registrations_message(site.tax_registrations),
        tax_currency=site.tax_currency,
        exchange_rates=[_rate_message(rate) for rate in site.exchange_rates],
        default_buyer_reference=site.default_buyer_reference,
        payment_terms=dict(site.payment_terms),
        girocode=site.girocode,
    )


def _registrations_message(
    registrations: TaxRegistrations,
) -> tenant_settings_pb2.TaxRegistrations:
    return tenant_settings_pb2.TaxRegistrations(
        small_business=registrations.small_business,
        one_stop_shop=registrations.one_stop_shop,
        vat_ids=registrations.vat_ids,
        margin_scheme=registrations.margin_scheme,
        zero_rate=registrations.zero_rate,
    )


def _rate_message(rate: ExchangeRate) -> tenant_settings_pb2.ExchangeRate:
    return tenant_settings_pb2.ExchangeRate(currency=rate.currency, rate=decimal_text(rate.rate))


def _seller_message(seller: Seller) -> tenant_settings_pb2.Seller:
    account, representative = seller.bank_account, seller.tax_representative
    return tenant_settings_pb2.Seller(
        name=seller.name,
        address=address_message(seller.address),
        vat_id=seller.vat_id,
        tax_number=seller.tax_number,
        email=seller.email,
        phone=seller.phone,
        website=seller.website,
        registration=seller.registration,
        management=seller.management,
        bank_account=_account_message(account) if account else None,
        contact_name=seller.contact_name,
        legal_id=_identifier_message(seller.legal_id),
        legal_information=seller.legal_information,
        electronic_address=_identifier_message(seller.electronic_address),
        tax_representative=_representative_message(representative) if representative else None,
    )


def _identifier_message(identifier: Identifier | None) -> tenant_settings_pb2.Identifier | None:
    if identifier is None:
        return None
    return tenant_settings_pb2.Identifier(value=identifier.value, scheme=identifier.scheme)


def _representative_message(
    representative: TaxRepresentative,
) -> tenant_settings_pb2.TaxRepresentative:
    return tenant_settings_pb2.TaxRepresentative(
        name=representative.name,
        vat_id=representative.vat_id,
        address=address_message(representative.address),
    )


def _account_message(account: BankAccount) -> tenant_settings_pb2.BankAccount:
    return tenant_settings_pb2.BankAccount(
        holder=account.holder, iban=account.iban, bic=account.bic, bank_name=account.bank_name
    )


def _sequence_message(sequence: NumberSequence) -> tenant_settings_pb2.NumberSequence:
    return tenant_settings_pb2.NumberSequence(
        name=sequence.name,
        schema_type=SCHEMA_TYPE,
        pre_text=sequence.pre_text,
        post_text=sequence.post_text,
        start_value=sequence.start_value,
        max_value=sequence.max_value,
        number_of_digits=sequence.number_of_digits,
        placeholders={
            name: _placeholder_message(item) for name, item in sequence.placeholders.items()
        },
        sequence_key=sequence.sequence_key,
    )


def _placeholder_message(placeholder: Placeholder) -> tenant_settings_pb2.Placeholder:
    return tenant_settings_pb2.Placeholder(
        required=placeholder.required,
        default=placeholder.default,
        site_path=placeholder.site_path,
        array_limit=placeholder.array_limit,
        delimiter=placeholder.delimiter,
    )


def _rule_message(rule: SelectionRule) -> tenant_settings_pb2.InvoiceSettings:
    return tenant_settings_pb2.InvoiceSettings(
        threshold=str(rule.threshold_hours),
        status=",".join(rule.statuses),
        extended_order_status=",".join(rule.extended_statuses),
    )


def _paths_message(paths: OrderPaths) -> tenant_settings_pb2.OrderPaths:
    return tenant_settings_pb2.OrderPaths(
        buyer_vat_id=paths.buyer_vat_id,
        language=paths.language,
        buyer_reference=paths.buyer_reference,
        purchase_order=paths.purchase_order,
        buyer_legal_id=paths.buyer_legal_id,
        buyer_electronic_address=paths.buyer_electronic_address,
    )
