"""Settings in their JSON form, as `invoicejobs settings set` takes them."""

from __future__ import annotations

from google.protobuf import json_format
from invoicejobs.v1 import tenant_settings_pb2

from server.domain.errors import InvalidInput
from server.domain.settings import TenantSettings
from server.rpc.read_settings import ALL_FIELDS, Check, read_settings

_NOTHING = TenantSettings(sites=(), number_sequences=())


def read_settings_json(text: bytes, check: Check) -> TenantSettings:
    """Reads and checks settings. Raises InvalidInput that names every wrong field."""
    try:
        message = json_format.Parse(text, tenant_settings_pb2.Settings())
    except (json_format.ParseError, UnicodeDecodeError) as error:
        raise InvalidInput.field(
            "settings", f"are no settings in JSON: {error}", reason="MALFORMED_SETTINGS"
        ) from error
    settings = read_settings(message, ALL_FIELDS, _NOTHING, check)
    check(settings)
    return settings
