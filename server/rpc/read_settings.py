"""Settings: messages to values, with the defaults that the proto promises.

Only what the values could not hold is refused here (a threshold that is no number); all else is for
`check_settings`, which knows every rule.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

from invoicejobs.v1 import invoices_pb2, tenant_settings_pb2

from server.domain.errors import FieldViolation, InvalidInput
from server.domain.invoice import Branding, Image
from server.domain.numbering import DEFAULT_DIGITS, SCHEMA_TYPE, NumberSequence, Placeholder
from server.domain.party import BankAccount, PostalAddress, Seller
from server.domain.settings import OrderPaths, SelectionRule, Site, TenantSettings
from server.domain.settings_check import check_settings

Settings = tenant_settings_pb2.Settings
Violations = list[FieldViolation]

_WHOLE_NUMBER = re.compile(r"[0-9]{1,9}")


def read_settings(
    message: Settings, paths: Iterable[str], current: TenantSettings
) -> TenantSettings:
    """Reads the fields that paths name and takes the others from current.

    Paths are top-level fields; etag and update_time may be named and change nothing. Raises
    InvalidInput that names update_mask for other paths, or else every wrong field.
    """
    violations: Violations = []
    changes: dict[str, Any] = {}
    for path in paths:
        if path in _FIELDS:
            name, read = _FIELDS[path]
            changes[name] = read(message, violations)
        elif path not in Settings.DESCRIPTOR.fields_by_name:
            known = ", ".join(_FIELDS)
            raise InvalidInput.field("update_mask", f"{path!r} is none of the fields {known}")
    settings = replace(current, etag=message.etag or current.etag, **changes)
    if violations:
        raise InvalidInput(*violations, *_further_violations(settings), reason="INVALID_SETTINGS")
    return settings


def _further_violations(settings: TenantSettings) -> tuple[FieldViolation, ...]:
    # Saving would check them, but is not reached: the caller shall see all that is wrong at once.
    try:
        check_settings(settings)
    except InvalidInput as error:
        return error.violations
    return ()


def _sites(message: Settings, _: Violations) -> tuple[Site, ...]:
    return tuple(
        Site(
            code=site.code,
            name=site.name,
            default_language=site.default_language,
            currency=site.currency,
            includes_tax=site.includes_tax,
            time_zone=site.time_zone or "UTC",
            seller=_seller(site.seller),
            branding=_branding(site.branding),
            number_sequence=site.number_sequence,
            payment_term_days=site.payment_term_days,
        )
        for site in message.sites
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
    )


def _account(account: tenant_settings_pb2.BankAccount, seller_name: str) -> BankAccount:
    return BankAccount(
        holder=account.holder or seller_name,
        iban="".join(account.iban.split()),
        bic=account.bic,
        bank_name=account.bank_name,
    )


def _address(address: invoices_pb2.PostalAddress) -> PostalAddress:
    return PostalAddress(
        lines=tuple(address.lines),
        post_code=address.post_code,
        city=address.city,
        subdivision=address.subdivision,
        country=address.country,
    )


def _branding(branding: tenant_settings_pb2.Branding) -> Branding:
    logo = branding.logo
    return Branding(
        brand_name=branding.brand_name,
        primary_color=branding.primary_color,
        logo=Image(hashlib.sha256(logo).hexdigest(), logo) if logo else None,
        closing_text=branding.closing_text,
    )


def _number_sequences(message: Settings, violations: Violations) -> tuple[NumberSequence, ...]:
    for index, sequence in enumerate(message.number_sequences):
        if sequence.schema_type not in ("", SCHEMA_TYPE):
            path = f"number_sequences[{index}].schema_type"
            violations.append(FieldViolation(path, f"must be {SCHEMA_TYPE} or empty"))
    return tuple(_number_sequence(sequence) for sequence in message.number_sequences)


def _number_sequence(sequence: tenant_settings_pb2.NumberSequence) -> NumberSequence:
    return NumberSequence(
        name=sequence.name,
        pre_text=sequence.pre_text,
        post_text=sequence.post_text,
        start_value=sequence.start_value if sequence.HasField("start_value") else 1,
        max_value=sequence.max_value if sequence.HasField("max_value") else None,
        number_of_digits=sequence.number_of_digits or DEFAULT_DIGITS,
        placeholders={name: _placeholder(item) for name, item in sequence.placeholders.items()},
        sequence_key=sequence.sequence_key,
    )


def _placeholder(placeholder: tenant_settings_pb2.Placeholder) -> Placeholder:
    unset = Placeholder()
    return Placeholder(
        required=placeholder.required,
        default=placeholder.default,
        site_path=placeholder.site_path,
        array_limit=placeholder.array_limit or unset.array_limit,
        delimiter=placeholder.delimiter if placeholder.HasField("delimiter") else unset.delimiter,
    )


def _selection_rule(message: Settings, violations: Violations) -> SelectionRule | None:
    if not message.HasField("invoice_settings"):
        return None
    rule = message.invoice_settings
    threshold = rule.threshold.strip() or "0"
    if not _WHOLE_NUMBER.fullmatch(threshold):
        path = "invoice_settings.threshold"
        violations.append(FieldViolation(path, "must be a whole number of hours, 0 or more"))
        threshold = "0"
    return SelectionRule(int(threshold), _listed(rule.status), _listed(rule.extended_order_status))


def _listed(text: str) -> tuple[str, ...]:
    return tuple(item.strip() for item in text.split(",") if item.strip())


def _order_paths(message: Settings, _: Violations) -> OrderPaths:
    paths = message.order_paths
    return OrderPaths(paths.buyer_vat_id, paths.language, paths.buyer_reference)


#: What an update may name: the proto's field, the value's field, and how it is read.
_FIELDS: dict[str, tuple[str, Callable[[Settings, Violations], Any]]] = {
    "sites": ("sites", _sites),
    "number_sequences": ("number_sequences", _number_sequences),
    "invoice_settings": ("selection_rule", _selection_rule),
    "order_paths": ("order_paths", _order_paths),
}
ALL_FIELDS = tuple(_FIELDS)
