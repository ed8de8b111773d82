"""Settings: messages to values, with the defaults that the proto promises.

Only what the values could not hold is refused here (a threshold that is no number); all else is for
the use case's check, which knows every rule.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

from invoicejobs.v1 import tenant_settings_pb2

from server.domain.errors import FieldViolation, InvalidInput
from server.domain.numbering import DEFAULT_DIGITS, SCHEMA_TYPE, NumberSequence, Placeholder
from server.domain.schedule import Schedule
from server.domain.settings import OrderPaths, SelectionRule, Site, TenantSettings
from server.rpc.read_site import Violations, read_site

Settings = tenant_settings_pb2.Settings
#: Raises InvalidInput that names every wrong field.
Check = Callable[[TenantSettings], None]

_WHOLE_NUMBER = re.compile(r"[0-9]{1,9}")


def read_settings(
    message: Settings,
    paths: Iterable[str],
    current: TenantSettings,
    check: Check | None = None,
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
        raise InvalidInput(
            *violations, *_further_violations(settings, check), reason="INVALID_SETTINGS"
        )
    return settings


def _further_violations(
    settings: TenantSettings, check: Check | None
) -> tuple[FieldViolation, ...]:
    # Saving would check them, but is not reached: the caller shall see all that is wrong at once.
    try:
        if check:
            check(settings)
    except InvalidInput as error:
        return error.violations
    return ()


def _sites(message: Settings, violations: Violations) -> tuple[Site, ...]:
    return tuple(
        read_site(site, f"sites[{index}]", violations) for index, site in enumerate(message.sites)
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
    return OrderPaths(
        buyer_vat_id=paths.buyer_vat_id,
        language=paths.language,
        buyer_reference=paths.buyer_reference,
        purchase_order=paths.purchase_order,
        buyer_legal_id=paths.buyer_legal_id,
        buyer_electronic_address=paths.buyer_electronic_address,
    )


def _schedules(message: Settings, _: Violations) -> tuple[Schedule, ...]:
    return tuple(
        Schedule(item.name, item.cron, item.time_zone, item.paused) for item in message.schedules
    )


#: What an update may name: the proto's field, the value's field, and how it is read.
_FIELDS: dict[str, tuple[str, Callable[[Settings, Violations], Any]]] = {
    "sites": ("sites", _sites),
    "number_sequences": ("number_sequences", _number_sequences),
    "invoice_settings": ("selection_rule", _selection_rule),
    "order_paths": ("order_paths", _order_paths),
    "schedules": ("schedules", _schedules),
}
ALL_FIELDS = tuple(_FIELDS)
