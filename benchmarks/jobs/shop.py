"""The shop whose orders are measured: its settings, with a logo as most shops have one."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from google.protobuf import json_format
from invoicejobs.v1 import tenant_settings_pb2

from server.domain.settings import TenantSettings
from server.identifiers.check_digits import CheckDigits
from server.rendering.logos import prepare_logo
from server.rpc.settings_json import read_settings_json
from server.service.logos import TakeLogos
from server.service.settings import CheckSettings
from server.sources.logo_url import refuse_logo_url
from server.wiring.clock import SystemClock

_EXAMPLES = Path(__file__).parents[2] / "examples"


@cache
def settings_message() -> tenant_settings_pb2.Settings:
    """Gives the settings as they are saved."""
    text = (_EXAMPLES / "settings.json").read_text(encoding="utf-8")
    message = json_format.Parse(text, tenant_settings_pb2.Settings())
    for site in message.sites:
        site.branding.logo = (_EXAMPLES / "logo.png").read_bytes()
    return message


def settings_value() -> TenantSettings:
    """Gives the settings as they are kept, for what runs without a service."""
    text = json_format.MessageToJson(settings_message()).encode()
    settings = read_settings_json(text, CheckSettings(CheckDigits()))
    return TakeLogos(SystemClock(), refuse_logo_url, prepare_logo)(settings, None)
